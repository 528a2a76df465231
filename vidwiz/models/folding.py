"""Folding text, so that search and sorting ignore case for all letters on both databases.

The databases' own lower() differ: SQLite's knows A to Z only.
"""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """Return the text as it is compared: without case, and each letter in one form (NFKC)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
