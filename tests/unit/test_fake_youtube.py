"""The local YouTube answers the real libraries, unchanged, as the site is known to."""

import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.fake_youtube import (
    Answer,
    Channel,
    FakeYouTube,
    Line,
    Playability,
    Playlist,
    Refusal,
    Track,
    Trouble,
    Video,
)
from tests.fake_youtube.folder import videos_of


@pytest.fixture
def session(youtube):
    with requests.Session() as session:
        session.trust_env = False
        session.proxies = {"https": youtube.url, "http": youtube.url}
        session.verify = str(youtube.ca_file)
        yield session


WATCH = "https://www.youtube.com/watch?v=hashmaps001"


def transcript(youtube, video_id, session):
    from youtube_transcript_api import YouTubeTranscriptApi

    return [snippet.text for snippet in YouTubeTranscriptApi(http_client=session).fetch(video_id)]


def test_youtube_transcript_api_reads_captions(youtube, session):
    youtube.add(Video(id="hashmaps001", consent=True, tracks=[Track(automatic=True)]))
    assert transcript(youtube, "hashmaps001", session)[1] == "a hash map stores & finds its "
    assert [request.endpoint for request in youtube.requests] == [
        *("watch", "watch"),
        *("player", "timedtext"),
    ]


def ytdlp(youtube, url, **options):
    import yt_dlp

    options |= {"quiet": True, "proxy": youtube.url, "nocheckcertificate": True}
    options |= {"ignore_no_formats_error": True, "cachedir": False, "extract_flat": True}
    client = {"player_client": ["web"], "player_skip": ["configs", "js"]}
    options["extractor_args"] = {"youtube": {**client, "skip": ["hls", "dash"]}}
    with yt_dlp.YoutubeDL(options) as downloader:
        return downloader.extract_info(url, download=False)


def test_yt_dlp_reads_metadata_and_tracks(youtube):
    chapters = ((0, "Intro"), (60, "Collisions"), (300, "Growing"))
    tracks = [Track(automatic=True), Track(language="de")]
    youtube.add(Video(id="hashmaps001", chapters=chapters, tracks=tracks))
    info = ytdlp(youtube, WATCH)
    assert info["title"] == "How hash maps work"
    assert info["uploader_id"] == "@example"
    assert [chapter["title"] for chapter in info["chapters"]] == ["Intro", "Collisions", "Growing"]
    assert info["upload_date"] == "20240102"
    assert info["live_status"] == "not_live"
    assert list(info["subtitles"]) == ["de"]
    assert "en-orig" in info["automatic_captions"] or "en" in info["automatic_captions"]


def test_yt_dlp_reads_a_playlist_of_several_pages(youtube):
    ids = [f"video{number:06}" for number in range(230)]
    youtube.add(*(Video(id=video_id, title=video_id) for video_id in ids[:-1]))
    youtube.videos[ids[3]].playability = Playability(
        status="LOGIN_REQUIRED", reason="This is a private video."
    )
    youtube.add_playlist(Playlist(id="PLlong", title="Long", video_ids=ids))
    info = ytdlp(youtube, "https://www.youtube.com/playlist?list=PLlong")
    entries = list(info["entries"])
    assert [entry["id"] for entry in entries] == ids
    assert entries[3]["title"] == "[Private video]"
    assert entries[229]["title"] == "[Deleted video]"
    assert info["title"] == "Long"


def test_yt_dlp_reads_a_channel_of_several_pages(youtube):
    channel = Channel.named("Maps")
    ids = [f"video{number:06}" for number in range(70)]
    youtube.add(*(Video(id=video_id, channel=channel) for video_id in ids))
    info = ytdlp(youtube, f"https://www.youtube.com/{channel.handle}/videos")
    assert [entry["id"] for entry in info["entries"]] == ids
    assert info["channel_id"] == channel.id


def test_yt_dlp_searches(youtube):
    youtube.add(*(Video(id=f"video{n:06}", title=f"Hash maps, part {n}") for n in range(30)))
    info = ytdlp(youtube, "ytsearch25:hash maps,")
    assert len(list(info["entries"])) == 25


def test_pytube_reads_metadata_and_captions(youtube, session):
    youtube.add(Video(id="hashmaps001", tracks=[Track(automatic=True)]))
    program = (
        "import json, pytube; video = pytube.YouTube('https://www.youtube.com/watch?v=hashmaps001')"
        "; captions = video.caption_tracks[0].json_captions"
        "; print(json.dumps([video.title, str(video.publish_date), len(captions['events'])]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=youtube.environment(),
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )
    assert json.loads(done.stdout) == ["How hash maps work", "2024-01-02 00:00:00", 8]


@pytest.mark.parametrize("caption_format", ["json3", "srv1", "srv3", "vtt", "srt"])
def test_captions_come_in_every_format(youtube, session, caption_format):
    from vidwiz_captions import parse

    lines = (Line(0, 2, "a & b"), Line(2, 3, "it's <here>"))
    youtube.add(Video(id="hashmaps001", tracks=[Track(lines=lines)]))
    answer = session.get(
        "https://www.youtube.com/api/timedtext",
        params={"v": "hashmaps001", "lang": "en", "fmt": caption_format},
    )
    segments = parse(answer.content, caption_format)
    assert segments[0].text == "a & b"
    assert [segment.offset for segment in segments] == [0, 2]


