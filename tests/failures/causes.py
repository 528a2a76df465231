"""How the local YouTube brings about each cause, for one video."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.fake_youtube import (
    Answer,
    FakeYouTube,
    Line,
    Live,
    Playability,
    Refusal,
    Track,
    Trouble,
    Video,
    html_page,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Cause = Callable[[FakeYouTube, str], None]

OTHER = "othervideo1"
CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"
KEY = "AIzaTheKeyOfTheTests"


def video(**fields: Any) -> Cause:
    """Serve a video that has captions, with other fields than usual."""

    def serve(server: FakeYouTube, video_id: str) -> None:
        server.add(Video(**{"id": video_id, "tracks": [Track(automatic=True)], **fields}))

    return serve


def trouble(*endpoints: str, **what: Any) -> Cause:
    """Have requests to some endpoints, or all, go wrong."""
    return video(troubles=(Trouble(endpoints=frozenset(endpoints), **what),))


def answers(endpoint: str, answer: Answer) -> Cause:
    return trouble(endpoint, answer=answer)


def says(status: str, reason: str, subreason: str | None = None, **fields: Any) -> Cause:
    """Have the player refuse with these words."""
    words = Playability(status=status, reason=reason, subreason=subreason)
    return video(playability=words, **fields)


def refuses(how: Refusal) -> Cause:
    """Have everybody refused."""

    def serve(server: FakeYouTube, video_id: str) -> None:
        for each_id in (video_id, OTHER):
            server.add(Video(id=each_id, tracks=[Track(automatic=True)]))
        server.block(None, how)

    return serve


def gated(gate: str) -> Cause:
    return video(tracks=[Track(automatic=True, gate=gate)])


def live(state: Live, **hours: float) -> Cause:
    """Serve a stream that `starts` so many hours from now; one without `starts` has captions."""

    def serve(server: FakeYouTube, video_id: str) -> None:
        now = datetime.now(UTC)
        times: dict[str, Any] = {}
        if "starts" in hours:
            times["starts_at"] = now + timedelta(hours=hours["starts"])
        tracks = [] if times else [Track(automatic=True)]
        server.add(Video(id=video_id, live=state, tracks=tracks, **times))

    return serve


def young(hours: float) -> Cause:
    """Serve a video without captions, uploaded so many hours ago."""

    def serve(server: FakeYouTube, video_id: str) -> None:
        server.add(Video(id=video_id, published=datetime.now(UTC) - timedelta(hours=hours)))

    return serve


def nothing(_server: FakeYouTube, _video_id: str) -> None:
    """Know no such video."""


def key_refused(reason: str, server: FakeYouTube, video_id: str) -> None:
    server.add(Video(id=video_id))
    server.api_keys[KEY] = reason


def key(reason: str) -> Cause:
    return partial(key_refused, reason)


NOISE = video(
    tracks=[Track(automatic=True, lines=(Line(0, 5, "[Music]"), Line(5, 5, "[Applause]")))]
)
GARBAGE = Answer(body=b'{"title": "How ha', content_type="application/json")
SORRY = html_page(
    "<html><body>We're sorry... but your computer or network may be sending automated queries."
    "</body></html>"
)
