"""The readers of caption formats: each makes cues of a text and forgives what it can."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from vidwiz_local.captions.text import clean
from vidwiz_local.numbers import finite


class NotCaptionsError(Exception):
    """The text is something else; the message says what."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What stands on the screen from `start` to `end`, in milliseconds, line by line."""

    start: int
    end: int
    lines: tuple[str, ...]


_TIME = r"(-?)(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2})(?:[.,](\d{1,9}))?"
_TIMING = re.compile(rf"{_TIME}\s*-{{1,2}}>\s*{_TIME}(?:\s|$)")
_TIMING_LENGTH = 200  # settings may follow, but no file needs more, and a line may be endless
_LATEST = 9999 * 3_600_000

_VTT_BLOCK = re.compile(r"NOTE(?:\s|$)|(?:STYLE|REGION)\s*$|WEBVTT")


def read_srt(text: str) -> list[Cue]:
    """Read SubRip, or WebVTT by a wrong name."""
    return _read_timed_text(text, vtt=text.lstrip().startswith("WEBVTT"))


def read_vtt(text: str) -> list[Cue]:
    """Read WebVTT, with or without its heading."""
    return _read_timed_text(text, vtt=True)


def _read_timed_text(text: str, *, vtt: bool) -> list[Cue]:
    """Cut at the lines with times rather than at empty lines, which are often wrong."""
    cues: list[Cue] = []
    times: tuple[int, int] | None = None
    body: list[str] = []
    number: int | None = 0
    for line in _lines(text):
        found = _read_times(line)
        if found is None:
            body.append(line)
            continue
        number = _take_label(body, number, vtt=vtt)
        if times is not None:
            cues.append(Cue(*times, _payload(body, vtt=vtt)))
        times, body = found, []
    if times is not None:
        cues.append(Cue(*times, _payload(body, vtt=vtt)))
    elif not text.lstrip().startswith("WEBVTT"):
        reason = _what_else(text) or "it has no line with the times of a caption"
        raise NotCaptionsError(reason)
    return cues


def _lines(text: str) -> list[str]:
    for line_end in ("\r\r\n", "\r\n", "\r"):
        text = text.replace(line_end, "\n")
    return text.split("\n")


def _read_times(line: str) -> tuple[int, int] | None:
    if "->" not in line:
        return None
    match = _TIMING.match(line[:_TIMING_LENGTH].strip())
    if match is None:
        return None
    parts = match.groups()
    return _milliseconds_of(*parts[:5]), _milliseconds_of(*parts[5:])


def _milliseconds_of(
    sign: str, hours: str | None, minutes: str, seconds: str, fraction: str | None
) -> int:
    if sign:
        return 0
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int((fraction or "0")[:3].ljust(3, "0"))


def _take_label(body: list[str], number: int | None, *, vtt: bool) -> int | None:
    """Take the number or name of the next cue off the end of this one's body.

    Return the number. `number` is this cue's: where the empty line between the cues is missing,
    only the next in turn is taken for a number, since the captions may speak of numbers too.
    """
    label = body[-1].strip() if body else ""
    after_gap = len(body) > 1 and not body[-2]
    if label.isdecimal() and len(label) < 10:  # noqa: PLR2004 - a billion cues
        if after_gap or (number is not None and int(label) == number + 1):
            del body[-1]
            return int(label)
    elif vtt and label and after_gap:
        del body[-1]
    return None


def _payload(body: list[str], *, vtt: bool) -> tuple[str, ...]:
    """Text after an empty line is kept as well: more files are sloppy than carry text to ignore."""
    if vtt:
        for index in range(1, len(body)):
            if not body[index - 1] and _VTT_BLOCK.match(body[index]):
                body = body[:index]
                break
    return tuple(filter(None, map(clean, body)))


def _what_else(text: str) -> str | None:
    head = text.lstrip()[:1000].lower()
    if not head:
        return "it is empty"
    if head.startswith(("<!doctype html", "<html")):
        return "it is a web page"
    if "\0" in head:
        return "it is not text"
    return None


def read_json3(text: str) -> list[Cue]:
    """Read YouTube's json3, where every word stands once."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise NotCaptionsError(_what_else(text) or "it is not valid JSON") from exc
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(events, list):
        raise NotCaptionsError("it is JSON without caption events")
    return [cue for event in events if (cue := _read_event(event)) is not None]


def _read_event(event: object) -> Cue | None:
    """Events of windows and styles have no words; those that append mostly a line end."""
    if not isinstance(event, dict) or not isinstance(event.get("segs"), list):
        return None
    start = _milliseconds(event.get("tStartMs", 0))
    if start is None:
        return None
    pieces = [seg.get("utf8") for seg in event["segs"] if isinstance(seg, dict)]
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    duration = _milliseconds(event.get("dDurationMs", 0)) or 0
    return Cue(start, start + duration, tuple(filter(None, map(clean, _lines(text)))))


def _milliseconds(value: object) -> int | None:
    number = finite(value)
    return None if number is None else int(min(max(number, 0), _LATEST))
