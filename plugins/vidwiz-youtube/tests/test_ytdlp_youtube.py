"""Videos of YouTube by unmodified yt-dlp, against the local YouTube."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.error import URLError

import pytest

from tests.fake_youtube import (
    SPOKEN,
    Answer,
    Live,
    Playability,
    Playlist,
    Refusal,
    Track,
    Trouble,
    Video,
    json_answer,
)
from vidwiz.plugin_api import PluginError, Secret, VideoRef
from vidwiz.plugin_api.testing import MetadataFetcherContract, TranscriptFetcherContract
from vidwiz_youtube.failures_ytdlp import failure_of
from vidwiz_youtube.refs import ref_of
from vidwiz_youtube.ytdlp import YtDlpFetcher

ID = "hashmaps001"
WORDS = [line.text for line in SPOKEN]


@pytest.fixture
def fetcher(youtube):
    return YtDlpFetcher(YtDlpFetcher.Settings())


class TestYtDlp(MetadataFetcherContract, TranscriptFetcherContract):
    known = ref_of(ID)
    unknown = ref_of("00000000000")
    addresses = (
        ("https://youtu.be/hashmaps001?t=5", known),
        ("https://vimeo.com/76979871", VideoRef("vimeo", "76979871", "https://vimeo.com/76979871")),
    )
    search_title = "How hash maps work"
    list_address = "https://www.youtube.com/playlist?list=PLbread"

    @pytest.fixture
    def plugin(self, youtube):
        youtube.add(Video(id=ID, tracks=[Track(automatic=True)]))
        youtube.add_playlist(Playlist(id="PLbread", video_ids=[ID, "deleted0000"]))
        return YtDlpFetcher(YtDlpFetcher.Settings())


def code_of(call):
    with pytest.raises(PluginError) as caught:
        call()
    assert caught.value.message.endswith(".")
    return caught.value.code


def test_metadata_are_those_of_the_page(youtube, fetcher):
    chapters = ((0, "Why"), (60, "Keys"), (300, "Collisions"))
    youtube.add(Video(id=ID, chapters=chapters, description="Of maps.", views=7))

    metadata = fetcher.fetch_metadata(ref_of(ID))

    assert (metadata.title, metadata.channel) == ("How hash maps work", "Example Channel")
    assert (metadata.duration, metadata.duration_string) == (600, "10:00")
    assert (metadata.upload_date, metadata.view_count) == ("20240102", 7)
    assert metadata.description == "Of maps."
    assert metadata.webpage_url == f"https://www.youtube.com/watch?v={ID}"
    assert [(c.title, c.start_time, c.end_time) for c in metadata.chapters or ()] == [
        ("Why", 0, 60),
        ("Keys", 60, 300),
        ("Collisions", 300, 600),
    ]


def test_automatic_captions_are_read_without_overlap(youtube, fetcher):
    youtube.add(Video(id=ID, tracks=[Track(automatic=True)]))

    transcript = fetcher.fetch_transcript(ref_of(ID), ())

    assert [segment.text for segment in transcript.segments] == WORDS
    ends = [segment.offset + segment.duration for segment in transcript.segments]
    starts = [segment.offset for segment in transcript.segments]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    formats = {request.arguments.get("fmt") for request in youtube.requests_of("timedtext")}
    assert formats <= {"json3", "srv1"}


@pytest.mark.parametrize(
    ("tracks", "languages", "chosen"),
    [
        ((("en", True), ("de", False)), (), ("en", True)),
        ((("de", False), ("en", True), ("en", False)), (), ("en", False)),
        ((("ko", True), ("en", False)), (), ("ko", True)),
        ((("ko", True), ("en", False)), ("en-GB",), ("en", False)),
        ((("ko", True), ("en", False)), ("fr",), ("ko", True)),
        ((("de", False), ("fr", False)), (), ("de", False)),
        ((("pt-BR", False), ("en", True)), ("pt",), ("pt-BR", False)),
    ],
)
def test_the_language_spoken_comes_first_and_no_translation(
    youtube, fetcher, tracks, languages, chosen
):
    youtube.add(Video(id=ID, tracks=[Track(language=tag, automatic=asr) for tag, asr in tracks]))

    transcript = fetcher.fetch_transcript(ref_of(ID), languages)

    asked = [request.arguments for request in youtube.requests_of("timedtext")]
    assert [(one["lang"], one.get("kind") == "asr") for one in asked] == [chosen]
    assert "tlang" not in asked[0]
    assert transcript.language == chosen[0]


HOUR = timedelta(hours=1)


def test_an_upcoming_stream_has_metadata_and_waits_for_its_captions(youtube, fetcher):
    starts = (datetime.now(UTC) + 3 * HOUR).replace(microsecond=0)
    youtube.add(Video(id=ID, live=Live.UPCOMING, starts_at=starts))

    assert fetcher.fetch_metadata(ref_of(ID)).title == "How hash maps work"
    with pytest.raises(PluginError, match="not_started") as caught:
        fetcher.fetch_transcript(ref_of(ID), ())

    assert caught.value.handling == "wait"
    assert caught.value.retry_at
    assert starts <= caught.value.retry_at <= starts + 3 * HOUR


@pytest.mark.parametrize("live", [Live.NOW, Live.PROCESSING])
def test_a_stream_that_is_not_over_waits_although_it_has_captions(youtube, fetcher, live):
    youtube.add(Video(id=ID, live=live, tracks=[Track(automatic=True)]))
    assert code_of(lambda: fetcher.fetch_transcript(ref_of(ID), ())) == "live_now"


@pytest.mark.parametrize(
    ("video", "code"),
    [
        ({"published": -5}, "captions_not_ready"),
        ({"published": -72}, "no_captions"),
        ({"published": -72, "live": Live.OVER, "starts_at": -5}, "captions_not_ready"),
        ({"published": -90, "live": Live.OVER, "starts_at": -90}, "no_captions"),
    ],
)
def test_a_young_video_may_still_get_captions(youtube, fetcher, video, code):
    now = datetime.now(UTC)
    hours = {name: value for name, value in video.items() if isinstance(value, int)}
    moments = {name: now + value * HOUR for name, value in hours.items()}
    youtube.add(Video(id=ID, **video | moments))

    assert code_of(lambda: fetcher.fetch_transcript(ref_of(ID), ())) == code


REFUSALS = {
    Refusal.BOT_CHECK: "ip_blocked",
    Refusal.CAPTCHA: "ip_blocked",
    Refusal.TOO_MANY_REQUESTS: "ip_blocked",
    Refusal.OTHER_VIDEO: "ip_blocked",
    Refusal.TRY_AGAIN_LATER: "rate_limited",
}


@pytest.mark.parametrize("how", list(Refusal))
def test_a_refused_address_is_never_taken_for_the_video(youtube, fetcher, how):
    youtube.add(Video(id=ID), Video(id="another0001"))
    youtube.block(how=how)

    for call in (
        lambda: fetcher.fetch_metadata(ref_of(ID)),
        lambda: fetcher.fetch_transcript(ref_of(ID), ()),
    ):
        with pytest.raises(PluginError) as caught:
            call()
        assert caught.value.code == REFUSALS[how]
        assert caught.value.opens_breaker


REASONS = {
    ("LOGIN_REQUIRED", "Sign in to confirm you're not a bot"): "ip_blocked",
    ("LOGIN_REQUIRED", "Sign in to confirm your age"): "age_restricted",
    ("UNPLAYABLE", "Join this channel to get access to members-only content"): "members_only",
    ("UNPLAYABLE", "This video requires payment to watch"): "premium_only",
    ("ERROR", "Private video"): "private",
    ("ERROR", "This video has been removed by the uploader"): "removed",
    ("ERROR", "This video is unavailable"): "removed",
    ("ERROR", "The YouTube account associated with this video has been terminated"): "terminated",
    ("UNPLAYABLE", "The uploader has not made this video available in your country"): "geo_blocked",
}


def test_what_the_player_says_is_the_reason(youtube, fetcher):
    for (status, reason), code in REASONS.items():
        youtube.add(Video(id=ID, playability=Playability(status=status, reason=reason)))
        found = code_of(lambda: fetcher.fetch_transcript(ref_of(ID), ()))
        assert (reason, found) == (reason, code)


def test_a_video_for_members_still_has_its_metadata(youtube, fetcher):
    reason = "Join this channel to get access to members-only content"
    youtube.add(Video(id=ID, playability=Playability(status="UNPLAYABLE", reason=reason)))
    assert fetcher.fetch_metadata(ref_of(ID)).title == "How hash maps work"


@pytest.mark.parametrize("gate", ["xpe", "xpv"])
def test_gated_captions_ask_for_a_token(youtube, fetcher, gate):
    youtube.add(Video(id=ID, tracks=[Track(gate=gate)]))
    assert code_of(lambda: fetcher.fetch_transcript(ref_of(ID), ())) == "po_token_required"


ANSWERS = {
    "empty": (Answer(), "po_token_required"),
    "too many": (Answer(status=429), "ip_blocked"),
    "unavailable": (Answer(status=503), "network_error"),
    "no captions": (Answer(body=b"<html>sorry</html>"), "parse_error"),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_captions_that_do_not_come_say_why(youtube, fetcher, what):
    answer, code = ANSWERS[what]
    trouble = Trouble(endpoints=frozenset({"timedtext"}), answer=answer)
    youtube.add(Video(id=ID, tracks=[Track()], troubles=(trouble,)))

    assert code_of(lambda: fetcher.fetch_transcript(ref_of(ID), ())) == code


@pytest.mark.parametrize("trouble", [Trouble(drops=True), Trouble(delay=30.0)], ids=["cut", "slow"])
def test_a_site_that_does_not_answer_is_a_network_error(youtube, trouble):
    youtube.add(Video(id=ID))
    youtube.troubles = (trouble,)
    fetcher = YtDlpFetcher(YtDlpFetcher.Settings(timeout_seconds=0.15))

    assert code_of(lambda: fetcher.fetch_metadata(ref_of(ID))) == "network_error"


def test_a_trailer_is_not_taken_for_the_film(youtube, fetcher):
    trailer = {"playerLegacyDesktopYpcTrailerRenderer": {"trailerVideoId": "trailer0001"}}
    answer = {
        "playabilityStatus": {"status": "UNPLAYABLE", "errorScreen": trailer},
        "videoDetails": {"videoId": ID, "title": "A film"},
    }
    trouble = Trouble(endpoints=frozenset({"player"}), answer=json_answer(answer))
    youtube.add(Video(id=ID, troubles=(trouble,)), Video(id="trailer0001", tracks=[Track()]))

    assert code_of(lambda: fetcher.fetch_transcript(ref_of(ID), ())) == "premium_only"
    assert code_of(lambda: fetcher.fetch_metadata(ref_of(ID))) == "premium_only"


def test_a_page_that_cannot_be_read_is_tried_with_its_javascript(youtube, fetcher):
    trouble = Trouble(endpoints=frozenset({"timedtext"}), answer=Answer(body=b"?"), first=1)
    youtube.add(Video(id=ID, tracks=[Track()], troubles=(trouble,)))

    assert fetcher.fetch_transcript(ref_of(ID), ()).segments
    assert len(youtube.requests_of("watch")) == 2


def test_an_id_that_none_can_be_asks_nobody(youtube, fetcher):
    for odd in ("", "short", "../../../etc", "dQw4w9WgXcQ&x=1"):
        ref = VideoRef("youtube", odd, "https://youtu.be/x")
        assert code_of(lambda ref=ref: fetcher.fetch_metadata(ref)) == "invalid_id"
    assert youtube.requests == []


def test_settings_reach_yt_dlp_and_the_cookies_stay_as_they_are(youtube, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(youtube.ca_file))
    cookies = tmp_path / "cookies.txt"
    line = ".youtube.com\tTRUE\t/\tTRUE\t2000000000\tSID\tabc"
    cookies.write_text(f"# Netscape HTTP Cookie File\n{line}\n")
    before = cookies.read_bytes(), cookies.stat().st_mtime_ns
    age = Playability(status="LOGIN_REQUIRED", reason="Sign in to confirm your age")
    youtube.add(Video(id=ID, playability=age, opens_to_cookies=True, tracks=[Track()]))
    proxy = Secret(youtube.url_for("home"))
    fetcher = YtDlpFetcher(YtDlpFetcher.Settings(proxy=proxy, cookies_file=cookies))

    fetcher.check()
    assert fetcher.fetch_transcript(ref_of(ID), ()).segments

    watch = youtube.requests_of("watch")[0]
    assert watch.network == "home"
    assert watch.headers["accept-language"] == "en-US"
    assert watch.cookies["SID"] == "abc"
    assert (cookies.read_bytes(), cookies.stat().st_mtime_ns) == before


def test_a_proxy_that_is_not_there_keeps_its_password(fetcher):
    gone = YtDlpFetcher.Settings(proxy=Secret("http://me:hunter2@127.0.0.1:9"), timeout_seconds=1)

    with pytest.raises(PluginError) as caught:
        YtDlpFetcher(gone).fetch_metadata(ref_of(ID))

    assert caught.value.code == "network_error"
    assert "hunter2" not in str(caught.value)


def test_an_error_without_a_name_is_a_page_that_cannot_be_read():
    assert failure_of(KeyError("videoDetails")).code == "parse_error"
    assert failure_of(PluginError("private")).code == "private"
    assert failure_of(URLError("timed out"), is_youtube=True).code == "network_error"


def test_one_instance_serves_many_threads(youtube, fetcher):
    ids = [f"thread{number:05}" for number in range(8)]
    youtube.add(*(Video(id=id_, title=id_, tracks=[Track(language="de")]) for id_ in ids))
    barrier = threading.Barrier(len(ids))

    def fetch(video_id):
        barrier.wait(10)
        transcript = fetcher.fetch_transcript(ref_of(video_id), ())
        return fetcher.fetch_metadata(ref_of(video_id)).title, len(transcript.segments)

    with ThreadPoolExecutor(len(ids)) as threads:
        assert list(threads.map(fetch, ids)) == [(id_, len(WORDS)) for id_ in ids]


def test_nothing_is_written(youtube, fetcher, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    youtube.add(Video(id=ID, tracks=[Track()]))

    fetcher.fetch_transcript(ref_of(ID), ())

    assert list(tmp_path.rglob("*")) == []
