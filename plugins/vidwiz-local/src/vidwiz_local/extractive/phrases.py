"""Key phrases: the things a video speaks of, as it names them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz_local.extractive.chores import is_chore
from vidwiz_local.extractive.speech import SPACELESS_CHAR
from vidwiz_local.extractive.terms import stem, surface_words
from vidwiz_local.extractive.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vidwiz_local.extractive.document import Document

_PAIR, _LONGEST = 2, 3
_CANDIDATES = 60
_LENGTH_WORTH = {1: 1.0, 2: 2.4, 3: 2.8}
_LINKS = frozenset(("of", "de", "del", "du", "des", "do", "da", "di"))
_EDGE = " ,;:.!?…\"'“”‘’«»()[]<>|/\\*_~`{}=+^%$#@。、，！？「」『』（）،؛؟¿¡-–—"
_SOME, _PLENTY = 600, 3000
"""Tokens of a transcript above which a phrase has to be said more often to count."""
_HEADS = words(
    """
    number value problem point line level form result type course friend
    """
)
"""Vague words that a word before them makes a thing: prime number, data point."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A key phrase: its terms, how it is written, its worth, and how English would use it."""

    terms: tuple[str, ...]
    text: str
    score: float
    article: str = ""
    plural: bool = False

    @property
    def with_article(self) -> str:
        """The phrase as a sentence would have it."""
        return f"{self.article} {self.text}" if self.article else self.text


def key_phrases(document: Document, limit: int = 12) -> list[Phrase]:
    """Return the best phrases, best first; none is part of a better one."""
    grams = list(_grams(document))
    counts = _counted(grams)
    scores = {key: _score(document, key, count, counts) for key, count in counts.items()}
    best: list[tuple[str, ...]] = sorted(
        (k for k in scores if scores[k] > 0), key=lambda key: (-scores[key], key)
    )
    chosen: list[tuple[str, ...]] = []
    for key in best[:_CANDIDATES]:
        if len(chosen) < 2 * limit and not any(
            set(key) <= set(c) or set(c) <= set(key) for c in chosen
        ):
            chosen.append(key)
    written = _written(document, grams, set(chosen))
    found = [
        Phrase(key, text, scores[key], *_usage(document, text, befores))
        for key in chosen
        if key in written
        for text, befores in (written[key],)
        if _stands_alone(document, text)
    ]
    return found[:limit]


def _stands_alone(document: Document, text: str) -> bool:
    """Say whether a phrase can be quoted as it is: German adjectives have endings of their case."""
    if not text or is_chore(text):
        return False
    return document.wording.code != "de" or all(word[0].isupper() for word in text.split())


def _runs(document: Document) -> Iterator[list[tuple[int, str]]]:
    """Yield runs of stems of what carries a topic, not interrupted by others or by punctuation."""
    tokens, stop = document.speech.tokens, document.wording.stop
    stems = {token: _stems(token, stop) for token in set(tokens)}
    opening = {token for token in stems if token[0] in _EDGE}
    closing = {token for token in stems if token[-1] in _EDGE}
    for sentence in document.sentences:
        run: list[tuple[int, str]] = []
        for at in range(sentence.start, sentence.end):
            token = tokens[at]
            found = stems[token]
            if run and (not found or token in opening):
                yield run
                run = []
            if found:
                run += [(at, one) for one in found]
                if token in closing:
                    yield run
                    run = []
        if run:
            yield run


def _stems(token: str, stop: frozenset[str]) -> list[str]:
    return [stem(w) for w in surface_words(token) if w not in stop and not w.isdecimal()]


_Gram = tuple[tuple[str, ...], int, int]


def _grams(document: Document) -> Iterator[_Gram]:
    """Yield each phrase as its terms with the tokens it goes from and to."""
    tokens = document.speech.tokens
    before: list[tuple[int, str]] = []
    for run in _runs(document):
        for size in range(1, _LONGEST + 1):
            for at in range(len(run) - size + 1):
                part = run[at : at + size]
                yield tuple([one for _, one in part]), part[0][0], part[-1][0] + 1
        if before and _linked(tokens, before[-1][0], run[0][0]):
            terms = (before[-1][1], tokens[before[-1][0] + 1].casefold(), run[0][1])
            yield terms, before[-1][0], run[0][0] + 1
        before = run


def _linked(tokens: list[str], first: int, second: int) -> bool:
    """Say whether two tokens are as in "speed of light" or "rule of the road"."""
    between = second - first - 1
    if between not in {1, 2} or tokens[first + 1] not in _LINKS:
        return False
    return between == 1 or tokens[first + 2] in {"the", "la", "el", "les", "los", "las"}


def _counted(grams: list[_Gram]) -> Counter[tuple[str, ...]]:
    counts = Counter([key for key, _, _ in grams])
    for key, count in list(counts.items()):
        if len(key) == _PAIR:  # in longer ones the same words would be counted again
            counts[_QUALIFYING, key[0]] += count
    return counts


def _score(
    document: Document, key: tuple[str, ...], count: int, counts: Counter[tuple[str, ...]]
) -> float:
    """Return what a phrase is worth; zero for what cannot be one."""
    named = sum(term in document.title_terms for term in key) / len(key)
    length = len(document.speech.tokens)
    needed = (3 if len(key) == 1 else 2) + (length > _SOME) + (length > _PLENTY)
    if document.wording.code == "en" and any(term.endswith("ing") for term in key) and named < 1.0:
        needed = max(needed, 4)
    enough = 1 if named == 1.0 and len(key) > 1 else needed
    if count < enough or not _can_be(document, key, named=named > 0):
        return 0.0
    if len(key) > 2 and key[1] not in _LINKS and 2 * count < counts[key[:2]]:  # noqa: PLR2004
        return 0.0
    if len(key) == 1 and (counts[_QUALIFYING, key[0]] * 2 > count or _is_quality(document, key[0])):
        return 0.0
    weights = [document.weights.get(term, 0.4) for term in key]
    weight = sum(weights) / len(key)
    if _LINKS.isdisjoint(key):  # a rarer word before the topic's own narrows it: sourdough bread
        weight = (weight + max(weights)) / 2
    return float(count**0.5) * _LENGTH_WORTH[len(key)] * weight * (1.0 + named)


