"""Events within one process: who wants to know of a committed change, and telling them."""

from __future__ import annotations

import logging
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from vidwiz.ports import Event

log = logging.getLogger(__name__)


class EventBus:
    """Calls the listeners of this process; safe to use from several threads."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Event], object]] = []
        self._lock = Lock()

    def listen(self, listener: Callable[[Event], object]) -> Callable[[], None]:
        """Call `listener` with every event from now on; return what ends that.

        It runs in the thread that committed the change, so it must not wait.
        """
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock:
                self._listeners.remove(listener)

        return end

    def publish(self, event: Event) -> None:
        """Call every listener; what one of them raises is logged and reaches nobody else."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            try:
                listener(event)
            except Exception:
                log.exception("a listener failed", extra={"event_type": type(event).__name__})
