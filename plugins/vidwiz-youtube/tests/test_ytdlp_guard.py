"""Nothing that a site says leads a request into a private network: the server there hears none."""

import gzip
import socket
import tracemalloc

import pytest

from tests.fake_sites import VTT, SiteVideo, add_dailymotion, add_ted, add_vimeo, serve_captions
from tests.fake_youtube import Answer
from vidwiz.plugin_api import PluginError
from vidwiz_youtube.ytdlp import YtDlpFetcher
from vidwiz_youtube.ytdlp.guard import (
    MOST_BYTES,
    PrivateAddressError,
    public_addresses,
    require_public_url,
)


@pytest.fixture
def fetcher(youtube):
    return YtDlpFetcher(YtDlpFetcher.Settings())


@pytest.fixture
def inside(httpserver):
    """A server in the private network, which would answer anybody."""
    httpserver.expect_request("/captions.vtt").respond_with_data(VTT)
    httpserver.expect_request("/").respond_with_data("<title>secret</title>")
    return httpserver


def redirect_to(url, status=302):
    return lambda _request: Answer(status=status, headers=(("Location", url),))


def assert_refused(call):
    with pytest.raises(PluginError) as caught:
        call()
    assert caught.value.code == "private_address"
    assert caught.value.handling == "permanent"
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize("status", [302, 308])
def test_a_redirect_into_the_private_network_is_not_followed(youtube, fetcher, inside, status):
    ref = fetcher.resolve(add_ted(youtube, SiteVideo(id="tea")))
    youtube.route("www.ted.com", "/talks/.*", redirect_to(inside.url_for("/"), status))

    assert_refused(lambda: fetcher.fetch_metadata(ref))
    assert_refused(lambda: fetcher.fetch_transcript(ref, ()))
    assert inside.log == []


TARGETS = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST.:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://0.0.0.0:{port}/",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.1/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://intranet/",
    "//127.0.0.1:{port}/",
    "http://vimeo.com@127.0.0.1:{port}/",
]


@pytest.mark.parametrize("target", TARGETS)
def test_no_private_place_may_be_asked(target):
    with pytest.raises(PrivateAddressError):
        require_public_url(target.format(port=80))


def test_no_private_place_is_asked_by_the_second_redirect(youtube, fetcher, inside):
    """The first goes to a public host of the same site."""
    ref = fetcher.resolve(add_ted(youtube, SiteVideo(id="tea")))
    youtube.route("www.ted.com", "/talks/.*", redirect_to("https://api.ted.com/moved"))
    for target in (*TARGETS[:3], "http://[::1]:{port}/", "http://10.0.0.1/", TARGETS[-1]):
        youtube.route("api.ted.com", "/moved", redirect_to(target.format(port=inside.port)))
        assert_refused(lambda: fetcher.fetch_metadata(ref))

    assert inside.log == []
    assert {request.host for request in youtube.requests} == {"www.ted.com", "api.ted.com"}


def test_only_http_is_followed(youtube, fetcher):
    ref = fetcher.resolve(add_ted(youtube, SiteVideo(id="tea")))
    for target in ("file:///etc/passwd", "ftp://127.0.0.1/", "data:text/html,x"):
        youtube.route("www.ted.com", "/talks/.*", redirect_to(target))
        assert_refused(lambda: fetcher.fetch_metadata(ref))


@pytest.mark.parametrize("add", [add_vimeo, add_dailymotion])
def test_captions_in_the_private_network_are_not_fetched(youtube, fetcher, inside, add):
    video_id = "76979871" if add is add_vimeo else "x5kesuj"
    url = add(youtube, SiteVideo(id=video_id, captions={"en": inside.url_for("/captions.vtt")}))

    assert_refused(lambda: fetcher.fetch_transcript(fetcher.resolve(url), ()))
    assert inside.log == []


def test_pieces_of_captions_in_the_private_network_are_not_fetched(youtube, fetcher, inside):
    playlist = f"#EXTM3U\n#EXTINF:9,\n{inside.url_for('/captions.vtt')}\n"
    listed = serve_captions(youtube, "cdn.dmcdn.net", "/tea.vtt", playlist)
    ref = fetcher.resolve(
        add_dailymotion(youtube, SiteVideo(id="x5kesuj", captions={"en": listed}))
    )

    assert_refused(lambda: fetcher.fetch_transcript(ref, ()))
    assert inside.log == []


def test_a_name_that_leads_into_the_private_network_is_not_asked(monkeypatch, inside):
    """Without a proxy the name is looked up here; this one has an address of ours."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    asked = []

    def look_up(host, port, *_rest, **_named):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", inside.port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    fetcher = YtDlpFetcher(YtDlpFetcher.Settings())

    assert_refused(lambda: fetcher.fetch_metadata(fetcher.resolve("http://www.ted.com/talks/tea")))
    assert asked == ["www.ted.com"]
    assert inside.log == []


def test_one_private_address_among_public_ones_is_enough():
    def look_up(_host, port, *_rest):
        family = socket.AF_INET
        return [(family, 1, 6, "", (ip, port)) for ip in ("93.184.216.34", "192.168.1.1")]

    with pytest.raises(PrivateAddressError):
        public_addresses("example.com", 443, look_up)
    only_public = public_addresses("example.com", 443, lambda *_: look_up("", 443)[:1] * 2)
    assert only_public == ["93.184.216.34"]


ENDLESS = gzip.compress(bytes(MOST_BYTES + 1))
"""As large as nothing that is honest, in a few kilobytes."""


def test_an_answer_without_an_end_is_not_read_to_it(youtube, fetcher):
    ref = fetcher.resolve(add_ted(youtube, SiteVideo(id="tea")))
    page = Answer(body=ENDLESS, headers=(("Content-Encoding", "gzip"),))
    youtube.route("www.ted.com", "/talks/.*", lambda _: page)

    with pytest.raises(PluginError, match="parse_error: The site's answer is too large"):
        fetcher.fetch_metadata(ref)


def test_the_page_of_a_redirect_is_not_read(youtube, fetcher):
    ref = fetcher.resolve(add_ted(youtube, SiteVideo(id="tea")))
    add_ted(youtube, SiteVideo(id="moved"))
    headers = (("Location", "https://www.ted.com/talks/moved"), ("Content-Encoding", "gzip"))
    page = Answer(status=302, body=ENDLESS, headers=headers)
    youtube.route("www.ted.com", "/talks/tea", lambda _: page)

    tracemalloc.start()
    title = fetcher.fetch_metadata(ref).title
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert title == "How to make tea"
    assert most < MOST_BYTES / 2


@pytest.mark.parametrize("url", ["https://vimeo.com/1", "http://93.184.216.34:8080/captions.vtt"])
def test_public_places_may_be_asked(url):
    require_public_url(url)


def test_yt_dlp_is_given_no_other_way_to_the_network(youtube):
    from vidwiz_youtube.ytdlp.client import Client

    with Client(YtDlpFetcher.Settings()) as client:
        handlers = client._ydl._request_director.handlers.values()
        assert [type(handler).__name__ for handler in handlers] == ["GuardedRH"]
