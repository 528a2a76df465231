"""Transcript objects as files in a folder, written whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from vidwiz.errors import ObjectMissingError, StoreError
from vidwiz.store.keys import checked

if TYPE_CHECKING:
    from collections.abc import Callable


_DRAFT = re.compile(r"\..+\.[0-9a-f]{16}")


class FileStore:
    """Keeps each object in a file below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, key: str) -> Path:
        return self._root / checked(key)

    def put(self, key: str, body: bytes) -> None:
        """Write a draft beside the file, flush it to the disk, and rename it into place."""

        def write(draft: Path) -> None:
            with draft.open("xb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())

        self._place(self._path(key), write)

    def copy(self, key: str, copy_key: str) -> None:
        """Give the object's file a second name: both stay whole, as neither is ever changed."""
        path = self._path(key)
        if not path.is_file():
            raise ObjectMissingError(f"there is no object {key}")
        self._place(self._path(copy_key), lambda draft: _link_or_copy(path, draft))

    def _place(self, path: Path, write: Callable[[Path], None]) -> None:
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write(draft)
            draft.replace(path)
            _flush_names(path.parent)
        except OSError as exc:
            with suppress(OSError):
                draft.unlink()
            raise StoreError(f"the transcript could not be written: {exc.strerror}") from exc

    def get(self, key: str) -> bytes:
        """Return the file's content."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as exc:
            raise ObjectMissingError(f"there is no object {key}") from exc
        except OSError as exc:
            raise StoreError(f"the transcript could not be read: {exc.strerror}") from exc

    def remove_drafts(self, *, older_than_seconds: float) -> int:
        """Remove drafts whose writer was killed; one that is written now is younger."""
        oldest, removed = time.time() - older_than_seconds, 0
        for folder, _, names in os.walk(self._root):
            for name in filter(_DRAFT.fullmatch, names):
                draft = Path(folder, name)
                with suppress(OSError):
                    if draft.lstat().st_mtime < oldest:
                        draft.unlink()
                        removed += 1
        return removed

    def check(self) -> None:
        """Make the folder, and raise when nothing can be written into it."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StoreError(f"the transcript folder cannot be made: {exc.strerror}") from exc
        if not os.access(self._root, os.W_OK | os.X_OK):
            raise StoreError("the transcript folder is not writable")


def _link_or_copy(path: Path, draft: Path) -> None:
    try:
        draft.hardlink_to(path)
    except OSError:  # not every file system has links
        shutil.copyfile(path, draft)


def _flush_names(folder: Path) -> None:
    """Make a rename outlast a power cut: rows will point to the new name."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
