"""Files that people have: which kind one is, and what it names.

The formats are those of Google Takeout (watch history as JSON or HTML, playlists and
subscriptions as CSV), browsers' bookmark files (Netscape's HTML), OPML, and plain text with an
address or id a line. Nothing is fetched, and a part that cannot be read stops no other.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from vidwiz.errors import InvalidInputError
from vidwiz.services.importing import html_files, json_files, table_files, text_files

if TYPE_CHECKING:
    from vidwiz.services.importing.entries import FileContents

MOST_BYTES = 32 * 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf")
_LOOKED_AT = 4096


def decode(data: bytes) -> str:
    """Return the file's text; raise `InvalidInputError` for what is no text or too much."""
    if len(data) > MOST_BYTES:
        raise _unfit(f"a file has {MOST_BYTES // 1024**2} MB at most")
    if data.startswith(_ARCHIVES):
        raise _unfit("this is an archive; unpack it and give one of the files in it")
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise _unfit("this file's text is damaged") from None
        # As old programs for Windows write; ids and addresses are the same in all of these.
        return data.decode("cp1252", errors="replace")


def read(text: str) -> FileContents:
    """Return what the file names; raise `InvalidInputError` when it is none of the formats."""
    if len(text) > MOST_BYTES:
        raise _unfit(f"a file has {MOST_BYTES // 1024**2} MB at most")
    text = text.lstrip("\ufeff")
    if "\0" in text:
        raise _unfit("this is no text file")
    beginning = text[:_LOOKED_AT].lstrip().lower()
    if beginning.startswith(("[", "{")):
        return json_files.read(text)
    if beginning.startswith("<"):
        return html_files.read(text, beginning)
    if table_files.is_table(text):
        return table_files.read(text)
    return text_files.read(text)


def _unfit(message: str) -> InvalidInputError:
    return InvalidInputError(message, field="file", code="invalid_file")
