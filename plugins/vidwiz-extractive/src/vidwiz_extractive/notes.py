"""A note: one line with the thought that is being said at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz_extractive import rendering
from vidwiz_extractive.chores import is_chore
from vidwiz_extractive.rendering import clock, shortened
from vidwiz_extractive.sentences import Sentence, bare, opens
from vidwiz_extractive.speech import joined, seconds, word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vidwiz_extractive.document import Document

SHORTEST, LONGEST = 40, 120
_REACH = 15.0
"""Seconds around the mark from which a note may be taken; what is further is another thought."""
_BEST_LENGTH = 85
_MOST_TOGETHER = 3  # sentences that a note may consist of
_JOINING = word_set(
    """
    and but so because or und aber oder et mais y pero e ma и но а
    """
)
_LONGEST_SHORT = 60
_LEANS, _IS_PART, _IS_CHORE = 1.0, 1.3, 2.0
_BEGINS_INSIDE, _ENDS_WELL = 2.5, 0.6
"""What speaks against or for a note, beside the worth of its words (0 to 1.6) and 1/6 a second.

With 0.8 for `_BEGINS_INSIDE` 34 % of the notes on speech without punctuation began where a sentence
does, with 2.5 49 % (`make quality`, 370 notes).
"""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Tokens that may be a note; `wholeness` is 2 for sentences, 1 for clauses, 0 for a cut."""

    start: int
    end: int
    wholeness: int


def note(document: Document) -> str:
    """Return one line of 40 to 120 characters on what is said at the mark."""
    mark = seconds(document.material.mark)
    if document.material.mark is None and document.speech.times:
        mark = document.speech.times[0]
    if not document.speech.tokens:
        return _short(document, mark)
    for stretches in (_sentences, _clauses, _cuts):
        found = [
            (_worth(document, stretch, mark, text), -stretch.start, text)
            for stretch in stretches(document, mark)
            if SHORTEST <= len(text := _text(document, stretch)) <= LONGEST
        ]
        if found:
            return max(found)[2]
    return _short(document, mark)


def _text(document: Document, stretch: _Stretch) -> str:
    tokens = document.speech.tokens
    language = document.language
    if stretch.wholeness:
        inner = [s for s in document.sentences if s.start < stretch.end and s.end > stretch.start]
        bounds = [(max(s.start, stretch.start), min(s.end, stretch.end)) for s in inner]
        return joined([rendering.sentence(tokens[a:b], language) for a, b in bounds])
    text = rendering.opened(rendering.clause(tokens[stretch.start : stretch.end], language))
    if document.seems_to_begin(stretch.start):
        return text
    first = tokens[stretch.start]
    return f"… {first[0]}{text[1:]}" if text[:1].casefold() == first[:1].casefold() else f"… {text}"


def _is_near(document: Document, start: int, end: int, mark: float) -> bool:
    return _distance(document, start, end, mark) <= _REACH


def _distance(document: Document, start: int, end: int, mark: float) -> float:
    """Return how many seconds lie between the mark and what is said."""
    return max(document.speech.times[start] - mark, mark - document.speech.ends(end), 0.0)


def _whole(document: Document) -> list[Sentence]:
    """Return the sentences whose both ends are known.

    Where the surroundings of the mark begin, half a sentence may be missing.
    """
    begins_with_video = document.speech.times[0] < 1
    return [s for s in document.sentences if s.marked and (s.start > 0 or begins_with_video)]


def _sentences(document: Document, mark: float) -> Iterator[_Stretch]:
    near = [s for s in _whole(document) if _is_near(document, s.start, s.end, mark)]
    for index, first in enumerate(near):
        end = first.start
        for sentence in near[index : index + _MOST_TOGETHER]:
            if sentence.start != end:
                break  # something stands between them that is no whole sentence
            end = sentence.end
            yield _Stretch(first.start, end, 2)


