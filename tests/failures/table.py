"""The table: each cause, and the code in which it ends for each library that can meet it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.failures import causes
from tests.failures.causes import CURLY, answers, gated, key, live, refuses, says, trouble, video
from tests.fake_youtube import Answer, Live, Refusal, Track, html_page
from tests.fake_youtube.watch import CHANGED_PAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.failures.causes import Cause

CRASH = Answer(body=b'{"a":' * 100_000, content_type="application/json")
OK = "ok"
"""Stands where a library gets round the cause."""

TRANSCRIPT_API, YT_DLP, PYTUBE = "youtube-transcript-api", "yt-dlp", "pytube"
OEMBED, DATA_API = "oembed", "youtube-data-api"
PLAYERS = (TRANSCRIPT_API, YT_DLP, PYTUBE)
"""The libraries that read the player's answers."""
ALL = (*PLAYERS, OEMBED, DATA_API)


@dataclass(frozen=True, slots=True)
class Row:
    """A cause: how it comes about, and its code by library; `hours` is how long to wait at least.

    `handling` is given where a fetcher handles the code otherwise than `FAILURES` says.
    """

    name: str
    cause: Cause
    codes: Mapping[str, str]
    hours: float | None = None
    handling: str | None = None
    limit: float = 10.0
    """How long a request may take, in seconds."""
    video_id: str = "thevideo001"


def each(code: str, libraries: tuple[str, ...] = PLAYERS, **others: str) -> dict[str, str]:
    return {
        **dict.fromkeys(libraries, code),
        **{name.replace("_", "-"): c for name, c in others.items()},
    }


NETWORK = (
    Row("503", trouble(answer=Answer(status=503)), each("network_error", ALL)),
    Row("connection dropped", trouble(drops=True), each("network_error", ALL)),
    Row("slower than the limit", trouble(delay=30), each("network_error", ALL), limit=0.2),
    Row("answer cut off", trouble(answer=Answer(body=b"{", cut=9)), each("network_error", ALL)),
)

BLOCKS = (
    Row("429", trouble(answer=Answer(status=429)), each("ip_blocked", ALL)),
    Row("429 on captions", answers("timedtext", Answer(status=429)), each("ip_blocked")),
    Row("403 on captions", answers("timedtext", Answer(status=403)), each("ip_blocked")),
    Row("captcha page", refuses(Refusal.CAPTCHA), each("ip_blocked")),
    Row("bot check", refuses(Refusal.BOT_CHECK), each("ip_blocked")),
    Row(
        "bot check, straight apostrophe",
        says("LOGIN_REQUIRED", "Sign in to confirm you're not a bot"),
        each("ip_blocked"),
    ),
    Row("the player shows another video", refuses(Refusal.OTHER_VIDEO), each("ip_blocked")),
    Row("sorry page for captions", answers("timedtext", causes.SORRY), each("ip_blocked")),
    Row(
        "hourly limit",
        says("UNPLAYABLE", f"This content isn{CURLY}t available, try again later."),
        each("rate_limited"),
        hours=1,
    ),
)

READING = (
    Row("token asked for (xpe)", gated("xpe"), each("po_token_required")),
    Row("token asked for (xpv)", gated("xpv"), each("po_token_required")),
    Row("empty captions", answers("timedtext", Answer()), each("po_token_required")),
    Row(
        "captions cut short",
        answers("timedtext", Answer(body=b"<transcript><text start=")),
        each("parse_error"),
    ),
    Row(
        "page without a key",
        answers("watch", html_page(CHANGED_PAGE)),
        {TRANSCRIPT_API: "parse_error", YT_DLP: OK, PYTUBE: OK},
    ),
    Row(
        "400 from the player",
        answers("player", Answer(status=400)),
        each("parse_error", yt_dlp=OK),
    ),
    Row(
        "an answer that crashes the library",
        answers("player", CRASH),
        each("fetcher_crash", (TRANSCRIPT_API, PYTUBE), yt_dlp="parse_error"),
    ),
    Row("404 for captions", answers("timedtext", Answer(status=404)), each("parse_error")),
    Row("broken JSON", answers("oembed", causes.GARBAGE), {OEMBED: "parse_error"}),
    Row(
        "broken JSON of the API",
        answers("data_api_videos", causes.GARBAGE),
        {DATA_API: "parse_error"},
    ),
    Row("nothing but noise", causes.NOISE, each("empty_transcript")),
    Row("consent page", video(consent=True), each(OK)),
    Row("other languages only", video(tracks=[Track(language="ko", automatic=True)]), each(OK)),
)

