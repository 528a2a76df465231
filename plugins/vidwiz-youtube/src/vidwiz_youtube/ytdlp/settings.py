"""The settings of the yt-dlp fetcher: `VIDWIZ_PLUGIN_YT_DLP_...`."""

from __future__ import annotations

from dataclasses import dataclass

from vidwiz_youtube.settings import RequestSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class YtDlpSettings(RequestSettings):
    """How yt-dlp's requests are made; raises `ValueError` when a value cannot work."""
