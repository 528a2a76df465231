"""Addresses become videos and lists by yt-dlp's own patterns, without the network."""

import re
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidwiz_youtube.ytdlp import YtDlpFetcher
from vidwiz_youtube.ytdlp.addresses import is_public_address, public_parts
from vidwiz_youtube.ytdlp.sites import Sites, site_name

fetcher = YtDlpFetcher(YtDlpFetcher.Settings())
CCC = "30C3_-_5443_-_en_-_saal_g_-_201312281830_-_introduction_to_processor_design_-_byterazor"
TALK = "sir_ken_robinson_do_schools_kill_creativity"


def resolved(url):
    ref = fetcher.resolve(url)
    return ref and f"{ref.site}:{ref.id}"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://vimeo.com/76979871", "vimeo:76979871"),
        ("https://player.vimeo.com/video/76979871?h=1", "vimeo:76979871"),
        (f"https://www.ted.com/talks/{TALK}", f"ted:{TALK}"),
        ("https://www.dailymotion.com/video/x5kesuj_office-christmas-party", "dailymotion:x5kesuj"),
        ("https://dai.ly/x5kesuj", "dailymotion:x5kesuj"),
        ("HTTPS://Vimeo.COM:443/76979871", "vimeo:76979871"),
        ("https://vimeo.com./76979871", "vimeo:76979871"),
        ("https://www.twitch.tv/videos/6528877?t=5m10s", "twitch:6528877"),
        (f"https://media.ccc.de/v/{CCC}", f"ccc:{CCC}"),
        ("https://www.bilibili.com/video/BV13x41117TL", "bilibili:13x41117TL"),
        (
            "https://framatube.org/w/9c9de5e8-0a1e-484a-b099-e80766180a6d",
            "peertube:framatube.org_9c9de5e8-0a1e-484a-b099-e80766180a6d",
        ),
        ("https://www.bilibili.com/video/BV1bK411W797?p=1", "bilibili:1bK411W797"),
        ("https://www.bilibili.com/video/BV1bK411W797?p=3", "bilibili:1bK411W797_p3"),
        ("https://x.com/a/status/1600649710662213632", "twitter:1600649710662213632"),
        ("https://x.com/a/status/1600649710662213632/video/2", "twitter:1600649710662213632_p2"),
        ("https://www.pbs.org/video/not-an-id-of-pbs-in-its-pattern/", None),
    ],
)
def test_videos_of_other_sites_are_known(url, key):
    assert resolved(url) == key


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLabcdefghij&index=2",
        "http://youtu.be/dQw4w9WgXcQ?t=43",
        "https://m.youtube.com/shorts/dQw4w9WgXcQ",
        "https://www.youtube.com/live/dQw4w9WgXcQ",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        "https://music.youtube.com/watch?v=dQw4w9WgXcQ",
    ],
)
def test_all_addresses_of_one_video_of_youtube_are_one_video(url):
    ref = fetcher.resolve(url)
    assert ref
    assert (ref.site, ref.id) == ("youtube", "dQw4w9WgXcQ")
    assert ref.url == "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    assert not fetcher.knows_list(url)


REFUSED = [
    "",
    "dQw4w9WgXcQ",
    "ytsearch5:bread",
    "peertube:evil.example.com:9c9de5e8-0a1e-484a-b099-e80766180a6d",
    "https://unknown.org/watch?v=dQw4w9WgXcQ",
    "https://127.0.0.1/76979871",
    "https://[::1]/76979871",
    "https://10.0.0.1/Mediasite/Play/2db6c271681e4f199af3c60d1f82869b1d",
    "http://2130706433/76979871",
    "http://0x7f.1/76979871",
    "http://localhost/76979871",
    "http://vimeo.local/76979871",
    "file:///etc/passwd",
    "ftp://vimeo.com/76979871",
    "javascript:alert(1)",
    "//vimeo.com/76979871",
    "https://user@vimeo.com/76979871",
    "https://user:password@vimeo.com/76979871",
    "https://vimeo.com:8080/76979871",
    "https://vimeo.com:70000/76979871",
    "https://vimeo.com\\@127.0.0.1/76979871",
    "https://vimeo.com/769 79871",
    "https://vimeo.com/76979871\nhttp://127.0.0.1",
    "https://vimeo.com.evil.org/76979871",
    "https://evilvimeo.com/76979871",
    # Takes any host: the pattern says only what the path is like.
    "https://mediasite.uib.no/Mediasite/Play/90bb363295d945d6b548c867d01181361d",
    "https://my-own.peertube.example.org/w/9c9de5e8-0a1e-484a-b099-e80766180a6d",
    # A list, or no video.
    "https://vimeo.com/channels/staffpicks",
    "https://www.youtube.com/playlist?list=PLabcdefghij",
    "https://www.youtube.com/feed/subscriptions",
    "https://vimeo.com/" + "7" * 3000,
]


