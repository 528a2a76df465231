"""What the local YouTube holds: videos, their captions, channels and playlists."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fake_youtube.messages import Answer


@dataclass(frozen=True, slots=True)
class Line:
    """A caption: seconds from the start, seconds of length, and plain text."""

    start: float
    duration: float
    text: str


SPOKEN = (
    Line(0.0, 4.1, "so today we're going to talk about how"),
    Line(2.0, 4.4, "a hash map stores & finds its <keys>"),
    Line(4.1, 3.9, "in constant time on average"),
    Line(61.0, 4.0, "and this is what happens when two keys collide"),
)
"""Four lines as automatic captions have them: each stays while the next is spoken."""


@dataclass(kw_only=True)
class Track:
    """Captions in one language, written by people or (`automatic`) recognised from speech.

    `gate` is the value of `exp` in its address with which YouTube asks for a proof-of-origin token
    and gives nothing without one: `xpe` or `xpv`.
    """

    language: str = "en"
    lines: tuple[Line, ...] = SPOKEN
    automatic: bool = False
    name: str | None = None
    gate: str | None = None

    @property
    def label(self) -> str:
        return self.name or f"{self.language}{' (auto-generated)' if self.automatic else ''}"


@dataclass(frozen=True, slots=True)
class Channel:
    """Who publishes videos."""

    id: str = "UCexampleexampleexample1"
    title: str = "Example Channel"
    handle: str = "@example"

    @classmethod
    def named(cls, title: str) -> Channel:
        """Return a channel whose id and handle come from its name."""
        digest = hashlib.sha256(title.encode()).hexdigest()
        letters = "".join(letter for letter in title.lower() if letter.isalnum())
        return cls(f"UC{digest[:22]}", title, f"@{letters[:20] or digest[:8]}")


class Live(StrEnum):
    """What a video is as a broadcast."""

    NO = "no"
    UPCOMING = "upcoming"
    NOW = "now"
    PROCESSING = "processing"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Playability:
    """What the player says of a video: a status, and the texts that a viewer reads."""

    status: str = "OK"
    reason: str | None = None
    subreason: str | None = None


PLAYABLE = Playability()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What goes wrong with requests, before any handler sees them.

    `endpoints` are the names of routes (empty: all), `networks` where the request came from (empty:
    anywhere). After `delay` seconds goes `answer`, or the connection is dropped (`drops`), or, with
    neither, the request goes on. Only the `first` so many requests of a video and endpoint meet it.
    """

    endpoints: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()
    answer: Answer | None = None
    drops: bool = False
    delay: float = 0.0
    first: int | None = None


@dataclass(kw_only=True)
class Video:
    """A video and what goes wrong with it. Tests change its fields while it is served."""

    id: str
    title: str = "How hash maps work"
    channel: Channel = field(default_factory=Channel)
    description: str = ""
    duration: int = 600
    views: int = 1234
    published: datetime = datetime(2024, 1, 2, 11, 4, 5, tzinfo=UTC)
    category: str = "Education"
    keywords: tuple[str, ...] = ()
    chapters: tuple[tuple[float, str], ...] = ()
    """The seconds at which they begin, and their titles."""
    tracks: list[Track] = field(default_factory=list)
    translations: tuple[str, ...] = ("de", "en", "fr")
    """The languages that the site offers to translate its captions to."""
    live: Live = Live.NO
    starts_at: datetime | None = None
    playability: Playability = PLAYABLE
    opens_to_cookies: bool = False
    """Whether an account's cookies make it playable, as with age-restricted videos."""
    embeddable: bool = True
    unlisted: bool = False
    countries: tuple[str, ...] = ("US", "DE")
    consent: bool = False
    """Whether the European page about cookies comes before the video's page."""
    in_data_api: bool = True
    troubles: tuple[Trouble, ...] = ()

    @property
    def is_private(self) -> bool:
        return "private" in (self.playability.reason or "").lower()


@dataclass(kw_only=True)
class Playlist:
    """A list of video ids; those that the server does not know were deleted."""

    id: str
    title: str = "A playlist"
    channel: Channel = field(default_factory=Channel)
    video_ids: list[str] = field(default_factory=list)
    is_private: bool = False
