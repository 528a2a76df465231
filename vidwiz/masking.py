"""Secrets that this process knows, and texts without them."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = "***"
SHORTEST = 6
"""What is shorter is no key that protects anything, and it would mask parts of ordinary words."""

_lock = threading.Lock()
_hidden: set[str] = set()
_pattern: re.Pattern[str] | None = None


def hide(values: Iterable[str]) -> None:
    """Mask these from now on, in this process and those forked from it; they are never unmasked."""
    global _pattern  # noqa: PLW0603 - what this process must not say belongs to no object of it
    with _lock:
        before = len(_hidden)
        for value in values:
            if len(value.strip()) >= SHORTEST:
                _hidden.update(_spellings(value.strip()))
        if len(_hidden) > before:
            longest_first = sorted(_hidden, key=len, reverse=True)
            _pattern = re.compile("|".join(map(re.escape, longest_first)))


def mask(text: str) -> str:
    """Return the text with `***` in place of every hidden value."""
    return _pattern.sub(MASK, text) if _pattern else text


def _spellings(value: str) -> set[str]:
    """Return the value as addresses, JSON and tracebacks spell it."""
    in_json = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    return {value, quote(value, safe=""), quote(value), quote_plus(value), repr(value)[1:-1]} | (
        in_json
    )
