"""Addresses of other sites: plugins tell what they name, and can do no harm by it."""

import threading
import time
from urllib.parse import urlsplit

import pytest

from vidwiz.errors import InvalidInputError, SourceUnavailableError
from vidwiz.plugin_api import Capability, PluginInfo, VideoRef
from vidwiz.plugin_api.fakes import FakeMetadataFetcher, FakeTranscriptFetcher
from vidwiz.plugin_host.sites import Sites

ID = "dQw4w9WgXcQ"
ABILITIES = frozenset({Capability.RESOLVE, Capability.LISTS})


class Vimeo(FakeMetadataFetcher):
    """Knows vimeo.com/NUMBER, and lists at vimeo.com/channels/NAME."""

    info = PluginInfo(name="vimeo", title="Vimeo", sites=("vimeo",), capabilities=ABILITIES)

    def __init__(self):
        super().__init__()
        self.asked = []

    def resolve(self, url):
        self.asked.append(url)
        parts = urlsplit(url)
        number = parts.path.strip("/")
        if parts.hostname != "vimeo.com" or not number.isdecimal():
            return None
        return VideoRef("vimeo", number, f"https://vimeo.com/{number}")

    def knows_list(self, url):
        return urlsplit(url).path.startswith("/channels/")


class Answering(FakeMetadataFetcher):
    """Gives one answer to everything, or raises it."""

    info = PluginInfo(name="answering", title="Answering", capabilities=ABILITIES)

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def resolve(self, url):
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    knows_list = resolve


class Hanging(Answering):
    """Answers only when the test lets it."""

    info = PluginInfo(name="hanging", title="Hanging", capabilities=ABILITIES)

    def __init__(self):
        super().__init__(None)
        self.ended = threading.Event()

    def resolve(self, url):
        self.ended.wait(60)

    knows_list = resolve


class Unable(Vimeo):
    """Has the methods and does not say so."""

    info = PluginInfo(name="unable", title="Unable", sites=("vimeo",))


def refusal(sites, text):
    with pytest.raises(InvalidInputError) as caught:
        sites.find(text)
    assert (caught.value.field, caught.value.code) == ("video", "invalid_video")
    return caught.value.message


@pytest.mark.parametrize(
    "text",
    ["https://vimeo.com/123", "vimeo.com/123", " http://vimeo.com/123/?x=1#t \u200b"],
)
def test_a_plugin_tells_which_video_an_address_names(text):
    found = Sites([Vimeo()]).find(text)
    assert (found.video_id, found.url) == ("vimeo:123", "https://vimeo.com/123")
    assert found.check_new() == "vimeo:123"


@pytest.mark.parametrize("text", [ID, f"https://youtu.be/{ID}", f"youtube.com/watch?v={ID}"])
def test_no_plugin_is_asked_about_videos_of_youtube(text):
    vimeo = Vimeo()
    found = Sites([vimeo]).find(text)
    assert (found.check_new(), found.url, vimeo.asked) == (ID, None, [])


def test_only_fetchers_of_the_settings_that_say_so_are_asked():
    unable = Unable()
    assert "no plugin here knows" in refusal(Sites([unable]), "https://vimeo.com/123")
    assert "no plugin here knows" in refusal(Sites([]), "https://vimeo.com/123")
    assert unable.asked == []


def test_one_that_knows_an_address_twice_is_asked_once():
    vimeo = Vimeo()
    refusal(Sites([vimeo, vimeo]), "https://vimeo.com/about")
    assert len(vimeo.asked) == 1


def test_an_id_of_another_site_is_taken_for_a_video_that_is_known():
    found = Sites([Vimeo()]).find("vimeo:123")
    assert found.video_id == "vimeo:123"
    with pytest.raises(InvalidInputError, match="give its address"):
        found.check_new()


@pytest.mark.parametrize(
    ("allowed", "text", "expected"),
    [
        (("youtube",), "https://vimeo.com/1", "videos of vimeo are not taken here"),
        (("vimeo",), ID, "videos of youtube are not taken here"),
        (("vimeo",), "https://vimeo.com/1", None),
        (("youtube", "vimeo"), ID, None),
    ],
)
def test_the_settings_restrict_what_may_become_known(allowed, text, expected):
    found = Sites([Vimeo()], allowed).find(text)
    if expected is None:
        assert found.check_new() == found.video_id
    else:
        with pytest.raises(InvalidInputError, match=expected):
            found.check_new()


def test_a_site_that_no_fetcher_of_the_settings_serves_is_refused():
    only_youtube = FakeTranscriptFetcher()
    only_youtube.info = PluginInfo(name="yt", title="YT", sites=("youtube",))
    found = Sites([only_youtube]).of_id("vimeo:1")
    with pytest.raises(InvalidInputError, match="no plugin here knows"):
        found.check_new()


