"""The names in the library folder, kept between calls and looked at again where a folder changed.

A fetch costs one `stat` a folder, and a search through the names of each as one string: a folder of
50,000 files is listed once by a process, and once more after something in it came or went.
"""

from __future__ import annotations

import os
import re
import time
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from vidwiz_local.library.ids import KnownIds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTLED_NS = 3_000_000_000
"""A folder that changed less than this before it was listed is listed again the next time: FAT
counts in 2 s, and what came within the same tick would never be seen."""
_NAMED_BY_ID = re.compile(
    r"(?:.*\[[A-Za-z0-9_-]{11}\]|[A-Za-z0-9_-]{11})\.info\.json", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True)
class Listing:
    """The names in one folder: `names` has a slash before, between and after them."""

    path: str
    names: str
    folders: tuple[str, ...]
    changed_ns: int
    is_settled: bool

    def with_text(self, text: str) -> Iterator[str]:
        """Yield the names of files that contain a text."""
        if not text or "/" in text:
            return
        at = self.names.find(text)
        while at >= 0:
            end = self.names.index("/", at)
            yield self.names[self.names.rindex("/", 0, at + 1) + 1 : end]
            at = self.names.find(text, end)

    def all_names(self) -> list[str]:
        """Return the names of all files."""
        return self.names.split("/")[1:-1]

    @cached_property
    def infos(self) -> tuple[str, ...]:
        """The names of the info.json files that do not tell an id themselves."""
        names = (name for name in self.all_names() if name[-10:].lower() == ".info.json")
        return tuple(name for name in names if not _NAMED_BY_ID.fullmatch(name))


@dataclass(slots=True)
class LibraryIndex:
    """Knows the names below a folder.

    May be used by several threads and by forked processes: what is kept are whole values, each put
    in place at once, and two that make the same do no harm.
    """

    root: Path
    ids: KnownIds = field(default_factory=lambda: KnownIds(None))
    _listings: dict[str, Listing] = field(default_factory=dict)

    def folders(self) -> Iterator[Listing]:
        """Yield the folder and those below it, the nearest first, each once, as they are now.

        Links are followed, since libraries are often put together of them. Raises `OSError` when
        the folder itself cannot be read; others that cannot are left out.
        """
        seen = set()
        waiting = deque([str(self.root)])
        kept = {}
        while waiting:
            path = waiting.popleft()
            try:
                status = os.stat(path)  # noqa: PTH116 - Path costs more than the call
                place = (status.st_dev, status.st_ino)
                if place in seen:
                    continue
                seen.add(place)
                listing = self._renewed(path, status.st_mtime_ns)
            except OSError:
                if path == str(self.root):
                    raise
                continue
            kept[path] = listing
            yield listing
            waiting.extend(f"{path}/{name}" for name in listing.folders)
        self._listings = kept  # without those that are gone

    def _renewed(self, path: str, changed_ns: int) -> Listing:
        known = self._listings.get(path)
        if known is not None and known.is_settled and known.changed_ns == changed_ns:
            return known
        now = time.time_ns()
        files: list[str] = []
        folders: list[str] = []
        with os.scandir(path) as entries:
            for entry in entries:
                (folders if _is_folder(entry) else files).append(entry.name)
        names = "/".join(["", *files, ""])
        settled = 0 <= changed_ns < now - SETTLED_NS
        listing = Listing(path, names, tuple(sorted(folders)), changed_ns, settled)
        self._listings[path] = listing
        return listing

    def infos_of(self, video_id: str) -> Iterator[tuple[Listing, str]]:
        """Yield the folders and names of info.json files that have the id in them, not in the name.

        Each file is read once, and again when it changed.
        """
        seen = set()
        for listing in self.folders():
            for name in listing.infos:
                path = f"{listing.path}/{name}"
                seen.add(path)
                if video_id in self.ids.of(path):
                    yield listing, name
        self.ids.keep(seen)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False
