"""HTML and its like: bookmark files, the watch history of Google Takeout as a page, and OPML."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

from vidwiz.errors import InvalidInputError
from vidwiz.services.importing.entries import Entry, FileContents

_ADVERTISEMENT = "From Google Ads"
_CELL = "outer-cell"
_LONGEST_ADDRESS = 4096
_FEED = "/feeds/videos.xml"
# Python's own parser takes minutes for a few hundred kilobytes of tags that never end (3.11), so
# that anybody could hold up a server with a file. Nothing here is looked at twice.
_TAG = re.compile(r"""(/?[a-zA-Z]++)((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(
    r"""\b(href|xmlurl|title|text)\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'>]++)""", re.IGNORECASE
)


def read(text: str, beginning: str) -> FileContents:
    """Return what the page links to; raise `InvalidInputError` where it links to nothing."""
    reader = _Links()
    reader.read(text)
    if not reader.found:
        raise InvalidInputError(
            "this page has no links to videos", field="file", code="invalid_file"
        )
    entries: list[Entry] = []
    lists: list[Entry] = []
    for link in reader.found:
        feed = _followed(link.text)
        (entries if feed is None else lists).append(
            link if feed is None else Entry(feed, link.place, link.title)
        )
    return FileContents(_format(beginning), tuple(entries), tuple(lists), lenient=True)


def _format(beginning: str) -> str:
    if "netscape-bookmark" in beginning:
        return "bookmarks"
    return "opml" if "<opml" in beginning else "page"


def _followed(address: str) -> str | None:
    """Return the channel or playlist whose feed this is; None for any other address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if not parts.path.endswith(_FEED) or not (parts.hostname or "").endswith("youtube.com"):
        return None
    query = parse_qs(parts.query)
    if "channel_id" in query:
        return f"https://www.youtube.com/channel/{query['channel_id'][0]}"
    if "playlist_id" in query:
        return f"https://www.youtube.com/playlist?list={query['playlist_id'][0]}"
    return None


class _Links:
    """Collects links with their words; in a watch history, none from a cell of an advertisement."""

    def __init__(self) -> None:
        self.found: list[Entry] = []
        self._in_cell: list[Entry] = []
        self._is_advertisement = False

    def read(self, text: str) -> None:
        """Look at each tag by itself, so that a damaged one spoils no other."""
        line = 1
        before, *parts = text.split("<")
        line += before.count("\n")
        for part in parts:
            tag = _TAG.match(part)
            if tag is not None:
                self._look(tag, part[tag.end() :], line)
            if _ADVERTISEMENT in part:
                self._is_advertisement = True
            line += part.count("\n")
        self._end_cell()

    def _look(self, tag: re.Match[str], words: str, line: int) -> None:
        name = tag[1].lower()
        if name == "div" and _CELL in tag[2]:
            self._end_cell()
        elif name == "a":
            self._add(_attributes(tag[2]).get("href", ""), html.unescape(words), line)
        elif name == "outline":
            values = _attributes(tag[2])
            self._add(values.get("xmlurl", ""), values.get("title") or values.get("text"), line)

    def _end_cell(self) -> None:
        """Take over the links of the cell that ends here, unless it is an advertisement."""
        if not self._is_advertisement:
            self.found += self._in_cell
        self._in_cell, self._is_advertisement = [], False

    def _add(self, address: str, title: str | None, line: int) -> None:
        address = address.strip()
        if address.startswith(("http://", "https://")) and len(address) <= _LONGEST_ADDRESS:
            shown = title if title and "://" not in title else None
            self._in_cell.append(Entry(address, f"line {line}", shown))


def _attributes(text: str) -> dict[str, str]:
    return {
        match[1].lower(): html.unescape(match[2].strip("\"'"))
        for match in _ATTRIBUTE.finditer(text)
    }
