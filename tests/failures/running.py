"""Runs one row of the table with one real library against the local YouTube."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.failures.causes import KEY
from tests.failures.table import OK
from vidwiz.plugin_api import FAILURES, PluginError, Secret, VideoRef
from vidwiz_youtube.data_api import DataApiFetcher, DataApiSettings
from vidwiz_youtube.oembed import OEmbedFetcher
from vidwiz_youtube.pytube_fetcher import PytubeFetcher
from vidwiz_youtube.settings import RequestSettings
from vidwiz_youtube.transcript_api import TranscriptApiFetcher
from vidwiz_youtube.ytdlp import YtDlpFetcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.failures.table import Row
    from tests.fake_youtube import FakeYouTube


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended; without a failure its code is `ok`."""

    code: str
    raised: str = ""
    handling: str = ""
    sentence: str = ""
    retry_at: datetime | None = None
    seconds: float = 0.0


def _transcript_api(ref: VideoRef, limit: float) -> Any:
    return TranscriptApiFetcher(RequestSettings(timeout_seconds=limit)).fetch_transcript(ref, ())


def _pytube(ref: VideoRef, limit: float) -> Any:
    return PytubeFetcher(RequestSettings(timeout_seconds=limit)).fetch_transcript(ref, ())


def _oembed(ref: VideoRef, limit: float) -> Any:
    return OEmbedFetcher(RequestSettings(timeout_seconds=limit)).fetch_metadata(ref)


def _data_api(ref: VideoRef, limit: float) -> Any:
    settings = DataApiSettings(timeout_seconds=limit, key=Secret(KEY))
    return DataApiFetcher(settings).fetch_metadata(ref)


def _yt_dlp(ref: VideoRef, limit: float) -> Any:
    return YtDlpFetcher(YtDlpFetcher.Settings(timeout_seconds=limit)).fetch_transcript(ref, ())


LIBRARIES: dict[str, Callable[[VideoRef, float], Any]] = {
    "youtube-transcript-api": _transcript_api,
    "yt-dlp": _yt_dlp,
    "pytube": _pytube,
    "oembed": _oembed,
    "youtube-data-api": _data_api,
}
"""How each library is called, with the limit of a request in seconds; the environment leads it to
the local YouTube. A row names some of them in its `codes`."""


def run(row: Row, library: str, youtube: FakeYouTube) -> Outcome:
    """Bring the cause about, call the library, and return how it ended."""
    youtube.reset()
    youtube.api_keys[KEY] = None
    row.cause(youtube, row.video_id)
    ref = VideoRef("youtube", row.video_id, f"https://www.youtube.com/watch?v={row.video_id}")
    began = time.perf_counter()
    try:
        LIBRARIES[library](ref, row.limit)
    except PluginError as error:
        cause = error.__cause__
        return Outcome(
            code=error.code,
            raised=type(cause).__name__ if cause else "",
            handling=error.handling.value,
            sentence=error.message,
            retry_at=error.retry_at,
            seconds=time.perf_counter() - began,
        )
    except Exception as exc:  # noqa: BLE001 - what the host makes of anything else
        known = FAILURES["fetcher_crash"]
        return Outcome(
            code="fetcher_crash",
            raised=type(exc).__name__,
            handling=known.handling.value,
            sentence=known.message,
            seconds=time.perf_counter() - began,
        )
    return Outcome(OK, seconds=time.perf_counter() - began)