def _clauses(document: Document, mark: float) -> Iterator[_Stretch]:
    """Yield parts of long sentences that begin like one and end where a clause does."""
    tokens = document.speech.tokens
    whole = {sentence.start for sentence in _whole(document)}
    for sentence in document.sentences:
        if not _is_near(document, sentence.start, sentence.end, mark):
            continue
        inner = [
            at
            for at in range(sentence.start + 1, sentence.end)
            if tokens[at - 1][-1] in ";:—–、،"
            or (tokens[at - 1][-1] == "," and bare(tokens[at]) in _JOINING)
        ]
        starts = [*([sentence.start] if sentence.start in whole else []), *inner]
        ends = [*inner, *([sentence.end] if sentence.marked else [])]
        for start in starts:
            for end in ends:
                if start < end and _is_near(document, start, end, mark):
                    yield _Stretch(start, end, 1)


def _cuts(document: Document, mark: float) -> Iterator[_Stretch]:
    """Yield stretches from where a sentence or clause seems to begin, or else from the mark."""
    tokens, times = document.speech.tokens, document.speech.times
    near = [at for at in range(len(tokens)) if _is_near(document, at, at + 1, mark)]
    if not near:
        near = [min(range(len(tokens)), key=lambda at: abs(times[at] - mark))]
    starts = {s.start for s in document.sentences}
    places = [
        at
        for at in near
        if at in starts
        or (at and (tokens[at - 1][-1] in ",;:—–、،" or opens(tokens, at, document.language)))
    ]
    first_after = next((at for at in near if times[at] >= mark), near[-1])
    for start in [*places, first_after]:
        # To the end of the clause if there is room for it, else as far as there is room.
        end = _last_that_fits(document, start)
        inner = [at for at in places if start < at <= end]
        for stop in {end, *inner[-2:]}:
            yield _Stretch(start, stop, 0)


def _last_that_fits(document: Document, start: int) -> int:
    tokens = document.speech.tokens
    length, end = 0, start
    while end < len(tokens) and length + len(tokens[end]) + 1 < LONGEST:
        length += len(tokens[end]) + (0 if document.language.is_spaceless else 1)
        end += 1
        if rendering.ends(tokens[end - 1]) and length > SHORTEST:
            break
    return max(end, start + 1)


def _worth(document: Document, stretch: _Stretch, mark: float, text: str) -> float:
    """Return how good a note the stretch is: at the moment, and full of matter."""
    terms = {
        term
        for token in document.speech.tokens[stretch.start : stretch.end]
        for term in document.read.of_token(token)
    }
    worth = 0.22 * min(sum(document.weights.get(term, 0.5) for term in terms), 12.0) ** 0.8
    worth -= _distance(document, stretch.start, stretch.end, mark) / 6.0
    said = document.speech.tokens[stretch.start : stretch.end]
    first = said[rendering.leading(said, document.language)]
    if document.leans(text):
        worth -= _LEANS
    if bare(first) in document.language.fragile and stretch.wholeness < 2:  # noqa: PLR2004
        worth -= _IS_PART
    if is_chore(text):
        worth -= _IS_CHORE
    if text.endswith(("?", "؟", "？")):
        worth -= 0.2
    if not stretch.wholeness:
        worth -= 0.0 if document.seems_to_begin(stretch.start) else _BEGINS_INSIDE
        at_end = stretch.end < len(document.speech.tokens)
        worth += _ENDS_WELL if at_end and document.seems_to_begin(stretch.end) else 0.0
    inside = sum(stretch.start < s.start < stretch.end for s in document.sentences)
    return float(worth) - 0.25 * inside - abs(len(text) - _BEST_LENGTH) / 120.0


def _short(document: Document, mark: float) -> str:
    """Return a note where hardly anything is said, in signs, since there is nothing to tell."""
    near = [
        document.text(s) for s in document.sentences if _is_near(document, s.start, s.end, mark)
    ]
    said = shortened(" ".join(near) or joined(document.speech.tokens[:8]), _LONGEST_SHORT)
    title = shortened(document.title, _LONGEST_SHORT - 20)
    quoted = [f"“{text}”" for text in (said, title) if text]
    text = f"{clock(mark)} {' – '.join(quoted)}"
    if len(text) < SHORTEST:
        text = f"{text} {document.language.phrases['hardly']}".strip()
    return shortened(text.ljust(SHORTEST, "…") if len(text) < SHORTEST else text, LONGEST)
