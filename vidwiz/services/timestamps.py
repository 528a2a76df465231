"""Timestamps of notes: `m:ss` and `h:mm:ss`."""

from __future__ import annotations

import re

from vidwiz.errors import InvalidInputError

PATTERN = r"^([0-9]{1,3}:[0-5][0-9]:[0-5][0-9]|[0-9]{1,3}:[0-5][0-9])$"
"""What a timestamp looks like, in the syntax that JavaScript has too."""
_TIMESTAMP = re.compile(r"(?:(\d{1,3}):([0-5]\d):([0-5]\d)|(\d{1,3}):([0-5]\d))", re.ASCII)


def seconds(timestamp: str) -> int:
    """Return the seconds of a timestamp; raise `InvalidInputError` when it is none."""
    match = _TIMESTAMP.fullmatch(timestamp)
    if match is None:
        raise InvalidInputError("a timestamp is m:ss or h:mm:ss", field="timestamp")
    hours, minutes, rest, only_minutes, only_rest = (int(part or 0) for part in match.groups())
    return hours * 3600 + (minutes + only_minutes) * 60 + rest + only_rest


def label(moment: float) -> str:
    """Return `m:ss`, from an hour on `h:mm:ss`."""
    minutes, rest = divmod(int(moment), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