def test_a_translated_track_is_refused_and_an_unknown_one_empty(youtube, session):
    youtube.add(Video(id="hashmaps001", tracks=[Track(automatic=True)]))
    url = "https://www.youtube.com/api/timedtext?v=hashmaps001&kind=asr&lang="
    assert session.get(f"{url}en&tlang=de").status_code == 429
    assert session.get(f"{url}fr").content == b""


def test_one_network_is_refused_and_another_not(youtube, session):
    youtube.add(Video(id="hashmaps001"))
    youtube.block("office", Refusal.TOO_MANY_REQUESTS)
    got = []
    for network in ("office", "home"):
        proxies = dict.fromkeys(("http", "https"), youtube.url_for(network))
        session.proxies = proxies
        got.append(session.get(WATCH).status_code)
    assert got == [429, 200]
    assert len(youtube.requests_of("watch", "hashmaps001", "home")) == 1


def test_the_senders_address_is_its_network(youtube):
    youtube.block("127.0.0.2", Refusal.TOO_MANY_REQUESTS)
    statuses = []
    for source in ("127.0.0.1", "127.0.0.2"):
        address = (youtube.host, youtube.port)
        with socket.create_connection(address, source_address=(source, 0)) as connection:
            connection.sendall(b"GET /watch?v=hashmaps001 HTTP/1.0\r\n\r\n")
            statuses.append(connection.makefile("rb").readline().split()[1])
    assert statuses == [b"200", b"429"]


def test_troubles_end_after_their_first_requests(youtube, session):
    busy = Answer(status=503)
    trouble = Trouble(endpoints=frozenset({"watch"}), answer=busy, first=2)
    youtube.add(Video(id="hashmaps001", troubles=(trouble,)))
    assert [session.get(WATCH).status_code for _ in range(3)] == [503, 503, 200]


def test_a_dropped_and_a_cut_answer(youtube, session):
    video = youtube.add(Video(id="hashmaps001", troubles=(Trouble(drops=True),)))
    with pytest.raises(requests.ConnectionError):
        session.get(WATCH)
    video.troubles = (Trouble(answer=Answer(body=b"half", cut=4)),)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.get(WATCH)


def test_other_sites_can_be_added_and_unknown_hosts_are_refused_and_counted(youtube, session):
    youtube.route("player.vimeo.com", r"/video/(\d+)", lambda r: Answer(body=r.match[1].encode()))
    assert session.get("https://player.vimeo.com/video/76979871").text == "76979871"
    with pytest.raises(requests.exceptions.ProxyError):
        session.get("https://10.0.0.1/")
    assert youtube.requests[-1].host == "10.0.0.1"


def test_many_clients_at_once(youtube):
    youtube.add(Video(id="hashmaps001", tracks=[Track(automatic=True)]))

    def fetch(_number):
        with requests.Session() as session:
            session.trust_env = False
            session.proxies = {"https": youtube.url}
            session.verify = str(youtube.ca_file)
            return len(transcript(youtube, "hashmaps001", session))

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(fetch, range(40))) == {4}


def test_the_feed_has_the_newest_first(youtube, session):
    channel = Channel.named("Maps")
    youtube.add(*(Video(id=f"video{n:06}", channel=channel) for n in range(20)))
    url = "https://www.youtube.com/feeds/videos.xml"
    feed = session.get(url, params={"channel_id": channel.id})
    assert feed.text.count("<entry>") == 15
    assert session.get(url, params={"channel_id": "UCnobody"}).status_code == 404


def test_it_ends_while_a_client_waits():
    with FakeYouTube() as youtube:
        youtube.add(Video(id="hashmaps001", troubles=(Trouble(delay=60),)))
        with socket.create_connection((youtube.host, youtube.port)) as connection:
            connection.sendall(b"GET /watch?v=hashmaps001 HTTP/1.1\r\nHost: x\r\n\r\n")


def test_a_folder_of_yt_dlp_becomes_its_videos(tmp_path):
    chapters = [{"title": "Intro", "start_time": 0.0}]
    info = {"id": "hashmaps001", "title": "Maps", "channel": "Maps", "duration": 90}
    info |= {"upload_date": "20250304", "chapters": chapters, "automatic_captions": {"de": []}}
    (tmp_path / "hashmaps001.info.json").write_text(json.dumps(info))
    srt = (
        "1\n00:00:01,500 --> 00:00:02,000\nHello\nthere\n\n2\n01:00:00,000 --> 01:00:01,000\nYou\n"
    )
    for language in ("de", "en"):
        (tmp_path / f"hashmaps001.{language}.srt").write_text(srt)
    (video,) = videos_of(tmp_path)
    assert (video.title, video.duration, video.chapters) == ("Maps", 90, ((0.0, "Intro"),))
    assert [(track.language, track.automatic) for track in video.tracks] == [
        *(("de", True), ("en", False)),
    ]
    assert video.tracks[0].lines == (Line(1.5, 0.5, "Hello there"), Line(3600.0, 1.0, "You"))
