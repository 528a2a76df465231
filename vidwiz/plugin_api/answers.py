"""Reads what models and their servers answer: thoughts, JSON among other words, times to wait.

For authors of LLM providers; using it is optional.
"""

from __future__ import annotations

import json
import math
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_WAIT: Final = timedelta(days=1)
"""No provider's limit takes longer than a day to be filled up again."""

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of a server's answer; the longest that VidWiz asks for has some thousand."""

_THOUGHTS: Final = (("<think>", "</think>"), ("<thinking>", "</thinking>"))
_MOST_BEGINNINGS: Final = 100


def limited(pieces: Iterable[bytes], most: int = MOST_BYTES) -> Iterator[bytes]:
    """Yield the pieces of a body; raise `ValueError` when it goes on beyond so many bytes.

    A server that never stops would fill the memory of the process that waits for the end.
    """
    left = most
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise ValueError("the answer is too long")
        yield piece


def client_limits(httpx: Any) -> dict[str, Any]:  # noqa: ANN401 - a module
    """Return the arguments of a client that reads no more of an answer than a text may have.

    `httpx` is the module of that name, or one of its interface (httpx2). The client asks for
    answers that are not compressed, as few bytes may become very many.
    """

    class Limited(httpx.SyncByteStream):  # type: ignore[misc]
        """The body of an answer, which ends with an error when it is too long."""

        def __init__(self, body: Any) -> None:  # noqa: ANN401 - a stream of that module
            self._body = body

        def __iter__(self) -> Iterator[bytes]:
            try:
                yield from limited(self._body)
            except ValueError as exc:
                raise httpx.RemoteProtocolError(str(exc)) from None

        def close(self) -> None:
            self._body.close()

    def limit(response: Any) -> None:  # noqa: ANN401 - an answer of that module
        if response.headers.get("content-encoding", "identity") != "identity":
            raise httpx.RemoteProtocolError("the answer is compressed, which was not asked for")
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = Limited(response.stream)

    return {"event_hooks": {"response": [limit]}, "headers": {"Accept-Encoding": "identity"}}


class ThoughtFilter:
    """Takes the thoughts out of an answer that comes in pieces.

    Some models begin with `<think>...</think>`, and some servers leave it in the text.
    """

    def __init__(self) -> None:
        self._held = ""
        self._end: str | None = None
        self._answers = False

    def feed(self, piece: str) -> str:
        """Return what of this piece, and of those that were held back, is part of the answer."""
        if self._answers:
            return piece
        self._held += piece
        if self._end is None and not self._begins():
            return ""
        return self._after_thoughts()

    def finish(self) -> str:
        """Return what was held back, when no more pieces come; an unended thought is no answer."""
        return "" if self._answers or self._end is not None else self._held.lstrip()

    def _begins(self) -> bool:
        """Say whether it is known by now how the answer begins."""
        start = self._held.lstrip()
        for opening, closing in _THOUGHTS:
            if start.startswith(opening):
                self._end = closing
                return True
        return bool(start) and not any(opening.startswith(start) for opening, _ in _THOUGHTS)

    def _after_thoughts(self) -> str:
        if self._end is not None:
            _, ended, rest = self._held.partition(self._end)
            if not ended:
                return ""
            self._end, self._held = None, rest
            if not self._begins():
                return ""
            return self._after_thoughts()
        self._answers = True
        return self._held.lstrip()


def without_thoughts(text: str) -> str:
    """Return a whole answer without the thoughts before it.

    The opening mark may be missing, since some templates put it at the end of the prompt.
    """
    for opening, closing in _THOUGHTS:
        if opening not in text and closing in text:
            return text.partition(closing)[2].strip()
    thoughts = ThoughtFilter()
    return (thoughts.feed(text) + thoughts.finish()).strip()


def json_in(text: str) -> str | None:
    """Return the longest JSON object in an answer, as it stands there; None without one.

    So it is found within a fence and between friendly words, and after thoughts.
    """
    found = ""
    start = text.find("{")
    for _ in range(_MOST_BEGINNINGS):
        if start < 0:
            break
        end = _end_of_object(text, start)
        found = max(found, text[start:end], key=len)
        start = text.find("{", max(end, start + 1))
    return found or None


def _end_of_object(text: str, start: int) -> int:
    """Return where the object ends that begins at `start`, or `start` when none does."""
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return start
    return end if isinstance(value, dict) else start


def retry_time(retry_after: str | None) -> datetime | None:
    """Return the time that a `Retry-After` header asks for, which is seconds or a date.

    None for what has passed or cannot be read; never later than `LONGEST_WAIT` from now.
    """
    if retry_after is None:
        return None
    seconds = _seconds(retry_after.strip())
    if seconds is None or math.isnan(seconds) or seconds <= 0:
        return None
    return datetime.now(UTC) + timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds()))


class Patience:
    """Waits within one call where a provider asks for a short pause, as with limits a minute.

    The host's own pauses after `rate_limited` are long, since it cannot know which limit it was.
    """

    def __init__(self, seconds: float = 60.0, pauses: int = 5) -> None:
        self._left = seconds
        self._pauses = pauses

    def pause(self, retry_at: datetime | None) -> bool:
        """Wait until then and return True; False when that is too long, or not known."""
        if retry_at is None or self._pauses <= 0:
            return False
        seconds = max(0.0, (retry_at - datetime.now(UTC)).total_seconds())
        if seconds > self._left:
            return False
        self._pauses -= 1
        self._left -= seconds
        time.sleep(seconds)
        return True


def _seconds(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # A date in the form of asctime has no zone; HTTP has them all in UTC (RFC 9110, 5.6.7).
    return ((date if date.tzinfo else date.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
