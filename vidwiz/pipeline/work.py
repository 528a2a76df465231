"""Plain data that work consists of: what an attempt is given, and what it brings.

No SQLAlchemy here: a worker on another machine is given the same and brings the same over HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vidwiz.plugin_api import Segment, Transcript, VideoMetadata
    from vidwiz.services.writing import VideoContext


EXAMPLE_SHA256 = "0" * 64
"""The version that the examples of results speak of; no real object has it."""


@dataclass(frozen=True, slots=True)
class FetchInputs:
    """Which video to fetch something of."""

    video_id: str


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


Inputs = FetchInputs | TextInputs


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
class NotNeeded:
    """The work was done or unwanted when the attempt looked."""


Result = MetadataResult | TranscriptResult | SummaryResult | NoteResult | NotNeeded