@pytest.mark.parametrize("url", REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_known_video_is_refused(url):
    assert fetcher.resolve(url) is None


@pytest.mark.parametrize(
    ("url", "is_list"),
    [
        ("https://www.youtube.com/playlist?list=PLabcdefghij", True),
        ("https://www.youtube.com/@somebody", True),
        ("https://www.youtube.com/@somebody/shorts", True),
        ("https://www.youtube.com/c/somebody/videos", True),
        ("https://www.youtube.com/user/somebody", True),
        ("https://m.youtube.com/channel/UCexampleexampleexample1/featured", True),
        ("https://vimeo.com/channels/staffpicks", True),
        ("https://www.ted.com/playlists/171/the_most_popular_talks_of_all", True),
        ("https://www.dailymotion.com/playlist/xv4bw", True),
        # Known, and refused with a sentence when somebody wants to import it.
        ("https://www.youtube.com/playlist?list=RDdQw4w9WgXcQ", True),
        ("https://www.youtube.com/results?search_query=bread", True),
        ("https://www.youtube.com/channel/UCshort", False),
        ("https://www.youtube.com/playlist?list=", False),
        ("https://www.youtube.com/", False),
        ("https://www.youtube.com/about/press", False),
        ("https://www.youtube.com:81/@somebody", False),
        ("https://youtube.evil.org/@somebody", False),
        ("https://unknown.org/playlist?list=PLabcdefghij", False),
        ("https://vimeo.com/76979871", False),
        ("ytsearch5:bread", False),
        ("", False),
    ],
)
def test_lists_are_known_by_their_address(url, is_list):
    assert fetcher.knows_list(url) is is_list


_hosts = st.sampled_from(
    ["vimeo.com", "www.youtube.com", "youtu.be", "www.ted.com", "dai.ly", "m.bilibili.com", "x.org"]
)
_odd_urls = st.one_of(
    st.text(max_size=80),
    st.builds("https://{}/{}".format, _hosts, st.text(max_size=60)),
    st.builds("http://{}/watch?v={}&list={}".format, _hosts, st.text(max_size=20), st.text()),
    st.builds("https://{}@{}:{}/1".format, st.text(max_size=9), _hosts, st.text(max_size=6)),
    st.builds("https://{}/76979871".format, st.text(max_size=40)),
)


@settings(deadline=None, max_examples=150)
@given(_odd_urls)
def test_odd_addresses_never_raise(url):
    ref = fetcher.resolve(url)
    assert fetcher.knows_list(url) in (True, False)
    if ref is not None:
        assert re.fullmatch(r"[a-z0-9]{2,20}", ref.site)
        assert re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", ref.id)
        assert public_parts(ref.url)


def test_no_two_extractors_have_one_name():
    names = [site_name(extractor.ie_key()) for _, extractor in Sites().load()]
    assert len(set(names)) == len(names) > 1000
    assert all(re.fullmatch(r"[a-z0-9]{2,20}", name) for name in names)


def test_words_and_short_numbers_are_told_apart_by_the_whole_address():
    """`direct` is the id that yt-dlp reads for each of the stations."""
    second, third = (
        fetcher.resolve(f"https://www.france.tv/{station}/direct.html")
        for station in ("france-2", "france-3")
    )
    assert second
    assert third
    assert second.id != third.id
    assert second == fetcher.resolve("https://www.france.tv/france-2/direct.html")


def test_many_threads_may_ask_first():
    fresh, barrier, found = Sites(), threading.Barrier(8), []

    def ask():
        barrier.wait(10)
        found.append(fresh.video("https://vimeo.com/76979871"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [ref.id for ref in found] == ["76979871"] * 8


def test_an_address_is_read_in_milliseconds():
    urls = [f"https://vimeo.com/{number}/{'a/' * 900}" for number in range(20)]
    fetcher.resolve(urls[0])
    start = time.thread_time()
    for url in urls:
        fetcher.resolve(url)
    assert (time.thread_time() - start) / len(urls) < 0.03  # 2 ms, and a few for a slow machine


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.168.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b:1::1", False),
        ("64:ff9b::e000:1", False),
        ("::127.0.0.1", False),
        ("::ffff:0:7f00:1", False),
        ("fec0::1", False),
        ("ff0e::1", False),
        ("no address", False),
        ("", False),
    ],
)
def test_public_addresses_are_told_from_private_ones(address, is_public):
    assert is_public_address(address) is is_public
