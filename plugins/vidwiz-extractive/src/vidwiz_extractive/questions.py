"""Three questions to which the video has answers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz_extractive import languages
from vidwiz_extractive.chores import is_chore
from vidwiz_extractive.clauses import asked_clauses
from vidwiz_extractive.document import topic
from vidwiz_extractive.phrases import are_names, key_phrases
from vidwiz_extractive.ranking import overlap
from vidwiz_extractive.rendering import clock, shortened
from vidwiz_extractive.sentences import CLOSERS, bare
from vidwiz_extractive.speech import is_spaceless, joined, seconds
from vidwiz_extractive.terms import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vidwiz_extractive.document import Document
    from vidwiz_extractive.phrases import Phrase

COUNT = 3
SHORTEST, LONGEST = 20, 120
_SAME_KIND, _ALIKE = 0.25, 1.2
_LONGEST_NAME = 70
_FEWEST_TERMS = 2
_GENERIC_CHAPTER = re.compile(
    r"\W*(?:intro(?:duction)?|outro|recap|summary|conclusions?|final (?:words|thoughts)|"
    r"the end|end|start|credits?|thanks?.*|thank you.*|q ?& ?a|questions?|sponsor.*|ad|"
    r"overview|welcome|opening|closing|wrap(?:ping)?[ -]?up|next (?:time|steps?)|teaser|"
    r"preview|part \w+|chapter \w+|\d+|untitled.*|.*\bsponsor\b.*|einleitung|einführung|"
    r"fazit|schluss|zusammenfassung|introducción|conclusión|resumen|présentation)\W*",
    re.IGNORECASE,
)
_LEANING = re.compile(
    r"\b(?:this|these|those|it|its|it's|they|them|their|he|she|his|her|him|here|there|one|ones|i|"
    r"i'm|i've|me|my|mine|us|else|other|another|okay|guys|anyone|someone|somebody|now|that's|"
    r"earlier|again|too|also|that that|going on|mean|happening|same|such|former|latter|doing|"
    r"right)\b|\b(?:that|so)\W*$|\b(?:to|of|in|about|with|for|at|from) that\b|"
    r"^(?:\w+)(?:'s| is| was| does| did| are)? that\b|,",
    re.IGNORECASE,
)
"""English words that show a question to need what was said before it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the way it was made, its terms and its worth."""

    text: str
    kind: str
    terms: frozenset[str]
    score: float


def questions(document: Document) -> list[str]:
    """Return exactly three different questions."""
    phrases = key_phrases(document)
    pool = [
        *_spoken(document, phrases),
        *_titled(document),
        *_chaptered(document),
        *_clauses(document, phrases),
        *_quoting(document, phrases),
    ]
    pool = [asked for asked in pool if _fits(asked.text)]
    chosen: list[Asked] = []
    while pool and len(chosen) < COUNT:
        best = max(pool, key=lambda one: one.score - _likeness(one, chosen))
        pool.remove(best)
        if not any(_is_same(best, other) for other in chosen):
            chosen.append(best)
    texts = [asked.text for asked in chosen]
    for text in _of_anything(document):
        if len(texts) < COUNT and _fits(text) and text not in texts:
            texts.append(text)
    return texts


def _fits(text: str) -> bool:
    return SHORTEST <= len(text) <= LONGEST and text.endswith("?") and "\n" not in text


def _likeness(one: Asked, chosen: Iterable[Asked]) -> float:
    """Return how much is lost by asking the same thing, or in the same way, again."""
    return sum(
        _ALIKE * overlap(one.terms, other.terms) + (_SAME_KIND if one.kind == other.kind else 0.0)
        for other in chosen
    )


def _is_same(one: Asked, other: Asked) -> bool:
    return one.text.casefold() == other.text.casefold() or (
        one.terms <= other.terms or other.terms <= one.terms
    )


def _worth(terms: frozenset[str], phrases: list[Phrase]) -> float:
    """Return how much terms are what the video is about, 0 to 1.5."""
    shares = (
        len(terms & set(phrase.terms)) / len(phrase.terms) * (0.7 - 0.05 * rank)
        for rank, phrase in enumerate(phrases)
    )
    return min(sum(shares), 1.5)


def leans(document: Document, text: str) -> bool:
    """Say whether a question needs what was said before it to be understood."""
    plain = text.replace("’", "'")
    if document.language.code == "en":
        return _LEANING.search(plain) is not None
    if document.language.is_spaceless:
        return plain.startswith(tuple(document.language.leaning))
    return any(bare(word) in document.language.leaning for word in plain.split())


def _spoken(document: Document, phrases: list[Phrase]) -> Iterator[Asked]:
    """Yield questions that the video itself asks and that stand alone."""
    language = document.language
    tokens = document.speech.tokens
    for sentence in document.sentences:
        last = tokens[sentence.end - 1].rstrip(CLOSERS)
        if not last.endswith(("?", "？", "؟", "か。", "か")):
            continue
        text = document.text(sentence).rstrip(CLOSERS).rstrip("?？؟。!. ")
        terms = frozenset(document.read.of_text(text))
        if len(terms) < _FEWEST_TERMS or is_chore(text) or leans(document, text):
            continue
        asks = bare(text.split()[0]) in language.asking or is_spaceless(text)
        if language.asking and not asks:
            continue
        text = text + (" ?" if language.code == "fr" else "?")
        worth = (0.75 if asks else 0.3) + 0.8 * _worth(terms, phrases)
        yield Asked(text, "spoken", terms, worth - 0.004 * max(0, len(text) - 80))


def _titled(document: Document) -> Iterator[Asked]:
    """Yield the title where it is a question, else a question about it."""
    if not document.title:
        return
    first = re.split(r"(?<=\?)\s", topic(document.title))[0]
    terms = frozenset(document.read.of_text(first))
    if first.endswith("?") and terms and _is_own(document, first):
        yield Asked(first, "title", terms, 0.6 if leans(document, first) else 1.5)
    elif terms:
        for form in _forms(document)[:1]:
            yield Asked(_filled(form, first, 0.0), "quoted", terms, 0.5)


def _is_own(document: Document, text: str) -> bool:
    """Say whether a title is in the language that is spoken, and not in English instead."""
    said = Counter(word for token in text.split() for word in words(token))
    own = languages.share(said, document.language.code)
    return document.language.code == "en" or own >= languages.share(said, "en")


def _chaptered(document: Document) -> Iterator[Asked]:
    """Yield questions about chapters that are named for what they treat."""
    for start, name in document.chapters:
        terms = frozenset(document.read.of_text(name))
        if _GENERIC_CHAPTER.fullmatch(name) or not terms or is_chore(name):
            continue
        weight = sum(min(document.weights.get(term, 0), 3.0) for term in terms) / len(terms)
        if name.endswith("?") and _is_own(document, name):
            if not leans(document, name):
                yield Asked(name, "chapter", terms, 1.1 + 0.1 * weight)
        else:
            for form in _forms(document)[:1]:
                text = _filled(form, name, start)
                yield Asked(text, "quoted", terms, 0.7 + 0.1 * weight)


def _clauses(document: Document, phrases: list[Phrase]) -> Iterator[Asked]:
    for kind, text, clause in asked_clauses(document):
        terms = frozenset(document.read.of_text(clause))
        if len(terms) < _FEWEST_TERMS or is_chore(clause) or leans(document, clause):
            continue
        base = 0.4 if kind == "condition" else 0.55
        yield Asked(text, kind, terms, base + 0.8 * _worth(terms, phrases))


def _quoting(document: Document, phrases: list[Phrase]) -> Iterator[Asked]:
    """Yield questions that quote key phrases, which fits any grammar."""
    names = are_names(document)
    for rank, phrase in enumerate(phrases):
        terms = frozenset(phrase.terms)
        if len(terms) == 1 and phrase.text.casefold() in names and not terms & document.title_terms:
            continue  # a person, or a thing that only its name tells
        for form in _forms(document)[:1]:
            text = _filled(form, phrase.text, _first_said(document, terms))
            worth = 0.75 - 0.05 * rank - (0.2 if len(terms) == 1 else 0.0)
            yield Asked(text, "quoted", terms, worth)


def _forms(document: Document) -> list[str]:
    return list(document.language.phrases["about"])


def _filled(form: str, quoted: str, time: float) -> str:
    text = str(form.format(a=shortened(quoted, _LONGEST_NAME), time=clock(time)))
    return text if len(text) >= SHORTEST else f"{text[:-1].ljust(SHORTEST - 1, '…')}?"


def _first_said(document: Document, terms: frozenset[str]) -> float:
    return next(
        (
            document.span(sentence)[0]
            for sentence, said in zip(document.sentences, document.terms, strict=True)
            if terms <= set(said)
        ),
        0.0,
    )


def _of_anything(document: Document) -> Iterator[str]:
    """Yield questions for a video that says too little, with its title or what it begins with."""
    begins = joined(document.speech.tokens[:8])
    length = seconds(document.material.duration)
    for quoted in filter(None, (document.title, begins, document.channel)):
        for number, form in enumerate(_forms(document)):
            yield _filled(form, quoted, number * length / COUNT)
    form = _forms(document)[0]
    yield from (_filled(form, clock(length * n / COUNT), 0.0) for n in range(1, COUNT + 1))
    yield from (_filled(form, "…" * n, 0.0) for n in range(1, COUNT + 1))
