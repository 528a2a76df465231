"""Transcripts as people copy them: words with a time before them, or above them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz_captions.cues import (
    MOST_LINES,
    UNKNOWN,
    Cue,
    NotCaptionsError,
    fill_times,
    lines_of,
    refuse_too_many,
)
from vidwiz_captions.text import clean_lines
from vidwiz_captions.times import SIGNS, clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vidwiz_captions.encoding import EncodedText

_LENGTH = 400
_CLOCK = r"\d{1,3}:[0-5]\d(?::[0-5]\d(?::\d\d)?)?(?:[.,]\d{1,6})?(?![\d:])"
_STAMP = re.compile(
    rf"\s*[-*•#>_]{{0,3}}\s*[\[(<]?\s*(?P<start>{_CLOCK})"
    rf"(?:\s*(?:[-–—~→>]+|to)\s*(?P<end>{_CLOCK}))?\s*[\])>]?(?:\(\S{{1,300}}\))?[*_]{{0,2}}(?:\s*[-–—:|]+\s*|\s+|(?<=[\])>*])|$)"
)
_NAMED = re.compile(
    rf"\s*(?P<name>\S.{{0,60}}?)(?:\s{{2,}}|\t|\s[\[(]|(?<=\])\s)(?P<start>{_CLOCK})[\])]?\s*:?\s*$"
)
_NAMED_BEFORE = re.compile(
    rf"\s*(?P<name>[^\W\da-z][^\[\](){{}}]{{0,40}}?)\s*[\[(](?P<start>{_CLOCK})[\])]\s*[:–—-]?(?=\s)"
)
_GLUED_TO = re.compile(rf"\s*(?P<start>{_CLOCK})(?!\s?[ap]\.?m\b)(?P<end>)", re.IGNORECASE)
_NUMBERS = re.compile(r"\d+")
_FEW_OTHERS = 2  # words such as `and` beside those for hours, minutes and seconds
_SPOKEN_LENGTH = 60
# What YouTube's page has for readers of screens between the time and the words.
_SPOKEN_TIME = re.compile(r"\s*\d+ (?:hour|minute|second)s?(?:, \d+ (?:minute|second)s?)*$")
_ABOVE, _BEFORE, _AFTER_NAME = "above the words", "before the words", "after a name"
_BETWEEN, _GLUED = "between a name and the words", "before the words without a space"
_PATTERNS = {_AFTER_NAME: _NAMED, _BETWEEN: _NAMED_BEFORE, _GLUED: _GLUED_TO}
_ENOUGH = 2000  # lines that tell what a text is when hardly any of them has a time
_SHARE = 4
_MOST_BACK = 10  # of so many times one may lie before the one above it


@dataclass(frozen=True, slots=True)
class _Stamp:
    start: int
    end: int
    words: str


def is_transcript(source: EncodedText) -> bool:
    """Tell whether most lines of a text have a time, and the times go on."""
    return _form_of(source) is not None


def read_transcript(source: EncodedText) -> list[Cue]:
    """Return the pieces between the times; what stands above the first is not said.

    Raises `NotCaptionsError` when it is no transcript.
    """
    form = _form_of(source)
    if form is None:
        raise NotCaptionsError("most of its lines have no time")
    cues: list[Cue] = []
    stamp: _Stamp | None = None
    body: list[str] = []
    aside: list[str] = []  # the time in words, which is said when nothing else is
    for line in lines_of(source.chunks()):
        found = _read_stamp(line, form)
        if found is not None:
            _add_cue(cues, stamp, body if any(map(str.strip, body)) else aside)
            stamp, body, aside = found, [found.words], []
        elif stamp is not None and not aside and body == [""] and _says_time(line, stamp):
            aside = [line]
        elif not _is_spoken_time(line):
            body.append(line)
            if len(body) > MOST_LINES:
                raise NotCaptionsError(f"a caption in it has over {MOST_LINES:,} lines")
    _add_cue(cues, stamp, body if any(map(str.strip, body)) else aside)
    fill_times(cues)
    return cues


def _add_cue(cues: list[Cue], stamp: _Stamp | None, body: list[str]) -> None:
    if stamp is not None and (text := clean_lines("\n".join(body))):
        cues.append(Cue(stamp.start, stamp.end, text))
        refuse_too_many(len(cues))


def _form_of(source: EncodedText) -> str | None:
    """Return where the times stand, or None when it is no transcript."""
    forms = (_ABOVE, _BEFORE, _AFTER_NAME, _BETWEEN, _GLUED)
    return next((form for form in forms if _is_timed(source, form)), None)


def _is_timed(source: EncodedText, form: str) -> bool:
    lines = timed = stamps = back = 0
    latest = 0
    is_under_time = False
    stamp: _Stamp | None = None
    for line in _written_lines(source):
        if stamp is not None and not stamp.words and _says_time(line, stamp):
            continue
        lines += 1
        if lines > _ENOUGH and timed * 2 * _SHARE < lines:
            return False  # whatever comes
        stamp = _read_stamp(line, form)
        timed += stamp is not None or is_under_time
        is_under_time = stamp is not None and (form == _AFTER_NAME or not stamp.words)
        if stamp is not None:
            stamps += 1
            back += stamp.start < latest
            latest = stamp.start
    return stamps > 0 and timed * 2 > lines and back * _MOST_BACK <= stamps


def _written_lines(source: EncodedText) -> Iterator[str]:
    return (
        line
        for line in lines_of(source.chunks())
        if line.strip("\ufeff \t") and not _is_spoken_time(line)
    )


def _says_time(line: str, stamp: _Stamp) -> bool:
    """Tell whether it is the time above in words, in whatever language: `1 Minute, 4 Sekunden`."""
    if len(line) > _SPOKEN_LENGTH:
        return False
    numbers = [int(number) for number in _NUMBERS.findall(line)]
    others = len(_NUMBERS.sub(" ", line).split())
    minutes, seconds = divmod(stamp.start // 1000, 60)
    fields = [*divmod(minutes, 60), seconds]
    return 0 < len(numbers) <= others <= len(numbers) + _FEW_OTHERS and list(
        filter(None, numbers)
    ) == list(filter(None, fields))


def _is_spoken_time(line: str) -> bool:
    return line[:4].lstrip()[:1].isdecimal() and _SPOKEN_TIME.match(line.rstrip()) is not None


def _read_stamp(line: str, form: str) -> _Stamp | None:
    if line.isascii() and ":" not in line:
        return None
    text = line.lstrip("\ufeff")
    pattern = _PATTERNS.get(form, _STAMP)
    match = pattern.match(text[:_LENGTH].translate(SIGNS))
    if match is None:
        return None
    start = clock(match["start"])
    words = text[match.end() :]
    if form in {_AFTER_NAME, _BETWEEN}:
        name = text[match.start("name") : match.end("name")]
        return _Stamp(start, UNKNOWN, _without_brackets(name) + words)
    if form == _ABOVE and words:
        return None
    return _Stamp(start, clock(match["end"]) if match["end"] else UNKNOWN, words)


def _without_brackets(name: str) -> str:
    """Return a name that is in brackets as Zoom puts them, where others have sounds, without."""
    return name[1:-1] if name.startswith("[") and name.endswith("]") else name
