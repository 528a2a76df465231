"""Which sentences say what the video is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz_extractive.chores import (
    ADVERT,
    DIGITS,
    FIRST_PERSON,
    POINTING,
    REFERRING,
    is_chore,
)
from vidwiz_extractive.rendering import ends
from vidwiz_extractive.speech import is_spaceless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz_extractive.document import Document
    from vidwiz_extractive.sentences import Sentence

SHORTEST, LONGEST = 45, 300
_SPACELESS_FACTOR = 2.5  # a character of Japanese says as much as two or three letters
_CANDIDATES = 160
_SECTIONS = 5


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence fit for reading, with what it is worth."""

    index: int
    sentence: Sentence
    text: str
    terms: frozenset[str]
    score: float


def ranked(document: Document) -> list[Ranked]:
    """Return the best sentences, best first: candidates for the summary and short answers."""
    rough = _rough(document)
    best = [
        ranked
        for index in _shortlist(rough, len(document.sentences))
        if (ranked := _judged(document, index, rough[index])) is not None
    ]
    return sorted(best, key=lambda one: (-one.score, one.index))


def _rough(document: Document) -> list[float]:
    """Return for each sentence the weight of its terms, not favouring long ones, 0 to 1."""
    weights = document.weights
    rough = []
    for sentence, terms in zip(document.sentences, document.terms, strict=True):
        length = max(sentence.end - sentence.start, 8)
        rough.append(sum(weights[term] for term in set(terms)) / length**0.6)
    highest = max(rough, default=0.0) or 1.0
    return [value / highest for value in rough]


def _shortlist(rough: Sequence[float], count: int) -> list[int]:
    """Return the sentences worth a closer look: the best of each section of the video."""
    chosen: list[int] = []
    for section in range(_SECTIONS):
        indexes = range(count * section // _SECTIONS, count * (section + 1) // _SECTIONS)
        chosen += sorted(indexes, key=lambda i: -rough[i])[: _CANDIDATES // _SECTIONS]
    chosen += range(min(count, _CANDIDATES // _SECTIONS))  # where a video says what it is about
    return sorted(set(chosen))


def _judged(document: Document, index: int, rough: float) -> Ranked | None:
    """Return the sentence with its final worth, or None where it cannot be read by itself."""
    sentence = document.sentences[index]
    if not sentence.marked and document.is_punctuated:
        return None
    text = document.text(sentence)
    size = len(text) * (_SPACELESS_FACTOR if is_spaceless(text) else 1.0)
    if not SHORTEST <= size <= LONGEST or not document.terms[index]:
        return None
    terms = frozenset(document.terms[index])
    score = 1.3 * rough + _place(document, index) + _content(document, text, terms)
    score -= _flaws(document, index, text) + (0.2 if size > LONGEST * 0.75 else 0.0)
    return Ranked(index, sentence, text, terms, score)


def _place(document: Document, index: int) -> float:
    """Return what the place is worth: beginnings say what comes, ends what came of it."""
    total = len(document.sentences)
    if total < _SECTIONS:
        return 0.0
    at = index / total
    opening = max(0.0, 1.0 - at / 0.12) * 0.35
    return opening + (0.1 if at > 0.93 else 0.0)  # noqa: PLR2004 - the last part


def _content(document: Document, text: str, terms: frozenset[str]) -> float:
    """Return what naming the topic, and marking what matters, is worth."""
    named = document.title_terms
    share = len(terms & named) / len(named) if named else 0.0
    return 0.35 * share + 0.22 * min(signals(document, text), 2)


def signals(document: Document, text: str) -> int:
    """Return how many words of a text mark what matters."""
    lower = text.casefold().replace("’", "'")
    return sum(1 for signal in document.language.signals if signal in lower)


def _flaws(document: Document, index: int, text: str) -> float:
    """Return how much speaks against showing the sentence alone."""
    flaws = 0.0
    if is_chore(text):
        flaws += 2.0
    elif any(ADVERT.search(_said(document, near)) for near in (index - 1, index - 2, index + 1)):
        flaws += 0.8
    if document.leans(text):
        flaws += 0.45
    if document.language.code == "en":
        flaws += 0.2 * min(len(REFERRING.findall(text)), 2)
    if text.endswith(("?", "؟", "？")):
        flaws += 0.45
    if not ends(text.rstrip("…")):
        flaws += 0.2
    flaws += 0.25 * min(len(POINTING.findall(text)), 3)
    flaws += 0.15 * min(len(FIRST_PERSON.findall(text)), 3)
    flaws += 0.12 * max(0, len(DIGITS.findall(text)) - 1)
    return flaws + (0.3 if "!" in text or "..." in text else 0.0)


def _said(document: Document, index: int) -> str:
    if not 0 <= index < len(document.sentences):
        return ""
    sentence = document.sentences[index]
    return " ".join(document.speech.tokens[sentence.start : sentence.end])


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much of the smaller set of terms is in the other, 0 to 1."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
