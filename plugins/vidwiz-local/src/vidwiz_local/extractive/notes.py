"""A note: one line with the thought that is being said at a moment."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz_local.extractive.chores import is_chore
from vidwiz_local.extractive.document import finished
from vidwiz_local.extractive.sentences import cue
from vidwiz_local.extractive.speech import joined, seconds
from vidwiz_local.extractive.summary import clock, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vidwiz_local.extractive.document import Document

SHORTEST, LONGEST = 40, 120
_AROUND = 45.0
_AT_MOMENT = 15.0
_WINDOW_TOKENS = 40
_BEST_LENGTH = 85


@dataclass(frozen=True, slots=True)
class _Place:
    """A token before which a thought may begin or end, and how well it does."""

    token: int
    begins: float
    ends: float


def note(document: Document) -> str:
    """Return one line of 40 to 120 characters on what is said at the mark."""
    mark = _mark(document)
    if not document.speech.tokens:
        return _silent(document, mark)
    windows = list(_windows(document, mark))
    if windows:
        return max(windows)[2]
    return _short(document, mark)


def _mark(document: Document) -> float:
    mark = document.material.mark
    if mark is None and document.speech.times:
        return document.speech.times[0]
    return seconds(mark)


def _windows(document: Document, mark: float) -> Iterator[tuple[float, int, str]]:
    """Yield the stretches of fitting length around the mark, with their worth."""
    places = _places(document, *_near(document, mark))
    for index, first in enumerate(places[:-1]):
        if first.begins <= _NEVER:
            continue
        for last in places[index + 1 :]:
            if last.token - first.token > _WINDOW_TOKENS:
                break
            if last.ends <= _NEVER:
                continue
            text = document.polished(first.token, last.token)
            if SHORTEST <= len(text) <= LONGEST:
                yield _worth(document, first, last, mark, text), -first.token, text


def _near(document: Document, mark: float) -> tuple[int, int]:
    """Return the tokens said around the mark, or the nearest ones where it is silent."""
    times = document.speech.times
    inside = [i for i, time in enumerate(times) if abs(time - mark) <= _AROUND]
    if not inside:
        nearest = min(range(len(times)), key=lambda i: abs(times[i] - mark))
        inside = [i for i, time in enumerate(times) if abs(time - times[nearest]) <= _AT_MOMENT]
    return inside[0], inside[-1] + 1


_NEVER = -9.0


def _places(document: Document, start: int, end: int) -> list[_Place]:
    """Return where thoughts begin and end between two tokens, widened to whole sentences."""
    tokens = document.speech.tokens
    near = [s for s in document.sentences if s.end > start and s.start < end]
    marked = {s.start: s.marked for s in near}
    strong = {s.start: s.strength for s in near} | {near[-1].end: 4.0}
    places = []
    for at in range(near[0].start, near[-1].end + 1):
        if at in strong:
            quality = 0.0 if strong[at] >= 2 else -0.4  # noqa: PLR2004 - a guessed boundary
            fragile = at < len(tokens) and not marked.get(at, True) and _is_fragile(document, at)
            places.append(_Place(at, quality - (1.3 if fragile else 0.0), quality))
        elif (place := _inner(document, tokens, at)) is not None:
            places.append(place)
    return places


def _inner(document: Document, tokens: list[str], at: int) -> _Place | None:
    """Return the place within a sentence, at a comma or a cue, if there may be one."""
    mark = tokens[at - 1][-1]
    strength = cue(tokens, at, document.wording)
    if mark in ";:–—":
        return _Place(at, -0.6, -0.5)
    if mark in ",،、，":
        if tokens[at].casefold() in document.wording.leading and at + 1 < len(tokens):
            follows = tokens[at + 1].casefold().replace("’", "'")
            strength = document.wording.openers.get(follows, 0.0)
        begins = -1.7 + 0.3 * min(max(strength, 0.0), 3.0)
        return _Place(at, _NEVER if _is_fragile(document, at) else begins, -0.9)
    if strength >= 2 and not _is_fragile(document, at):  # noqa: PLR2004 - begins most sentences
        return _Place(at, -1.1, -1.0)
    if strength >= 1:
        return _Place(at, -2.0, -1.3)
    return None


def _is_fragile(document: Document, at: int) -> bool:
    """Say whether what begins here is only part of a thought, like "if …" without a "then"."""
    words = [token.strip(",").casefold() for token in document.speech.tokens[at : at + 3]]
    while len(words) > 1 and words[0] in document.wording.leading:
        words.pop(0)
    return words[0] in document.wording.fragile


def _worth(document: Document, first: _Place, last: _Place, mark: float, text: str) -> float:
    """Return how good a note the stretch is: at the moment, whole, and full of matter."""
    speech = document.speech
    begins, ends = speech.times[first.token], speech.ends(last.token)
    distance = max(begins - mark, mark - ends, 0.0)
    worth = first.begins + last.ends - distance / 6.0
    if distance > _AT_MOMENT:
        worth -= 1.0
    terms = {
        term
        for token in speech.tokens[first.token : last.token]
        for term in document.terms_of(token)
    }
    worth += 0.22 * min(sum(document.weights.get(term, 0.5) for term in terms), 12.0) ** 0.8
    words = text.casefold().split()
    if words[0].strip(",") in document.wording.leaning:
        worth -= 0.35
    newest = document.starts[bisect_left(document.starts, last.token) - 1]
    if last.ends < 0 and _is_fragile(document, max(first.token, newest)):
        worth -= 2.0
    worth -= 0.25 * (
        bisect_left(document.starts, last.token) - bisect_right(document.starts, first.token)
    )
    if is_chore(text):
        worth -= 2.0
    if text.endswith(("?", "؟", "？")):
        worth -= 0.2
    return float(worth) - abs(len(text) - _BEST_LENGTH) / 120.0


def _short(document: Document, mark: float) -> str:
    """Return a note where no whole thought has the right length."""
    speech = document.speech
    start, end = _near(document, mark)
    at = min(range(start, end), key=lambda i: abs(speech.times[i] - mark))
    sentence = next(s for s in document.sentences if s.start <= at < s.end)
    text = document.polished(sentence.start, sentence.end)
    if len(text) > LONGEST or len(joined(speech.tokens[start:end])) > LONGEST:
        text = _cut(
            document, max(sentence.start, min(at, sentence.end - _WINDOW_TOKENS)), sentence.end
        )
    if SHORTEST <= len(text) <= LONGEST:
        return text
    said = shortened(text.rstrip(".。") or speech.text(start, end), 50)
    return _padded(
        document, document.wording.phrases.note_short.format(time=clock(mark), said=said)
    )


def _cut(document: Document, start: int, end: int) -> str:
    """Return the beginning of a stretch that is too long, cut at a word."""
    tokens: list[str] = []
    for token in document.speech.tokens[start:end]:
        if len(joined([*tokens, token])) > LONGEST - 2:
            break
        tokens.append(token)
    tokens = document.without_dangling(tokens)
    text = finished(joined(tokens) or document.speech.tokens[start][: LONGEST - 2])
    return text if len(tokens) == end - start else text.rstrip(".。") + "…"


def _silent(document: Document, mark: float) -> str:
    phrases = document.wording.phrases
    title = shortened(document.title, 60) or phrases.note_untitled
    return _padded(document, phrases.note_silent.format(time=clock(mark), title=title))


def _padded(document: Document, text: str) -> str:
    """Return a line that is long enough, by saying which video it is of."""
    if len(text) < SHORTEST and document.channel:
        text = f"{text} ({shortened(document.channel, 40)})"
    if len(text) < SHORTEST:
        text = f"{text} {document.wording.phrases.nothing_said}"
    return shortened(text, LONGEST)