@pytest.mark.parametrize(
    "answer",
    [
        RuntimeError("no"),
        SystemExit(1),
        "vimeo:1",
        VideoRef("vimeo", "a/b", "https://vimeo.com/1"),
        VideoRef("Vimeo", "1", "https://vimeo.com/1"),
        VideoRef("vimeo", "", "https://vimeo.com/1"),
        VideoRef("vimeo", "x" * 101, "https://vimeo.com/1"),
        VideoRef("youtube", "short", "https://vimeo.com/1"),
        VideoRef("vimeo", 1, "https://vimeo.com/1"),
        VideoRef(None, "1", "https://vimeo.com/1"),
        VideoRef("vimeo", "1", None),
        VideoRef("vimeo", "1", ""),
        VideoRef("vimeo", "1", "file:///etc/passwd"),
        VideoRef("vimeo", "1", "http://127.0.0.1/1"),
        VideoRef("vimeo", "1", "http://localhost/1"),
        VideoRef("vimeo", "1", "https://vimeo.com/" + "x" * 2048),
        True,
        17,
    ],
    ids=repr,
)
def test_rubbish_is_no_answer_and_the_next_plugin_is_asked(answer):
    assert Sites([Answering(answer), Vimeo()]).find("https://vimeo.com/5").video_id == "vimeo:5"


def test_a_plugin_names_videos_of_its_own_sites_only():
    liar = Vimeo()
    liar.info = PluginInfo(name="liar", title="Liar", sites=("ted",), capabilities=ABILITIES)
    assert "no plugin here knows" in refusal(Sites([liar]), "https://vimeo.com/5")


def test_a_plugin_that_hangs_costs_its_time_and_the_next_is_asked(monkeypatch):
    monkeypatch.setattr("vidwiz.plugin_host.sites.ONE_SECONDS", 0.5)
    hanging = Hanging()
    begun = time.monotonic()
    try:
        assert Sites([hanging, Vimeo()]).find("https://vimeo.com/5").video_id == "vimeo:5"
    finally:
        hanging.ended.set()
    assert 0.4 < time.monotonic() - begun < 5


def test_an_address_is_not_called_unknown_while_a_plugin_is_silent(monkeypatch):
    monkeypatch.setattr("vidwiz.plugin_host.sites.ONE_SECONDS", 0.1)
    hanging = Hanging()
    sites = Sites([hanging])
    try:
        for ask in (sites.find, sites.list_fetchers):
            with pytest.raises(SourceUnavailableError, match="did not say in time"):
                ask("https://vimeo.com/5")
        vimeo = Vimeo()
        assert Sites([hanging, vimeo]).list_fetchers("https://vimeo.com/channels/5") == [vimeo]
    finally:
        hanging.ended.set()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/5",
        "http://127.1/5",
        "http://2130706433/5",
        "http://0x7f000001/5",
        "http://0x7f.1/5",
        "http://10.0.0.0x7f/5",
        "http://[::1]/5",
        "http://[::ffff:127.0.0.1]/5",
        "http://[fe80::1%25eth0]/5",
        "http://169.254.169.254/latest/meta-data",
        "http://127。0。0。1/5",
        "http://１２７.0.0.1/5",
        "http://localhost/5",
        "http://LOCALHOST./5",
        "http://x.localhost/5",
        "http://printer.local/5",
        "http://db.internal/5",
        "http://router.lan/5",
        "http://redis:6379/5",
        "http://vimeo.com:99999/5",
        "http://user@vimeo.com/5",
        "http://user:secret@vimeo.com/5",
        "http://-vimeo.com/5",
        "http://vimeo..com/5",
        "http://vimeo_x.com/5",
        "http://" + "a" * 64 + ".com/5",
        "http://" + "a." * 200 + "com/5",
        "file:///etc/passwd",
        "file://vimeo.com/5",
        "gopher://vimeo.com/5",
        "ftp://vimeo.com/5",
        "javascript:alert(1)//vimeo.com/5",
    ],
)
def test_addresses_that_lead_to_no_public_host_are_told_to_no_plugin(address):
    curious = Answering(VideoRef("vimeo", "5", "https://vimeo.com/5"))
    refusal(Sites([curious]), address)
    assert Sites([curious]).list_fetchers(address) == []


@pytest.mark.parametrize(
    ("address", "has_fetcher"),
    [
        ("https://vimeo.com/channels/staffpicks", True),
        ("https://www.youtube.com/playlist?list=PLx", False),
    ],
)
def test_a_list_is_refused_with_what_to_do(address, has_fetcher):
    vimeo = Vimeo()
    sites = Sites([vimeo])
    message = refusal(sites, address)
    assert "playlist" in message
    assert "vidwiz ingest" in message
    assert sites.list_fetchers(address) == [vimeo] * has_fetcher


def test_a_channel_of_youtube_is_a_list_where_a_plugin_says_so():
    address = "https://www.youtube.com/@bakery"
    assert "does not name one video" in refusal(Sites([]), address)
    assert "vidwiz ingest" in refusal(Sites([Answering(True)]), address)


def test_a_hundred_kilobytes_are_refused_at_once():
    curious = Vimeo()
    begun = time.perf_counter()
    refusal(Sites([curious]), "https://vimeo.com/" + "5" * 100_000)
    assert time.perf_counter() - begun < 0.25
    assert curious.asked == []
