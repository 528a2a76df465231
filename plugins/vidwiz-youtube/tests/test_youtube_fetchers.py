"""What the fetchers return, which track they take, and how they ask."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.fake_youtube import Answer, Channel, Line, Playability, Refusal, Track, Trouble, Video
from tests.fake_youtube.folder import videos_of
from tests.support import CAPTIONS
from vidwiz.plugin_api import (
    Chapter,
    Handling,
    PluginError,
    PluginUnavailableError,
    Secret,
    VideoRef,
)
from vidwiz_captions import parse
from vidwiz_youtube.data_api import DataApiFetcher, DataApiSettings
from vidwiz_youtube.oembed import OEmbedFetcher
from vidwiz_youtube.pytube_fetcher import PytubeFetcher
from vidwiz_youtube.settings import RequestSettings
from vidwiz_youtube.transcript_api import TranscriptApiFetcher

KEY = "AIzaTheKeyOfTheTests"
DESCRIPTION = "About maps.\n\n0:00 Intro\n1:05 - Collisions & chains\n[5:00] Growing\nThanks!"
CHAPTERS = (
    Chapter("Intro", 0.0, 65.0),
    Chapter("Collisions & chains", 65.0, 300.0),
    Chapter("Growing", 300.0, 600.0),
)
TRANSCRIPTS = [TranscriptApiFetcher, PytubeFetcher]


def ref(video_id="hashmaps001"):
    return VideoRef("youtube", video_id, f"https://www.youtube.com/watch?v={video_id}")


@pytest.fixture(params=TRANSCRIPTS, ids=lambda fetcher: fetcher.info.name)
def fetcher(request, youtube):
    return request.param(RequestSettings())


@pytest.fixture
def video(youtube):
    return youtube.videos["hashmaps001"]


@pytest.fixture
def data_api(youtube):
    youtube.api_keys[KEY] = None
    return DataApiFetcher(DataApiSettings(key=Secret(KEY)))


def test_the_text_is_unescaped_and_no_caption_runs_into_the_next(fetcher):
    segments = fetcher.fetch_transcript(ref(), ()).segments
    assert [segment.text for segment in segments] == [
        "so today we're going to talk about how",
        "a hash map stores & finds its <keys>",
        "in constant time on average",
        "and this is what happens when two keys collide",
    ]
    ends = [segment.offset + segment.duration for segment in segments]
    assert ends == pytest.approx([2.0, 4.1, 8.0, 65.0])


def test_times_beyond_an_hour_are_whole(fetcher, video):
    video.tracks = [Track(lines=(Line(0.0, 2.0, "so"), Line(36_061.25, 2.5, "ten hours later")))]
    assert fetcher.fetch_transcript(ref(), ()).segments[1].offset == 36_061.25


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        ((), ("ko", "manual")),
        (("de",), ("de", "manual")),
        (("de-AT",), ("de", "manual")),
        (("tlh", "fr"), ("fr", "manual")),
        (("tlh",), ("ko", "manual")),
    ],
)
def test_the_language_asked_for_then_the_one_spoken(fetcher, video, asked, taken):
    def spoken(language, kind):
        return (Line(0, 2, f"{language} {kind}"),)

    video.tracks = [
        Track(language="en", lines=spoken("en", "manual")),
        Track(language="de", lines=spoken("de", "manual")),
        Track(language="fr", lines=spoken("fr", "manual")),
        Track(language="ko", automatic=True, lines=spoken("ko", "automatic")),
        Track(language="ko", lines=spoken("ko", "manual")),
    ]
    transcript = fetcher.fetch_transcript(ref(), asked)
    assert (transcript.language, transcript.segments[0].text) == (taken[0], " ".join(taken))


def test_no_translation_is_ever_asked_for(fetcher, youtube):
    fetcher.fetch_transcript(ref(), ("de",))
    (request,) = youtube.requests_of("timedtext")
    assert "tlang" not in request.arguments
    assert request.arguments.get("fmt") in {None, "json3"}


def test_the_reasons_are_asked_for_in_english(fetcher, youtube):
    fetcher.fetch_transcript(ref(), ())
    assert {request.headers["accept-language"][:5] for request in youtube.requests} == {"en-US"}


def test_cookies_of_a_file_open_an_age_restricted_video(youtube, video, tmp_path):
    video.playability = Playability(status="LOGIN_REQUIRED", reason="Sign in to confirm your age")
    video.opens_to_cookies = True
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(
        "# Netscape HTTP Cookie File\n"
        ".youtube.com\tTRUE\t/\tTRUE\t4102444800\tSID\tsecret-of-the-account\n"
    )
    with pytest.raises(PluginError, match="age_restricted"):
        TranscriptApiFetcher(RequestSettings()).fetch_transcript(ref(), ())
    before = cookies.read_text()
    settings = RequestSettings(cookies_file=cookies)
    assert TranscriptApiFetcher(settings).fetch_transcript(ref(), ()).segments
    assert cookies.read_text() == before


@pytest.mark.parametrize("content", [None, "", "SID=secret-of-the-account", "\0\1"])
def test_a_file_of_cookies_that_is_none_is_the_operators_matter(youtube, tmp_path, content):
    path = tmp_path / "cookies.txt"
    if content is not None:
        path.write_text(content)
    with pytest.raises(PluginError) as caught:
        OEmbedFetcher(RequestSettings(cookies_file=path)).fetch_metadata(ref())
    assert caught.value.code == "auth_failed"
    assert "secret" not in str(caught.value)
    assert youtube.requests == []


def test_the_proxy_of_the_settings_goes_before_that_of_the_environment(youtube, fetcher):
    youtube.block("127.0.0.1", Refusal.CAPTCHA)
    with pytest.raises(PluginError, match="ip_blocked"):
        fetcher.fetch_transcript(ref(), ())
    settings = RequestSettings(proxy=Secret(youtube.url_for("home")))
    assert type(fetcher)(settings).fetch_transcript(ref(), ()).segments
    assert youtube.requests[-1].network == "home"


@pytest.mark.parametrize("port", [1, 9])
def test_a_proxy_that_is_not_there_is_named_without_its_password(youtube, port):
    proxy = Secret(f"http://me:hunter2@127.0.0.1:{port}")
    with pytest.raises(PluginError) as caught:
        OEmbedFetcher(RequestSettings(proxy=proxy)).fetch_metadata(ref())
    assert caught.value.code == "network_error"
    chain = f"{caught.value!r} {caught.value.__cause__!r}"
    assert "hunter2" not in chain


def test_a_certificate_that_nobody_vouches_for_is_named(youtube, monkeypatch):
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name)
    with pytest.raises(PluginError, match="certificate"):
        OEmbedFetcher(RequestSettings()).fetch_metadata(ref())
    monkeypatch.setenv("SSL_CERT_FILE", str(youtube.ca_file))
    assert OEmbedFetcher(RequestSettings()).fetch_metadata(ref()).title


def test_one_fetcher_serves_many_threads_at_once(fetcher, youtube):
    youtube.add(
        *(
            Video(id=f"video{n:06}", tracks=[Track(lines=(Line(0, 2, f"this is {n}"),))])
            for n in range(24)
        )
    )
    with ThreadPoolExecutor(12) as pool:
        found = pool.map(lambda n: fetcher.fetch_transcript(ref(f"video{n:06}"), ()), range(24))
        texts = [transcript.segments[0].text for transcript in found]
    assert texts == [f"this is {n}" for n in range(24)]


def test_an_id_that_is_none_is_refused_without_a_request(fetcher, youtube):
    for video_id in ("", "a" * 12, "../../../..", "hash maps 1", "hashmaps00\u0661"):
        with pytest.raises(PluginError, match="invalid_id"):
            fetcher.fetch_transcript(ref(video_id), ())
    assert youtube.requests == []


@pytest.mark.parametrize(
    "content",
    [
        [],
        None,
        {"playabilityStatus": []},
        {"captions": {"playerCaptionsTracklistRenderer": {"captionTracks": [{}]}}},
        {"playabilityStatus": {"status": "UNPLAYABLE", "errorScreen": []}},
    ],
)
def test_a_player_that_answers_in_another_shape(fetcher, video, content):
    body = json.dumps(content).encode()
    video.troubles = (Trouble(endpoints=frozenset({"player"}), answer=Answer(body=body)),)
    with pytest.raises(PluginError) as caught:
        fetcher.fetch_transcript(ref(), ())
    assert caught.value.code in {"parse_error", "no_captions", "unplayable"}


def test_metadata_of_the_data_api(youtube, video, data_api):
    video.description = DESCRIPTION
    metadata = data_api.fetch_metadata(ref())
    assert metadata.title == "How hash maps work"
    assert metadata.channel == "Example Channel"
    assert metadata.channel_url == "https://www.youtube.com/channel/UCexampleexampleexample1"
    assert (metadata.duration, metadata.view_count, metadata.like_count) == (600.0, 1234, 56)
    assert (metadata.upload_date, metadata.language) == ("20240102", "en")
    assert metadata.thumbnail == "https://i.ytimg.com/vi/hashmaps001/hqdefault.jpg"
    assert metadata.chapters == CHAPTERS
    (request,) = youtube.requests
    assert KEY not in f"{request.path}?{request.query}"


def test_metadata_of_pytube(video, youtube):
    video.description = DESCRIPTION
    metadata = PytubeFetcher(RequestSettings()).fetch_metadata(ref())
    assert metadata.title == "How hash maps work"
    assert (metadata.duration, metadata.view_count) == (600.0, 1234)
    assert metadata.upload_date == "20240102"
    assert metadata.chapters == CHAPTERS


def test_metadata_of_oembed(youtube):
    metadata = OEmbedFetcher(RequestSettings()).fetch_metadata(ref())
    assert (metadata.title, metadata.channel) == ("How hash maps work", "Example Channel")
    assert metadata.channel_url == "https://www.youtube.com/@example"
    assert metadata.thumbnail == "https://i.ytimg.com/vi/hashmaps001/hqdefault.jpg"
    assert metadata.duration is None


def test_a_search_by_title(youtube, data_api):
    youtube.add(
        *(
            Video(id=f"video{n:06}", title=f"Bread & butter {n}", channel=Channel.named("Bakery"))
            for n in range(60)
        )
    )
    found = data_api.search("bread", 3)
    assert [video.ref.id for video in found] == ["video000000", "video000001", "video000002"]
    assert found[0].title == "Bread & butter 0"
    assert found[0].published_at == datetime(2024, 1, 2, 11, 4, 5, tzinfo=UTC)
    assert found[0].ref.url == "https://www.youtube.com/watch?v=video000000"
    assert len(data_api.search("bread", 10_000)) == 50
    assert data_api.search("nothing like it", 5) == []


@pytest.mark.parametrize(("title", "limit"), [("bread", 0), ("bread", -1), ("  ", 5)])
def test_a_search_for_nothing_spends_no_quota(youtube, data_api, title, limit):
    assert not data_api.search(title, limit)
    assert youtube.requests == []


def test_without_a_key_the_data_api_says_what_to_do(youtube):
    with pytest.raises(PluginUnavailableError) as caught:
        DataApiFetcher(DataApiSettings()).check()
    assert "VIDWIZ_PLUGIN_YOUTUBE_DATA_API_KEY" in caught.value.remedy


def test_a_refused_key_is_in_no_message(youtube):
    secret = "AIzaNobodyKnowsThis"
    with pytest.raises(PluginError) as caught:
        DataApiFetcher(DataApiSettings(key=Secret(secret))).fetch_metadata(ref())
    assert caught.value.code == "auth_failed"
    assert secret not in f"{caught.value!r}{caught.value.__cause__!r}"


def test_versions_are_described(youtube):
    assert TranscriptApiFetcher(RequestSettings()).describe()["youtube-transcript-api"]
    assert "not maintained" in PytubeFetcher(RequestSettings()).describe()["pytube"]
    assert "unmaintained" in PytubeFetcher.info.title


class _RefusingProxy(BaseHTTPRequestHandler):
    def do_CONNECT(self):
        self.send_error(407)

    def log_message(self, *_arguments):
        pass


def test_a_proxy_that_refuses_the_password_is_the_operators_matter(youtube):
    with ThreadingHTTPServer(("127.0.0.1", 0), _RefusingProxy) as proxy:
        threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}).start()
        address = Secret(f"http://me:hunter2@127.0.0.1:{proxy.server_port}")
        with pytest.raises(PluginError, match="The proxy refuses") as caught:
            OEmbedFetcher(RequestSettings(proxy=address)).fetch_metadata(ref())
        proxy.shutdown()
    assert caught.value.code == "auth_failed"
    assert "hunter2" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_redirect_does_not_take_the_key_elsewhere(youtube, data_api, video):
    seen = []
    youtube.route("evil.example", "/.*", lambda request: seen.append(request) or Answer())
    to = (("Location", "https://evil.example/"),)
    video.troubles = (Trouble(answer=Answer(status=302, headers=to)),)
    with pytest.raises(PluginError, match="parse_error"):
        data_api.fetch_metadata(ref())
    assert seen == []


@pytest.mark.skipif(not CAPTIONS.is_dir(), reason="the real captions are not here")
def test_real_captions_come_back_as_they_are_held(fetcher, youtube):
    held = videos_of(CAPTIONS)[:6]
    youtube.add(*held)
    for video in held:
        track = video.tracks[0]
        transcript = fetcher.fetch_transcript(ref(video.id), (track.language,))
        assert transcript.language == track.language
        file = parse((CAPTIONS / f"{video.id}.{track.language}.srt").read_bytes(), "srt")
        assert [s.text for s in transcript.segments] == [s.text for s in file]
        starts = [s.offset for s in file]
        assert [s.offset for s in transcript.segments] == pytest.approx(starts, abs=0.0011)


# SOCKS is not among them: yt-dlp teaches it to requests in a process that has imported both.
@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1:9", "http://host:99999"])
def test_a_proxy_of_the_environment_that_cannot_work_is_the_operators_matter(
    youtube, monkeypatch, proxy
):
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy)
    for ask in (
        lambda: TranscriptApiFetcher(RequestSettings()).fetch_transcript(ref(), ()),
        lambda: OEmbedFetcher(RequestSettings()).fetch_metadata(ref()),
    ):
        with pytest.raises(PluginError, match="HTTPS_PROXY name cannot be used") as caught:
            ask()
        assert (caught.value.code, caught.value.handling) == ("auth_failed", Handling.OPERATOR)
