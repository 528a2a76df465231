"""Keys of objects: relative paths that lead nowhere else."""

from __future__ import annotations

from vidwiz.errors import StoreError


def checked(key: str) -> str:
    """Return the key; raise `StoreError` for one that may name something outside the store."""
    if "\x00" in key or any(part in {"", ".", ".."} for part in key.split("/")):
        raise StoreError(f"{key!r} is not a key")
    return key