def _is_quality(document: Document, term: str) -> bool:
    """Say whether an English word ends like a quality, which is no thing by itself."""
    return document.wording.code == "en" and term.endswith(("al", "ic", "ous", "ive", "able"))


_QUALIFYING = "\0"
"""Marks in the counts how often a word stands before another one: `prime` in `prime number`."""


def _can_be(document: Document, key: tuple[str, ...], *, named: bool) -> bool:
    """Say whether the terms of a phrase are such as name a thing."""
    if len(set(key)) < len(key) or not all(1 < len(term) <= _LONGEST_WORD for term in key):
        return False
    return not _is_vague(document, key, named=named) and (
        document.wording.code != "en" or _is_noun_like(key, named=named)
    )


def _is_vague(document: Document, key: tuple[str, ...], *, named: bool) -> bool:
    vague, stop = document.wording.vague, document.wording.stop
    bare = [{term, term + "s"} & vague for term in key]
    if (bare[0] and len(key) < _LONGEST) or (len(key) == 1 and bare[-1]) or key[-1] in stop:
        return True
    return bool(bare[-1]) and (key[-1] not in _HEADS or key[-2] in _LINKS) and not named


def _is_noun_like(key: tuple[str, ...], *, named: bool) -> bool:
    if key[0].endswith("ly") or (key[-1].endswith(("ly", "ed")) and not named):
        return False
    return len(key) > 1 or len(key[0]) >= _SHORTEST_WORD


_LONGEST_WORD = 40
_SHORTEST_WORD = 4


def _written(
    document: Document, grams: list[_Gram], keys: set[tuple[str, ...]]
) -> dict[tuple[str, ...], tuple[str, Counter[str]]]:
    """Return how each phrase is mostly written, and which words stand before it."""
    tokens = document.speech.tokens
    forms: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    befores: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    starts = {sentence.start for sentence in document.sentences}
    verbs: set[tuple[str, ...]] = set()
    for key, start, end in grams:
        if key not in keys:
            continue
        said = document.speech.text(start, end)
        text = "".join(key) if SPACELESS_CHAR.search(tokens[start]) else said.strip(_EDGE)
        if text not in said:
            continue  # Japanese pieces that only stood near each other
        if _starts_with_verb(document, key, text):
            verbs.add(key)
        first = start in starts and document.wording.code != "de"
        if first and text[1:].islower():
            text = text[0].lower() + text[1:]
        forms[key][text] += 1 if first else _SURE  # its capital may only be the sentence's
        befores[key][tokens[start - 1].casefold() if start and start not in starts else ""] += 1
    return {
        key: (_form(document, counter), befores[key])
        for key, counter in forms.items()
        if key not in verbs
    }


_SURE = 20


def _starts_with_verb(document: Document, key: tuple[str, ...], text: str) -> bool:
    """Say whether a phrase is like "eats bread": nouns before nouns have no plural in English."""
    first = text.split(" ", maxsplit=1)[0].casefold()
    return (
        document.wording.code == "en"
        and len(key) == _PAIR
        and (first != key[0] and first.endswith("s") and "'" not in first and "’" not in first)
    )


def _form(document: Document, forms: Counter[str]) -> str:
    """Return the commonest way of writing; small letters win where they are usual at all."""
    best = max(forms, key=lambda form: (forms[form], form))
    if document.wording.code == "en":
        plurals = [
            f
            for f in forms
            if stem(f.casefold()) != f.casefold() and "'" not in f[-3:] and "’" not in f[-3:]
        ]
        if 2.5 * sum(forms[form] for form in plurals) > forms.total():
            best = max(plurals, key=lambda form: (forms[form], form))
    small = best.lower()
    if forms[small] * 4 > forms.total() and document.wording.code != "de":
        best = small
    if best.casefold().endswith(("'s", "’s")):
        best = best[:-2]
    if document.wording.code in {"fr", "it"}:
        best = re.sub(r"^(?:l|d|qu|all|dell|nell)['’](?=\w{3})", "", best, flags=re.IGNORECASE)
    if document.is_lower_case:
        best = " ".join(document.names.get(word, word) for word in best.split(" "))
    return best


_ONE = words(
    """
    a an one each every another any single this that given particular new
    """
)
_THE = words("the its his her their our your my same whole")


def _usage(document: Document, text: str, befores: Counter[str]) -> tuple[str, bool]:
    """Return the English article for a phrase, and whether it is a plural."""
    if document.wording.code != "en":
        return "", False
    last = text.rsplit(" ", maxsplit=1)[-1]
    head = text.split(" of ", maxsplit=1)[0].rsplit(" ", maxsplit=1)[-1]
    plural = stem(head) != head and not head.endswith(("ics", "'s")) and not head.istitle()
    one = sum(befores[word] for word in _ONE)
    the = sum(befores[word] for word in _THE)
    if plural or not last or (one + the) / (befores.total() or 1) < _ARTICLE_SHARE:
        return "", plural
    if the >= one:
        return "the", plural
    return ("an" if text[0].casefold() in "aeiou" else "a"), plural


_ARTICLE_SHARE = 0.3
