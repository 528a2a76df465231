"""CSV files of Google Takeout: playlists, `Watch later`, and subscriptions.

Their headings are in the language of the account, so that columns are known by what stands in
them: https://support.google.com/youtube/answer/9315727 names the files and no format.
"""

from __future__ import annotations

import csv
import re

from vidwiz.services.importing.entries import Entry, FileContents

_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
_HEADING = re.compile(r"\b(video|vidéo|vídeo|channel|kanal|canal|chaîne|playlist)\b", re.IGNORECASE)
# A table is known by its first lines: an old playlist has four of its own before the videos.
_FIRST_LINES = 8
_LONGEST_CELL = 1024 * 1024


def is_table(text: str) -> bool:
    """Say whether the text looks like such a file."""
    lines = text.split("\n", _FIRST_LINES)[:_FIRST_LINES]
    return any(
        "," in line and (_HEADING.search(line.replace("-", " ")) or _first_cell_is_known(line))
        for line in lines
        if "://" not in line.partition(",")[0]
    )


def _first_cell_is_known(line: str) -> bool:
    cell = line.partition(",")[0].strip().strip('"')
    return bool(_VIDEO_ID.fullmatch(cell) or _CHANNEL_ID.fullmatch(cell))


def read(text: str) -> FileContents:
    """Return the videos and the channels of the rows."""
    entries, lists = [], []
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(line.replace("\0", "") for line in text.splitlines())
    contents = FileContents("table", ())
    rows = iter(reader)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as exc:
            contents.unreadable.add(f"line {reader.line_num}", "", f"this row is damaged: {exc}")
            continue
        place = f"line {reader.line_num}"
        cells = [cell.strip() for cell in row]
        if not cells or not any(cells):
            continue
        if _CHANNEL_ID.fullmatch(cells[0]):
            lists.append(_channel(cells, place))
        elif found := _video(cells):
            entries.append(Entry(found, place))
        elif reader.line_num > _FIRST_LINES:
            contents.unreadable.add(place, cells[0], "this row names no video")
    return FileContents("table", tuple(entries), tuple(lists), contents.unreadable)


def _video(cells: list[str]) -> str | None:
    if _VIDEO_ID.fullmatch(cells[0]) and len(cells) > 1:
        return cells[0]
    return next((cell for cell in cells if "://" in cell and "watch" in cell), None)


def _channel(cells: list[str], place: str) -> Entry:
    title = cells[2] if len(cells) > 2 else None  # noqa: PLR2004 - id, address, title
    return Entry(f"https://www.youtube.com/channel/{cells[0]}", place, title)
