"""YouTube's json3, where every word stands once."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

from vidwiz_captions.cues import (
    LATEST,
    Cue,
    NotCaptionsError,
    refuse_too_many,
    split_lines,
    what_else,
)
from vidwiz_captions.numbers import finite
from vidwiz_captions.text import clean_lines

if TYPE_CHECKING:
    from vidwiz_captions.encoding import EncodedText


def read_json3(source: EncodedText) -> list[Cue]:
    """Return the cues of the events; raise `NotCaptionsError`."""
    try:
        document = json.loads(source.text(), object_hook=_Json3Objects())
    except (ValueError, RecursionError) as exc:
        raise NotCaptionsError(what_else(source) or "it is not valid JSON") from exc
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(events, list):
        raise NotCaptionsError("it is JSON without caption events")
    return [cue for cue in events if isinstance(cue, Cue)]


class _Json3Objects:
    """Makes of each JSON object what counts of it as soon as it is read.

    Objects are read from the inside out: a piece of text becomes a tuple, an event a cue, and only
    what holds the events stays an object.
    """

    def __init__(self) -> None:
        self._cues = 0

    def __call__(self, found: dict[str, Any]) -> object:
        if "events" in found:
            return found
        if "segs" not in found:
            return (found.get("utf8"),)
        cue = _read_event(found)
        self._cues += cue is not None
        refuse_too_many(self._cues)
        return cue


def _read_event(event: dict[str, Any]) -> Cue | None:
    """Events of windows and styles have no words; those that append mostly a line end."""
    start = _milliseconds(event.get("tStartMs", 0))
    if start is None or not isinstance(event["segs"], list):
        return None
    pieces = chain.from_iterable(seg for seg in event["segs"] if isinstance(seg, tuple))
    said = "".join(piece for piece in pieces if isinstance(piece, str))
    text = clean_lines("\n".join(split_lines(said)))
    duration = _milliseconds(event.get("dDurationMs", 0)) or 0
    return Cue(start, start + duration, text) if text else None


def _milliseconds(value: object) -> int | None:
    number = finite(value)
    return None if number is None else round(min(max(number, 0), LATEST))
