"""Plain data that work consists of: what an attempt is given, and what it brings.

No SQLAlchemy here: a worker on another machine is given the same and brings the same over HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vidwiz.plugin_api import Segment, Transcript, VideoMetadata
    from vidwiz.services.importing.naming import Named
    from vidwiz.services.writing import VideoContext


EXAMPLE_SHA256 = "0" * 64
"""The version that the examples of results speak of; no real object has it."""


@dataclass(frozen=True, slots=True)
class FetchInputs:
    """Which video to fetch something of; `url` is what was kept with one of another site.

    `urgent` says that somebody waits for it.
    """

    video_id: str
    url: str | None = None
    urgent: bool = True


@dataclass(frozen=True, slots=True)
class TextInputs:
    """What a text is written from: the video, the version of its transcript, and the mark."""

    about: VideoContext
    segments: tuple[Segment, ...]
    transcript_sha256: str
    fence: str
    """The line around strangers' text in prompts about this transcript."""
    mark: float | None = None
    """Seconds; None for a summary."""
    language: str | None = None
    """In which the text is to be written; None for the transcript's."""
    user_id: int | None = None
    """Whose text it is; None for a summary, which all share."""


@dataclass(frozen=True, slots=True)
class ListInputs:
    """What to ask a site about a list; without `url` there is nothing to ask.

    With `newest` only so many videos are asked for first, of which `seen` are known.
    """

    url: str | None = None
    newest: int | None = None
    seen: frozenset[str] = frozenset()
    urgent: bool = False
    """Whether somebody waits for it."""


Inputs = FetchInputs | TextInputs | ListInputs


@dataclass(frozen=True, slots=True)
class MetadataResult:
    """Metadata and the provider that knew it."""

    metadata: VideoMetadata
    source: str


@dataclass(frozen=True, slots=True)
class TranscriptResult:
    """A transcript and the provider that knew it."""

    transcript: Transcript
    source: str


@dataclass(frozen=True, slots=True)
class SummaryResult:
    """A summary, its questions and how they were made.

    `transcript_sha256` is the version that it was made from; None where the maker does not say.
    """

    text: str
    questions: tuple[str, ...]
    made_by: dict[str, Any] | None = None
    transcript_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class NoteResult:
    """The text of a note and how it was made; see `SummaryResult`."""

    text: str
    made_by: dict[str, Any] | None = None
    transcript_sha256: str | None = None
    by_ai: bool = True


@dataclass(frozen=True, slots=True)
class ListedVideos:
    """A playlist or channel as a site has it now; `key` names it beyond its address."""

    named: Named
    key: str
    title: str | None


@dataclass(frozen=True, slots=True)
class ListResult:
    """What a site said of a list, None where nothing was to be asked.

    `daily_videos` is how many new videos the list's user may bring a day.
    """

    found: ListedVideos | None
    daily_videos: int


@dataclass(frozen=True, slots=True)
class NotNeeded:
    """The work was done or unwanted when the attempt looked."""


Result = MetadataResult | TranscriptResult | SummaryResult | NoteResult | ListResult | NotNeeded
