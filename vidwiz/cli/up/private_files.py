"""Closes what VidWiz keeps in its data dir to others, where an older version left it open."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# All that VidWiz itself makes in a data dir.
_OWN = re.compile(
    r"vidwiz\.db(-wal|-shm|-journal)?|objects|workers|redis|redis\.sock|library"
    r"|(secret\.key|admin\.token|owner\.token)(\.[0-9a-f]{16})?"
    r"|(up|prepare)\.lock|local-worker\.log"
)
# The captions in it are the user's, and perhaps meant for others.
_LEFT_ALONE = ("library", "redis.sock")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def close_to_others(data_dir: Path) -> list[Path]:
    """Take others' rights away from our files and folders; return those that had some.

    The data dir itself is closed when nothing else is in it. What belongs to another user, what a
    symbolic link leads to, and what VidWiz did not make stay as they are.
    """
    own = [path for path in data_dir.iterdir() if _OWN.fullmatch(path.name)]
    candidates = [path for path in own if path.name not in _LEFT_ALONE]
    if len(own) == len(list(data_dir.iterdir())):
        candidates.insert(0, data_dir)
    return list(_closed(candidates))


def _closed(paths: list[Path]) -> Iterator[Path]:
    for path in sorted(paths):
        found = path.lstat()
        is_ours = found.st_uid == os.getuid() and (
            stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode)
        )
        if is_ours and found.st_mode & _OTHERS:
            path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)
            yield path
