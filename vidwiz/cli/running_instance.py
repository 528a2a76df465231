"""Whether `vidwiz up` runs on a data dir; its lock file says where it listens."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from vidwiz import file_locks

if TYPE_CHECKING:
    from pathlib import Path

    from vidwiz.config import Config


def lock_file(config: Config) -> Path:
    """Return the file that `vidwiz up` holds locked while it runs."""
    return config.data_dir / "up.lock"


def describe(config: Config) -> str | None:
    """Return process and address of the one that runs; None when none does."""
    path = lock_file(config)
    if not path.exists():
        return None
    lock = file_locks.take(path)
    if lock is None:
        return path.read_text(encoding="utf-8").strip() or "it is starting"
    os.close(lock)
    return None