NOT_YET = (
    Row(
        "stream in 3 hours",
        live(Live.UPCOMING, starts=3),
        each("not_started", oembed=OK, youtube_data_api=OK),
        hours=4,
    ),
    Row(
        "stream in 3 hours, by words alone",
        says("LIVE_STREAM_OFFLINE", "This live event will begin in 3 hours."),
        each("not_started"),
        hours=4,
    ),
    Row(
        "premiere in 2 days",
        says("LIVE_STREAM_OFFLINE", "Premieres in 2 days"),
        each("not_started"),
        hours=49,
    ),
    Row("live now", live(Live.NOW, starts=-1), each("live_now"), hours=2),
    Row("live now, with captions so far", live(Live.NOW), each("live_now"), hours=2),
    Row("recording being made", live(Live.PROCESSING, starts=-1), each("live_now"), hours=2),
    Row(
        "live event has ended",
        says("UNPLAYABLE", "This live event has ended."),
        each("live_now"),
        hours=2,
    ),
    Row("uploaded an hour ago", causes.young(0.9), each("captions_not_ready"), hours=1),
    Row("uploaded 20 hours ago", causes.young(20), each("captions_not_ready"), hours=24),
    Row("streamed yesterday", live(Live.OVER, starts=-20), each("captions_not_ready"), hours=24),
)

WHO = (
    Row("no captions", causes.young(100), each("no_captions")),
    Row(
        "age: may be inappropriate",
        says("LOGIN_REQUIRED", "This video may be inappropriate for some users."),
        each("age_restricted"),
    ),
    Row(
        "age: confirm",
        says("LOGIN_REQUIRED", "Sign in to confirm your age"),
        each("age_restricted"),
    ),
    Row(
        "age: status",
        says("AGE_VERIFICATION_REQUIRED", "Please verify."),
        each("age_restricted", (TRANSCRIPT_API, PYTUBE)),
    ),
    Row(
        "age: status, for a library that passes on the words alone",
        says("AGE_VERIFICATION_REQUIRED", "Please verify."),
        {YT_DLP: "unplayable"},
        handling="switch",
    ),
    Row("sign in", says("LOGIN_REQUIRED", "Please sign in"), each("sign_in_required")),
    Row(
        "private",
        says(
            "LOGIN_REQUIRED",
            "This is a private video. Please sign in to verify that you may see it.",
        ),
        each("private", oembed="embedding_disabled", youtube_data_api="embedding_disabled"),
    ),
    Row(
        "members only",
        says(
            "UNPLAYABLE",
            "Join this channel to get access to members-only content like this video, and"
            " other exclusive perks.",
        ),
        each("members_only"),
    ),
    Row(
        "members on a level",
        says(
            "UNPLAYABLE", f"This video is available to this channel{CURLY}s members on level: Fan"
        ),
        each("members_only"),
    ),
    Row(
        "premium only",
        says("UNPLAYABLE", "This video is only available to Music Premium members"),
        each("premium_only"),
    ),
    Row(
        "to be paid",
        says("UNPLAYABLE", "This video requires payment to watch."),
        each("premium_only"),
    ),
    Row(
        "not in this country",
        says(
            "UNPLAYABLE",
            "Video unavailable",
            "The uploader has not made this video available in your country",
        ),
        each("geo_blocked"),
    ),
    Row(
        "unavailable",
        causes.nothing,
        each("removed", (*PLAYERS, OEMBED), youtube_data_api="embedding_disabled"),
    ),
    Row(
        "unavailable, in other words",
        says("ERROR", "Video unavailable"),
        each("removed", oembed="removed"),
    ),
    Row(
        "removed by the uploader",
        says("ERROR", "This video has been removed by the uploader"),
        each("removed", oembed="removed"),
    ),
    Row(
        "account terminated",
        says(
            "ERROR",
            "This video is no longer available because the YouTube account associated with"
            " this video has been terminated.",
        ),
        each("terminated", oembed="removed"),
    ),
    Row("no such id", causes.nothing, each("invalid_id", ALL), video_id="tooshort"),
    Row(
        "a reason that nobody knows",
        says("UNPLAYABLE", "Only on Tuesdays"),
        each("unplayable"),
        handling="switch",
    ),
)

OEMBEDS = (
    Row(
        "not to be embedded",
        video(embeddable=False),
        {OEMBED: "embedding_disabled", TRANSCRIPT_API: OK, YT_DLP: OK},
    ),
    Row(
        "the word Forbidden",
        answers("oembed", Answer(body=b"Forbidden")),
        {OEMBED: "embedding_disabled"},
    ),
    Row("oEmbed: 400", answers("oembed", Answer(status=400)), {OEMBED: "invalid_id"}),
    Row("oEmbed: 403", answers("oembed", Answer(status=403)), {OEMBED: "embedding_disabled"}),
)

KEYS = (
    Row("quota spent", key("quotaExceeded"), {DATA_API: "rate_limited"}),
    Row("too many in a minute", key("rateLimitExceeded"), {DATA_API: "rate_limited"}, hours=1 / 60),
    Row("wrong key", key("keyInvalid"), {DATA_API: "auth_failed"}),
    Row("API not switched on", key("accessNotConfigured"), {DATA_API: "auth_failed"}),
    Row("key for other addresses", key("ipRefererBlocked"), {DATA_API: "auth_failed"}),
    Row("Google's own trouble", key("backendError"), {DATA_API: "network_error"}),
)

ROWS = (*NETWORK, *BLOCKS, *READING, *NOT_YET, *WHO, *OEMBEDS, *KEYS)
