"""Plain text: an address or an id a line; what follows a # is a comment."""

from __future__ import annotations

import re

from vidwiz.services.importing.entries import Entry, FileContents

# An address may itself have a # in it, but not after a blank.
_COMMENT = re.compile(r"(?:^|\s)#.*")


def read(text: str) -> FileContents:
    """Return what each line names."""
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        wanted = _COMMENT.sub("", line).strip()
        if wanted:
            entries.append(Entry(wanted, f"line {number}"))
    return FileContents("text", tuple(entries))
