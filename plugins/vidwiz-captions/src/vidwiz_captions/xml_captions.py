"""Captions in XML: YouTube's srv1, srv2 and srv3, and TTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vidwiz_captions.cues import (
    LATEST,
    LONGEST_LINE,
    UNKNOWN,
    Cue,
    NotCaptionsError,
    fill_times,
    refuse_too_many,
    what_else,
)
from vidwiz_captions.text import clean_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vidwiz_captions.encoding import EncodedText

_DEEPEST = 100  # elements inside each other; captions have about ten
# XML knows five entities and a document type may define more, which may stand for gigabytes. Of all
# but the five the sign is made text here, so what HTML calls `&nbsp;` is read with the captions.
_LONE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_ENTITY_LENGTH = 12
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CLOCK = re.compile(r"(\d{1,6}):(\d{1,2}):(\d{1,2})(?:[.,](\d{1,20})|:(\d{1,4})(?:\.\d{1,4})?)?")
_OFFSET = re.compile(r"(\d{1,15}(?:\.\d{1,20})?)(h|m|s|ms|f|t)?")
_UNITS = {"h": 3_600_000.0, "m": 60_000.0, "s": 1000.0, "ms": 1.0}
_SILENT = frozenset({"metadata", "head"})
_BREAK = "\x0b"  # stands for `<br/>`; no XML can have it
_FRAME_RATE = 30.0  # TTML's default, https://www.w3.org/TR/ttml2/#timing-attribute-frameRate


def read_xml(source: EncodedText) -> list[Cue]:
    """Read any of these formats, told by its elements; raise `NotCaptionsError`."""
    from xml.parsers import expat  # noqa: PLC0415 - only these formats need it

    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = _refuse_entity
    try:
        for piece in _pieces(source):
            parser.Parse(piece, False)
        parser.Parse("", True)
    except expat.ExpatError as exc:
        raise NotCaptionsError(what_else(source) or "it is not valid XML") from exc
    if not reader.is_known:
        raise NotCaptionsError(what_else(source) or "it is XML without captions")
    fill_times(reader.cues)
    return reader.cues


def _pieces(source: EncodedText) -> Iterator[str]:
    rest = ""
    unended = 0
    for number, chunk in enumerate(source.chunks()):
        unended = 0 if ">" in chunk else unended + len(chunk)
        if unended > LONGEST_LINE:  # a tag of millions of attributes takes many times its size
            raise NotCaptionsError(f"it has a line of over {LONGEST_LINE:,} characters")
        text = rest + (chunk if number else chunk.lstrip("\ufeff \t\r\n"))
        cut = text.rfind("&", max(0, len(text) - _ENTITY_LENGTH))
        cut = len(text) if cut < 0 else cut
        rest = text[cut:]
        yield _plain(text[:cut])
    yield _plain(rest)


def _plain(text: str) -> str:
    return _NOT_XML.sub("", _LONE_AMPERSAND.sub("&amp;", text))


def _refuse_entity(*_: object) -> None:
    raise NotCaptionsError("its XML defines entities, which no captions need")


class _Reader:
    """Makes cues of the elements as they come; keeps one caption at a time."""

    def __init__(self) -> None:
        self.cues: list[Cue] = []
        self.is_known = False
        self._root = ""
        self._rates = _Rates({})
        self._begins: list[int] = []  # of the elements around, in TTML
        self._times: list[tuple[int, int]] = []  # of the captions that are open
        self._open: list[bool] = []  # for each element, whether it opened a caption
        self._pieces: list[str] = []
        self._length = 0
        self._silent = 0  # elements around that say nothing

    def start(self, name: str, found: Mapping[str, str]) -> None:
        name = name.rpartition(" ")[2]
        values = {key.rpartition(" ")[2]: value for key, value in found.items()}
        if not self._open:
            self._root = name
            self._rates = _Rates(values)
            self.is_known = name in {"tt", "transcript", "timedtext"}
        if len(self._open) >= _DEEPEST:
            raise NotCaptionsError(f"its XML has over {_DEEPEST} elements inside each other")
        around = self._begins[-1] if self._begins else 0
        times = self._times_of(name, values, around)
        own = self._rates.milliseconds(values.get("begin")) if self._root == "tt" else None
        self._begins.append(around + (own or 0))
        # Spans of a paragraph with times of its own are words in it.
        opens = times is not None and (not self._times or self._times[-1][0] == UNKNOWN)
        self._open.append(opens)
        if opens and times is not None:
            self._end_cue()
            self._times.append(times)
        self._silent += name in _SILENT
        if name == "br":
            self.text(_BREAK)

    def end(self, name: str) -> None:
        self._silent -= name.rpartition(" ")[2] in _SILENT
        self._begins.pop()
        if self._open.pop():
            self._end_cue()
            self._times.pop()

    def _end_cue(self) -> None:
        said = "".join(self._pieces)
        if self._root == "tt":  # its lines end where the file was cut for reading
            said = _BREAK.join(" ".join(line.split()) for line in said.split(_BREAK))
        if text := clean_lines(said.replace(_BREAK, "\n")):
            self.cues.append(Cue(*self._times[-1], text))
            refuse_too_many(len(self.cues))
        self._pieces, self._length = [], 0

    def text(self, piece: str) -> None:
        if self._times and not self._silent:
            self._pieces.append(piece)
            self._length += len(piece)
            if self._length > LONGEST_LINE:
                raise NotCaptionsError(f"it has a line of over {LONGEST_LINE:,} characters")

    def _times_of(
        self, name: str, values: Mapping[str, str], around: int
    ) -> tuple[int, int] | None:
        """Return the times when the element is a caption."""
        if self._root == "transcript" and name == "text":
            return _span(values.get("start"), values.get("dur"), 1000)
        if self._root == "timedtext" and name in {"p", "text"}:
            return _span(values.get("t"), values.get("d"), 1)
        if self._root == "tt" and name in {"p", "span"}:
            return self._rates.span(values, around, is_paragraph=name == "p")
        return None


def _span(start: str | None, duration: str | None, unit: int) -> tuple[int, int]:
    begins, lasts = _number(start), _number(duration)
    if begins is None:
        return UNKNOWN, UNKNOWN
    first = _limited(begins * unit)
    return first, UNKNOWN if lasts is None else _limited(first + lasts * unit)


def _number(text: str | None) -> float | None:
    match = _OFFSET.fullmatch((text or "").strip().lstrip("+"))
    return float(match[1]) if match else None


def _limited(milliseconds: float) -> int:
    # Rounded, as in binary 254.938 s are a little less than so many milliseconds.
    return round(min(max(milliseconds, 0), LATEST))


class _Rates:
    """How a TTML document counts time."""

    def __init__(self, values: Mapping[str, str]) -> None:
        rate = _number(values.get("frameRate"))
        multiplier = [_number(part) for part in values.get("frameRateMultiplier", "").split()]
        factor = 1.0
        match multiplier:
            case [float(above), float(below)] if above > 0 and below > 0:
                factor = above / below
        self._frames = (rate or _FRAME_RATE) * factor
        self._ticks = _number(values.get("tickRate")) or (self._frames if rate else 1.0)

    def span(
        self, values: Mapping[str, str], around: int, *, is_paragraph: bool
    ) -> tuple[int, int] | None:
        """Return start and end of an element; a paragraph without times has unknown ones."""
        begin, end = (self.milliseconds(values.get(key)) for key in ("begin", "end"))
        lasts = self.milliseconds(values.get("dur"))
        if begin is None and end is None and lasts is None:
            return (around or UNKNOWN, UNKNOWN) if is_paragraph else None
        start = around + (begin or 0)
        if end is not None:
            return _limited(start), _limited(around + end)
        return _limited(start), UNKNOWN if lasts is None else _limited(start + lasts)

    def milliseconds(self, time: str | None) -> int | None:
        """Return what a time says, or None when there is none or it cannot be read."""
        text = (time or "").strip()
        if match := _CLOCK.fullmatch(text):
            hours, minutes, seconds, fraction, frames = match.groups()
            whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
            part = float(f"0.{fraction}") if fraction else int(frames or 0) / self._frames
            return _limited(round((whole + part) * 1000))
        if match := _OFFSET.fullmatch(text):
            unit = match[2] or "s"
            value = float(match[1])
            if unit in _UNITS:
                return _limited(round(value * _UNITS[unit]))
            return _limited(round(value * 1000 / (self._frames if unit == "f" else self._ticks)))
        return None
