"""Calls a plugin in a thread of its own, for no longer than the plugin itself says.

Why a thread: no plugin can be trusted to give up, and what hangs (a socket without a time limit, an
endless loop) heeds neither a deadline that is handed to it nor an exception. So the call runs in a
thread, and whoever waits goes on when the time is over. What that means:

- A thread cannot be killed. One that was given up goes on until its call ends or the process does;
  its result is thrown away. It keeps what it holds (memory, a connection), so a plugin that has
  `MOST_GIVEN_UP` of them in this process is not called again until one of them ends.
- It holds up nothing else: it is a daemon thread, for which neither the end of the process nor a
  pool waits. Ten calls of a note job have ten such threads, each with its own time.
- A time-out of the job (RQ's signal) is raised in the waiting thread, never in the plugin's code.
  So it passes through at once, and no `except Exception` of a plugin can swallow it.
- A plugin is called from changing threads, and a new call may begin while one that was given up
  still runs. The plugin API says so.
- Threads that the plugin starts are daemons as well, unless it says otherwise.
- What it raises to end the process (`SystemExit`) ends the call.
- Code that keeps the interpreter to itself (a C extension that never releases the GIL) is beyond
  this. The deadline of the task is, as before, the last resort: it ends the process.
"""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from vidwiz.plugin_api import PluginError
from vidwiz.plugin_host import results

if TYPE_CHECKING:
    from collections.abc import Callable

    from vidwiz.plugin_api import Plugin

T = TypeVar("T")

MOST_GIVEN_UP = 10
"""As many calls as a note job makes at once: a provider that hangs may cost one round of them."""


class PluginExitError(Exception):
    """A plugin wanted to end the process."""


class Call(threading.Thread, Generic[T]):
    """One call of a plugin, which may outlast whoever waits for it.

    `plugin` is its name as long as there is no object of it.
    """

    def __init__(self, plugin: Plugin | str, work: Callable[[], T]) -> None:
        name = plugin if isinstance(plugin, str) else plugin.info.name
        super().__init__(name=f"plugin-{name}", daemon=True)
        self.plugin = plugin
        self.given_up = False
        self.error: BaseException | None = None
        self._result: T | None = None
        self._finished = threading.Event()
        # The log lines of the plugin name the task, as those of the waiting thread do.
        self._context = contextvars.copy_context()
        self._work = work

    def run(self) -> None:
        try:
            self._result = self._context.run(self._work)
        except BaseException as exc:  # noqa: BLE001 - it is raised again where it is waited for
            self.error = exc
        finally:
            self._finished.set()

    def finish(self, seconds: float) -> bool:
        """Wait for the end; after `seconds` give the call up and return False."""
        try:
            self._finished.wait(seconds)
        finally:
            # Also when the waiting itself was interrupted.
            self.given_up = not self._finished.is_set()
        if self.given_up:
            return False
        self.join()  # at once: nothing is left of it when a process is forked next
        return True

    def result(self) -> T:
        """Return what the plugin returned, or raise what it raised.

        Raises `PluginExitError` for what would end the process.
        """
        if isinstance(self.error, Exception):
            raise self.error
        if self.error is not None:
            raise PluginExitError(f"it raised {type(self.error).__name__}") from self.error
        return cast("T", self._result)


def call(plugin: Plugin, work: Callable[[], T], *, seconds: float | None = None) -> T:
    """Return what `work` returns, which calls `plugin`; raise what it raises.

    Raises `PluginError` (`timed_out`) after `seconds`, by default the plugin's `timeout_seconds`,
    and at once while too many earlier calls of it still hang.
    """
    if _given_up(plugin) >= MOST_GIVEN_UP:
        raise PluginError("timed_out")
    running = Call(plugin, work)
    running.start()
    if not running.finish(plugin.info.timeout_seconds if seconds is None else seconds):
        raise PluginError("timed_out")
    try:
        return running.result()
    except PluginError as error:
        results.tidy(error)
        raise


def _given_up(plugin: Plugin) -> int:
    """Count the calls of the plugin that still run although nobody waits for them."""
    return sum(
        isinstance(thread, Call) and thread.plugin is plugin and thread.given_up
        for thread in threading.enumerate()
    )
