"""JSON: the watch history of Google Takeout, and plain lists of addresses."""

from __future__ import annotations

import json
from typing import Any

from vidwiz.errors import InvalidInputError
from vidwiz.services.importing.entries import Entry, FileContents, Unreadable

_WATCHED = "Watched "
# Where other programs keep a video's address or id.
_FIELDS = ("titleUrl", "webpage_url", "url", "videoId", "video_id", "id")
_LISTS = ("urls", "videos", "entries", "items")


def read(text: str) -> FileContents:
    """Return what the elements name; raise `InvalidInputError` for what is no such JSON."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise _unfit("this JSON is damaged, perhaps cut off") from exc
    if isinstance(document, dict):
        document = next((document[name] for name in _LISTS if name in document), None)
    if not isinstance(document, list):
        raise _unfit("this JSON is neither a watch history nor a list of addresses")
    unreadable = Unreadable()
    entries = []
    for number, element in enumerate(document, 1):
        entry = _entry(element, f"entry {number}")
        if isinstance(entry, Entry):
            entries.append(entry)
        elif entry is not None:
            unreadable.add(f"entry {number}", _title(element) or "", entry)
    return FileContents("json", tuple(entries), (), unreadable)


def _entry(element: Any, place: str) -> Entry | str | None:  # noqa: ANN401 - what JSON can say
    """Return the element's entry, why there is none, or None for what nobody misses."""
    if isinstance(element, str):
        return Entry(element, place)
    if not isinstance(element, dict):
        return "this is neither an address nor an object"
    if _is_advertisement(element):
        return None
    address = next((element[name] for name in _FIELDS if isinstance(element.get(name), str)), None)
    if address is None:
        return "it has no address; the video was removed"
    if "/post/" in address:
        # The history also names texts of channels that were looked at.
        return None
    return Entry(address, place, _title(element))


def _title(element: Any) -> str | None:  # noqa: ANN401 - what JSON can say
    title = element.get("title") if isinstance(element, dict) else None
    if not isinstance(title, str):
        return None
    shown = title.removeprefix(_WATCHED)
    # Of a video that is gone the title is its address.
    return None if "://" in shown else shown


def _is_advertisement(element: dict[str, Any]) -> bool:
    details = element.get("details")
    return isinstance(details, list) and any(
        isinstance(part, dict) and part.get("name") == "From Google Ads" for part in details
    )


def _unfit(message: str) -> InvalidInputError:
    return InvalidInputError(message, field="file", code="invalid_file")
