"""The ids in info.json files whose names have none, kept in a file from one process to the next."""

from __future__ import annotations

import json
import os
import re
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = 16 * 1024  # bytes of an info.json in which its id stands: yt-dlp writes it first
_ID = re.compile(r'\s*\{\s*(?:"_type"\s*:\s*"\w*"\s*,\s*)?"id"\s*:\s*"([^"\\]{1,200})"')
_OTHER_ID = re.compile(r'"(?:id|display_id|video_id)"\s*:\s*"([^"\\]{1,200})"')
_WORTH_KEEPING = 50  # files that had to be read


class KnownIds:
    """Knows the ids in info.json files, and reads a file again when its size or time changed.

    `path` is where they are kept, nowhere if it is None. That file may be deleted at any time, and
    what is wrong in it is left out: of two processes the last one's stays.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, list[Any]] | None = None
        self._read = 0

    def of(self, path: str) -> tuple[str, ...]:
        """Return the ids at the beginning of an info.json; none of one that cannot be read.

        The first is the video's own; it is empty where only the whole file tells which that is.
        """
        if self._known is None:
            self._known = _load(self._path)
        known = self._known
        try:
            status = os.stat(path)  # noqa: PTH116 - for each file of a large library
            entry = known.get(path)
            if entry is not None and entry[:2] == [status.st_mtime_ns, status.st_size]:
                return tuple(entry[2:])
            ids = _read_ids(path)
        except OSError:
            return ()
        self._read += 1
        if any(ids):
            known[path] = [status.st_mtime_ns, status.st_size, *ids]
        return ids

    def keep(self, paths: set[str]) -> None:
        """Write what is known of these files, if much of it is new."""
        if self._path is None or self._known is None or self._read < _WORTH_KEEPING:
            return
        self._read = 0
        entries = {path: entry for path, entry in list(self._known.items()) if path in paths}
        temporary = None
        try:
            descriptor, temporary = tempfile.mkstemp(prefix=".library-", dir=self._path.parent)
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                json.dump(entries, stream)
            os.replace(temporary, self._path)  # noqa: PTH105 - both are given as they are
        except OSError:
            if temporary is not None:
                with suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108


def _load(path: Path | None) -> dict[str, list[Any]]:
    if path is None:
        return {}
    try:
        entries = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(entries, dict):
        return {}
    return {
        name: entry
        for name, entry in entries.items()
        if isinstance(entry, list) and all(isinstance(one, str) for one in entry[2:])
    }


def _read_ids(path: str) -> tuple[str, ...]:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # it may be a pipe
    try:
        head = os.read(descriptor, _HEAD).decode("utf-8-sig", "replace")
    finally:
        os.close(descriptor)
    if first := _ID.match(head):
        return (first[1],)
    return ("", *_OTHER_ID.findall(head))
