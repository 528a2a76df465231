"""Key phrases: the things a video speaks of, as it names them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from vidwiz_extractive.chores import is_chore
from vidwiz_extractive.speech import joined
from vidwiz_extractive.terms import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vidwiz_extractive.document import Document
    from vidwiz_extractive.sentences import Sentence

_LONGEST = 3
_LENGTH_WORTH = {1: 1.0, 2: 2.4, 3: 2.8}
_EDGE = " ,;:.!?…\"'“”‘’«»()[]<>|/\\*_~`{}=+^%$#@。、，！？「」『』（）،؛؟।¿¡-–—"
_CANDIDATES = 80
_NAME_SHARE = 0.8  # of a word's occurrences within sentences, written with a capital
_SHORTEST_WORD, _LONGEST_WORD = 4, 40
_ARTICLE_SHARE = 0.25
"""Of a single word's occurrences, those after an article; verbs and adjectives have hardly any."""
_FEWEST = 2  # times that a phrase has to be said
_SOME, _PLENTY = 600, 3000
"""Tokens of a text above which a phrase has to be said once more, and again, to count."""
_BRACKET = re.compile(r"[\[\](){}<>|]")
_ELIDED = re.compile(r"(?:l|d|qu|all|dell|nell|sull|dall)['’](?=\w{3})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A key phrase: its terms, and how it is mostly written."""

    terms: tuple[str, ...]
    text: str


def key_phrases(
    document: Document, sentences: Sequence[Sentence] | None = None, limit: int = 12
) -> list[Phrase]:
    """Return the best phrases of some sentences, best first; none is part of a better one."""
    said: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    sentences = document.sentences if sentences is None else sentences
    length = sum(one.end - one.start for one in sentences)
    fewest = _FEWEST + (length > _SOME) + (length > _PLENTY)
    for sentence in sentences:
        for terms, text in _grams(document, sentence):
            said[terms][text] += 1
    counts = {terms: forms.total() for terms, forms in said.items()}
    scores = {
        terms: _score(document, terms, counts) if count >= fewest else 0.0
        for terms, count in counts.items()
    }
    best = sorted((t for t in scores if scores[t] > 0), key=lambda t: (-scores[t], t))
    chosen: list[Phrase] = []
    for terms in best[:_CANDIDATES]:
        text = _written(said[terms], document)
        if not _is_quotable(document, terms, text) or any(
            _is_part(terms, other.terms) for other in chosen
        ):
            continue
        chosen.append(Phrase(terms, text))
        if len(chosen) == limit:
            break
    return chosen


def _is_part(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return set(one) <= set(other) or set(other) <= set(one)


def _grams(document: Document, sentence: Sentence) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each phrase of one to three words that carry a topic, with how it is written."""
    tokens = document.speech.tokens
    stop = document.language.stop
    run: list[tuple[str, str]] = []
    for at in range(sentence.start, sentence.end):
        token = tokens[at]
        found = [word for word in words(token) if word not in stop and not word.isdecimal()]
        if not found or token[0] in _EDGE:
            yield from _parts(run)
            run = []
        if document.language.is_spaceless:
            run += [(document.read.stem(word), word) for word in found]
        elif found:
            text = token.strip(_EDGE)
            if at == sentence.start and text[1:].islower() and document.language.code != "de":
                text = text[0].lower() + text[1:]  # its capital may only be the sentence's
            run.append((" ".join(map(document.read.stem, found)), text))
        if token[-1] in _EDGE:
            yield from _parts(run)
            run = []
    yield from _parts(run)


def _parts(run: list[tuple[str, str]]) -> Iterator[tuple[tuple[str, ...], str]]:
    for size in range(1, _LONGEST + 1):
        for at in range(len(run) - size + 1):
            part = run[at : at + size]
            yield tuple(term for term, _ in part), joined([text for _, text in part])


def _score(document: Document, terms: tuple[str, ...], counts: dict[tuple[str, ...], int]) -> float:
    """Return what a phrase is worth; zero for what cannot be one."""
    count = counts[terms]
    if len(set(terms)) < len(terms) or not _is_thing(document, terms):
        return 0.0
    named = sum(term in document.title_terms for term in terms) / len(terms)
    if len(terms) == _LONGEST and 2 * count < max(counts[pair] for pair in pairwise(terms)):
        return 0.0
    weights = [document.weights.get(term, 0.4) for term in terms]
    weight = (sum(weights) / len(terms) + max(weights)) / 2
    return float(count**0.5) * _LENGTH_WORTH[len(terms)] * weight * (1.0 + named)


def _is_thing(document: Document, terms: tuple[str, ...]) -> bool:
    if not all(1 < len(term) <= _LONGEST_WORD for term in terms):
        return False
    vague = {document.read.stem(word) for word in document.language.vague}
    if terms[0] in vague or terms[-1] in vague:
        return False
    if len(terms) > 1 or document.language.is_spaceless:
        return True
    return len(terms[0]) >= _SHORTEST_WORD


def _written(forms: Counter[str], document: Document) -> str:
    """Return the commonest way of writing; small letters win where they are usual at all.

    Nothing, where it cannot be quoted as it is: German adjectives have endings of their case.
    """
    best = max(forms, key=lambda form: (forms[form], form))
    small = best.lower()
    if document.language.code != "de" and forms[small] * 4 > forms.total():
        best = small
    if document.language.code == "de" and not all(word[0].isupper() for word in best.split()):
        return ""
    if document.language.code in {"fr", "it"}:
        best = _ELIDED.sub("", best, count=1) if _ELIDED.match(best) else best
    return best.removesuffix("'s").removesuffix("’s")


def _is_quotable(document: Document, terms: tuple[str, ...], text: str) -> bool:
    """Say whether a phrase can be quoted alone."""
    if not text or _BRACKET.search(text) or is_chore(text):
        return False
    if len(terms) == 1:
        return _is_noun(document, terms[0], text)
    return not _starts_with_verb(document, terms, text)


def _is_noun(document: Document, term: str, text: str) -> bool:
    """Say whether a single word is a thing, told by the articles before it where there are any."""
    articles = document.language.articles
    if not articles or term in document.title_terms or document.language.code == "de":
        return True
    after, befores = document.befores.get(text.casefold(), (0, 0))
    return after >= _ARTICLE_SHARE * befores > 0


def _starts_with_verb(document: Document, terms: tuple[str, ...], text: str) -> bool:
    """Say whether a phrase is like "eats bread": nouns before nouns have no plural in English."""
    first = text.split(" ", maxsplit=1)[0].casefold()
    return (
        document.language.code == "en"
        and first.endswith("s")
        and not first.endswith(("ss", "us", "is", "ics"))
        and not {"'", "’"} & set(first)
        and not set(terms) <= document.title_terms
    )


def are_names(document: Document) -> frozenset[str]:
    """Return the words, in small letters, that are names: they keep a capital within sentences.

    German has it on every noun, and captions in small letters on none.
    """
    if document.language.code == "de":
        return frozenset()
    forms: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    for sentence in document.sentences:
        for token in document.speech.tokens[sentence.start + 1 : sentence.end]:
            text = token.strip(_EDGE).removesuffix("'s").removesuffix("’s")
            forms[text.casefold()] += 1
            capitals[text.casefold()] += text[:1].isupper()
    return frozenset(w for w, count in capitals.items() if count > forms[w] * _NAME_SHARE)
