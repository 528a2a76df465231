"""Asking fetchers for a list: in their order, each if those before failed, and at the pace."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.importing.helping import PLAYLIST, ids
from vidwiz.errors import SourceUnavailableError
from vidwiz.pipeline import import_requests
from vidwiz.pipeline.listing import look
from vidwiz.plugin_api import PluginError
from vidwiz.plugin_api.fakes import FakeListFetcher, listed
from vidwiz.plugin_host.chain import Chain
from vidwiz.plugin_host.sites import Sites


class Remembering:
    """A `FetcherHealth` that lets `blocked` not be called."""

    def __init__(self):
        self.blocked = set()
        self.said = []

    def may_call(self, provider):
        return datetime.now(UTC) if provider in self.blocked else None

    def refused(self, provider, code, retry_at):
        self.said.append((provider, code))

    def succeeded(self, provider):
        self.said.append((provider, "works"))

    def count(self, provider, code):
        self.said.append((provider, "counted", code))


class Slow:
    """A `FetchPace` without any slot."""

    def take(self, provider, *, urgent):
        return 30.0


class Feed(FakeListFetcher):
    info = replace(FakeListFetcher.info, name="feed", paced=True)


@pytest.fixture
def feed():
    return Feed({PLAYLIST: listed("bread000001")})


@pytest.fixture
def page():
    return FakeListFetcher({PLAYLIST: listed("bread000002")})


@pytest.fixture
def health():
    return Remembering()


def first_of(found):
    return found.videos[0].ref.id


def test_the_first_is_enough(feed, page, health):
    assert first_of(Chain(health).expand([feed, page], PLAYLIST)) == "bread000001"
    assert page.calls == []


@pytest.mark.parametrize("code", ["removed", "private", "network_error", "parse_error"])
def test_the_next_is_asked_whatever_the_first_said(feed, page, health, code):
    feed.errors.append(PluginError(code))
    assert first_of(Chain(health).expand([feed, page], PLAYLIST, 15)) == "bread000002"
    assert page.calls == [(PLAYLIST, 15)]


def test_what_may_be_mended_is_what_counts_where_all_fail(feed, page, health):
    feed.errors.append(PluginError("rate_limited"))
    page.errors.append(PluginError("removed"))
    with pytest.raises(PluginError) as caught:
        Chain(health).expand([feed, page], PLAYLIST)
    assert caught.value.code == "rate_limited"
    assert ("feed", "rate_limited") in health.said


def test_one_that_is_refused_is_left_alone(feed, page, health):
    health.blocked.add("feed")
    assert first_of(Chain(health).expand([feed, page], PLAYLIST)) == "bread000002"
    assert feed.calls == []


def test_without_a_slot_it_waits_its_turn(feed, health):
    with pytest.raises(PluginError) as caught:
        Chain(health, pace=Slow()).expand([feed], PLAYLIST)
    assert caught.value.code == "paced"
    assert feed.calls == []


def test_nobody_knows_it(health):
    with pytest.raises(PluginError) as caught:
        Chain(health).expand([], PLAYLIST)
    assert caught.value.code == "no_fetcher"


def test_one_that_crashes_or_hangs_is_passed_over(feed, page, health):
    feed.errors.append(ZeroDivisionError())
    assert first_of(Chain(health).expand([feed, page], PLAYLIST)) == "bread000002"
    hangs = threading.Event()
    feed.expand = lambda *_: hangs.wait(20)
    try:
        chain = Chain(health, fetch_seconds=0.2)
        assert first_of(chain.expand([feed, page], PLAYLIST)) == "bread000002"
    finally:
        hangs.set()


class Silent(FakeListFetcher):
    """Does not say which addresses it knows until the test lets it."""

    def __init__(self):
        super().__init__({})
        self.ended = threading.Event()

    def knows_list(self, url):
        return self.ended.wait(30)


@pytest.fixture
def silent(monkeypatch):
    monkeypatch.setattr("vidwiz.plugin_host.sites.ONE_SECONDS", 0.1)
    fetcher = Silent()
    yield fetcher
    fetcher.ended.set()


def test_a_list_is_not_given_up_because_its_fetcher_is_slow_to_know_it(silent, health):
    sites = Sites([silent])
    with pytest.raises(PluginError, match="timed_out"):
        look(Chain(health), sites, PLAYLIST)
    with pytest.raises(SourceUnavailableError):
        import_requests.of_url(sites, PLAYLIST)
    with pytest.raises(SourceUnavailableError):
        import_requests.followed_address(sites, PLAYLIST)


def test_a_video_of_youtube_needs_no_fetcher_to_be_known(silent):
    request = import_requests.of_url(Sites([silent]), "https://youtu.be/dQw4w9WgXcQ")
    assert [video.video_id for video in request.named.videos] == ["dQw4w9WgXcQ"]


def test_an_address_for_which_a_plugin_takes_too_long_spoils_no_list():
    class Slow(Sites):
        def find(self, text):
            if text.startswith("https:"):
                raise SourceUnavailableError("slow did not say in time what this address is")
            return super().find(text)

    request = import_requests.of_urls(Slow(()), [*ids(2), "https://example.org/v/1"])
    assert [video.video_id for video in request.named.videos] == ids(2)
    assert request.named.unreadable.shown[0]["message"].startswith("slow did not say")
