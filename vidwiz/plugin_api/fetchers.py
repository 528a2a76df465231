"""Where metadata and transcripts come from."""

from __future__ import annotations

import abc
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from vidwiz.plugin_api.base import Plugin

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class VideoRef:
    """Which video: the site's name, the id there, and a URL that opens it."""

    site: str
    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One caption: its text, and its start and length in seconds."""

    text: str
    offset: float
    duration: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """Captions in the order of time. A fetcher never returns one without words."""

    segments: tuple[Segment, ...]
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named part of the video, in seconds (yt-dlp's names)."""

    title: str
    start_time: float
    end_time: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoMetadata:
    """What a site says of a video, by yt-dlp's names; what is not known is None."""

    id: str
    title: str | None = None
    channel: str | None = None
    channel_url: str | None = None
    uploader: str | None = None
    duration: float | None = None
    duration_string: str | None = None
    thumbnail: str | None = None
    view_count: int | None = None
    like_count: int | None = None
    upload_date: str | None = None
    description: str | None = None
    chapters: tuple[Chapter, ...] | None = None
    language: str | None = None
    webpage_url: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types, every field present."""
        fields = asdict(self)
        fields["chapters"] = None if self.chapters is None else list(fields["chapters"])
        return fields


class MetadataFetcher(Plugin):
    """Fetches what a site says of a video."""

    @abc.abstractmethod
    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        """Return the metadata of `ref`, or raise `PluginError`."""


class TranscriptFetcher(Plugin):
    """Fetches what is said in a video."""

    @abc.abstractmethod
    def fetch_transcript(self, ref: VideoRef, languages: Sequence[str]) -> Transcript:
        """Return the captions of `ref`, or raise `PluginError`.

        `languages` are BCP 47 tags in order of preference; when none of them is there, or the
        list is empty, the language spoken in the video is taken, so that a wrong preference
        never makes a video fail.
        """
