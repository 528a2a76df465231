"""HTML and its like: bookmark files, the watch history of Google Takeout as a page, and OPML."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

from vidwiz.errors import InvalidInputError
from vidwiz.services.importing.entries import Entry, FileContents

_ADVERTISEMENT = "From Google Ads"
_CELL = "outer-cell"
_LONGEST_ADDRESS = 4096
_FEED = "/feeds/videos.xml"


def read(text: str, beginning: str) -> FileContents:
    """Return what the page links to; raise `InvalidInputError` where it links to nothing."""
    reader = _Links()
    reader.feed(text)
    reader.close()
    reader.end_cell()
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


class _Links(HTMLParser):
    """Collects links with their words; in a watch history, none from a cell of an advertisement."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Entry] = []
        self._in_cell: list[Entry] = []
        self._is_advertisement = False
        self._address: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "div" and _CELL in values.get("class", ""):
            self.end_cell()
        elif tag == "outline":
            self._add(values.get("xmlurl", ""), values.get("title") or values.get("text"))
        elif tag == "a":
            self._end_link()
            self._address, self._words = values.get("href"), []

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        if self._address is not None:
            self._words.append(data)
        elif _ADVERTISEMENT in data:
            self._is_advertisement = True

    def end_cell(self) -> None:
        """Take over the links of the cell that ends here, unless it is an advertisement."""
        self._end_link()
        if not self._is_advertisement:
            self.found += self._in_cell
        self._in_cell, self._is_advertisement = [], False

    def _end_link(self) -> None:
        if self._address is not None:
            self._add(self._address, "".join(self._words))
        self._address = None

    def _add(self, address: str, title: str | None) -> None:
        address = address.strip()
        if address.startswith(("http://", "https://")) and len(address) <= _LONGEST_ADDRESS:
            shown = title if title and "://" not in title else None
            self._in_cell.append(Entry(address, f"line {self.getpos()[0]}", shown))
