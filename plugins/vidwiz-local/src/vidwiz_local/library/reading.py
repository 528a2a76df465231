"""Reading a file of the library whole: not while somebody still writes it."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from vidwiz.plugin_api import PluginError
from vidwiz_captions import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

RECENT = 10.0
"""Seconds since its last change after which nobody is thought to write a file any more."""
_JUST_NOW = 2.0  # the same, where only looking twice tells
_PAUSE = 0.3  # seconds between the two looks: programs write what they copy without pauses


def read_file(path: Path, *, name: str) -> bytes:
    """Return the content; raise `parse_error`, or `still_written` while somebody writes it."""
    try:
        # Opening a pipe would wait for its writer.
        if not path.is_file():
            raise PluginError("parse_error", f"{name} is not a file.")
        with path.open("rb") as stream:
            before = os.fstat(stream.fileno())
            data = stream.read(MAX_BYTES + 1)
            growing = _is_growing(stream.fileno(), before)
    except OSError as exc:
        reason = exc.strerror or "input error"
        raise PluginError("parse_error", f"{name} cannot be read ({reason}).") from exc
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024**2
        raise PluginError("parse_error", f"{name} is too large (over {limit} MB).")
    if growing:
        message = f"{name} is still being written. It will be read when it is complete."
        raise PluginError("still_written", message)
    return data


def _is_growing(descriptor: int, before: os.stat_result) -> bool:
    """Tell whether somebody writes a file that was just read."""
    age = abs(time.time() - before.st_mtime)
    if age > RECENT:
        return _has_changed(descriptor, before)
    written = _is_open_for_writing(descriptor)
    if written is None and age < _JUST_NOW:
        time.sleep(_PAUSE)
    return written is True or _has_changed(descriptor, before)


def _has_changed(descriptor: int, before: os.stat_result) -> bool:
    after = os.fstat(descriptor)
    return (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns)


def _is_open_for_writing(descriptor: int) -> bool | None:
    """Ask Linux for a lease, which it grants only where nobody has the file open for writing.

    None where that cannot be told: elsewhere, for files of others, on some network file systems.
    """
    if sys.platform != "linux":
        return None
    import fcntl  # noqa: PLC0415 - not everywhere

    try:
        # Whoever opens the file in between has this signal sent; the usual one would end us.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    return False
