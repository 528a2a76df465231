"""The library folder with 50,000 files: what one fetch costs."""

from __future__ import annotations

import json
import os
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import Bar, Figure
from benchmarks.timing import median_ms
from vidwiz.plugin_api import TranscriptFetcher, VideoRef
from vidwiz.plugin_host.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

VIDEOS = 25_000  # each with captions and an info.json
CAPTIONS = "1\n00:00:01,000 --> 00:00:02,000\nSome words.\n"


def fifty_thousand_files() -> Iterator[Figure]:
    """Measure a fetch of a new process, and of one that knows the folder."""
    for layout, name in (
        ("id in the name", "A title [{id}]"),
        ("id in info.json", "Title {number}"),
    ):
        with tempfile.TemporaryDirectory() as folder:
            _fill(Path(folder), name)
            floor = median_ms(partial(os.listdir, folder), 5)
            first = median_ms(partial(_first_fetch, folder), 3)
            fetcher = _fetcher(folder)
            _fetch(fetcher)
            known = median_ms(partial(_fetch, fetcher), 10)
        what = f"library of {2 * VIDEOS:,} files, {layout}"
        listing = "listing the folder"
        yield Figure(f"{what}: first fetch", first, "ms", floor, listing, Bar(at_most=2000))
        yield Figure(f"{what}: next fetch", known, "ms", floor, listing, Bar(at_most=500))


def _fill(folder: Path, name: str) -> None:
    for number in range(VIDEOS):
        video_id = f"{number:011}"
        beginning = name.format(id=video_id, number=number)
        folder.joinpath(f"{beginning}.en.srt").write_text(CAPTIONS, "utf-8")
        info = {"id": video_id, "title": "A title", "formats": ["x" * 1000]}
        folder.joinpath(f"{beginning}.info.json").write_text(json.dumps(info), "utf-8")
    long_ago = time.time() - 60
    os.utime(folder, (long_ago, long_ago))


def _fetcher(folder: str) -> TranscriptFetcher:
    registry = Registry.discover({}, {"library": {"FOLDER": folder}})
    (fetcher,) = registry.ready("transcript_fetchers", TranscriptFetcher, ["library"])
    return fetcher


def _first_fetch(folder: str) -> None:
    _fetch(_fetcher(folder))


def _fetch(fetcher: TranscriptFetcher) -> None:
    fetcher.fetch_transcript(VideoRef("youtube", f"{VIDEOS // 2:011}", ""), ("en",))
