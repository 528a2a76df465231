"""Long polls: how many may wait in one process, and how they wait."""

from __future__ import annotations

from contextlib import contextmanager
from functools import wraps
from threading import BoundedSemaphore, Event
from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.exceptions import MethodNotAllowed

from vidwiz.http.error_responses import BusyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Half of the 64 threads that a process serves with, so that the rest can answer.
MOST_AT_ONCE = 32
LOOK_AGAIN_SECONDS = 1.0


def never_by_head(view: Callable[..., Any]) -> Callable[..., Any]:
    """Answer 405 to HEAD, which Flask has every GET route take: it would claim without a body."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the view's own
        if request.method == "HEAD":
            raise MethodNotAllowed(["GET"])
        return view(*args, **kwargs)

    return checked


class LongPolls:
    """The places of one process; waiting holds a thread and nothing else."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._places = BoundedSemaphore(most)
        self._closing = Event()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place to wait in; raise `BusyError` when all are taken."""
        if not self._places.acquire(blocking=False):
            raise BusyError("too many helpers wait at this process")
        try:
            yield
        finally:
            self._places.release()

    def wait(self, seconds: float) -> bool:
        """Wait; False when the process is about to stop, so that nobody should go on."""
        return not self._closing.wait(min(seconds, LOOK_AGAIN_SECONDS))

    def close(self) -> None:
        """End all waiting, as a process does that is asked to stop."""
        self._closing.set()
