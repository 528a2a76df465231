"""Where metadata and transcripts come from."""

from __future__ import annotations

import abc
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from vidwiz.plugin_api.base import Plugin
from vidwiz.plugin_api.errors import Handling, PluginError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


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


@dataclass(frozen=True, slots=True)
class ListedVideo:
    """A video as a search, a playlist or a channel names it; what is not said there is None.

    `duration` is in seconds; `published_at` is aware.
    """

    ref: VideoRef
    title: str | None = None
    duration: float | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VideoList:
    """A playlist or a channel: its videos in the order in which the site names them.

    `key` names the list beyond its address, such as `youtube:PL…`, so that two addresses of one
    list are known to be the same.
    """

    key: str
    videos: tuple[ListedVideo, ...]
    title: str | None = None


class Fetcher(Plugin):
    """What both kinds of fetchers may do besides; the host asks those that say so in `info`.

    By itself a fetcher knows no address, finds nothing and lists nothing. One that names a
    capability and leaves its methods as they are here is refused when it is loaded.
    """

    def resolve(self, url: str) -> VideoRef | None:  # noqa: ARG002 - for those that know some
        """Return which video an http(s) address names, or None when it is none that is known here.

        Without the network, in milliseconds, and never raising: it is called while somebody waits.
        An address that takes any host is never known, or strangers could have this server ask
        hosts of theirs. `ref.site` is 2 to 20 of `a-z0-9`, `ref.id` up to 100 of
        `A-Za-z0-9_.-`; the same video always has the same two, whatever its address looked like.
        """
        return None

    def search(self, title: str, limit: int) -> Sequence[ListedVideo]:  # noqa: ARG002
        """Return at most `limit` videos, the best matches first; raise `PluginError`."""
        return ()

    def knows_list(self, url: str) -> bool:  # noqa: ARG002
        """Say, as `resolve` does, whether an address names a list that `expand` understands."""
        return False

    def expand(self, url: str, newest: int | None = None) -> VideoList:  # noqa: ARG002
        """Return the videos of a playlist or channel, or raise `PluginError`.

        With `newest` only so many of those that were added last are needed, the newest first; a
        cheaper source may be asked then. A playlist of one page and one of a thousand videos are
        both given whole.
        """
        raise PluginError(
            "invalid_request",
            "This fetcher lists no playlists and channels.",
            handling=Handling.PERMANENT,
        )


class MetadataFetcher(Fetcher):
    """Fetches what a site says of a video."""

    @abc.abstractmethod
    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        """Return the metadata of `ref`, or raise `PluginError`."""


class TranscriptFetcher(Fetcher):
    """Fetches what is said in a video."""

    @abc.abstractmethod
    def fetch_transcript(self, ref: VideoRef, languages: Sequence[str]) -> Transcript:
        """Return the captions of `ref`, or raise `PluginError`.

        `languages` are BCP 47 tags in order of preference; when none of them is there, or the
        list is empty, the language spoken in the video is taken, so that a wrong preference
        never makes a video fail.
        """
