"""The contract kit notices what a plugin does wrong, and a subclass that does without a test."""

import re
import socket
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support import VIDEO, captions, metadata
from vidwiz.plugin_api import (
    Capability,
    ListedVideo,
    PluginError,
    PluginInfo,
    Secret,
    VideoList,
    VideoRef,
    testing,
)
from vidwiz.plugin_api.fakes import FakeLLM, FakeMetadataFetcher, FakeTranscriptFetcher

KNOWN = VideoRef("tube", VIDEO, f"https://tube.test/watch?v={VIDEO}")
UNKNOWN = VideoRef("tube", "0" * 11, f"https://tube.test/watch?v={'0' * 11}")


class Able(FakeMetadataFetcher):
    """Can all that a fetcher may do beyond fetching."""

    info = PluginInfo(
        name="able",
        title="Able",
        sites=("tube",),
        capabilities=frozenset({Capability.RESOLVE, Capability.SEARCH, Capability.LISTS}),
    )

    def resolve(self, url):
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        video_id = parse_qs(parts.query).get("v", [""])[0]
        if parts.netloc != "tube.test" or not re.fullmatch(r"\w{11}", video_id, re.ASCII):
            return None
        return VideoRef("tube", video_id, f"https://tube.test/watch?v={video_id}")

    def search(self, title, limit):
        return [ListedVideo(KNOWN, "Bread")][:limit] if "bread" in title.lower() else []

    def knows_list(self, url):
        return url.startswith("https://tube.test/list/")

    def expand(self, url, newest=None):
        return VideoList("tube:1", (ListedVideo(KNOWN), ListedVideo(UNKNOWN))[:newest])


class TestAble(testing.MetadataFetcherContract):
    known, unknown = KNOWN, UNKNOWN
    addresses = ((f"https://tube.test/watch?v={VIDEO}&t=5", KNOWN),)
    search_title = "Why bread rises"
    list_address = "https://tube.test/list/1"

    @pytest.fixture
    def plugin(self):
        return Able({VIDEO: replace(metadata(), id=VIDEO)})


class Curious(Able):
    """Knows the address of every host."""

    def resolve(self, url):
        return super().resolve(re.sub("//[^/]*/", "//tube.test/", url))


class Raising(Able):
    def resolve(self, url):
        if not url.startswith("https://tube.test/"):
            raise PluginError("invalid_id")
        return super().resolve(url)


class Changing(Able):
    """Gives one video two ids."""

    def resolve(self, url):
        found = super().resolve(url)
        return found and replace(found, id=f"{found.id}.{len(url)}")


class Greedy(Able):
    def search(self, title, limit):
        return [ListedVideo(KNOWN)] * 9


class Naive(Able):
    """Gives times without a zone, or a list without videos."""

    def search(self, title, limit):
        return [ListedVideo(KNOWN, duration=float("nan"))]

    def expand(self, url, newest=None):
        return VideoList("tube:1", ())


class AllLists(Able):
    def knows_list(self, url):
        return True


class Modest(Able):
    """Can more than it says."""

    info = replace(Able.info, capabilities=frozenset({Capability.SEARCH}))


class Oversized(Able):
    """Names a site as no id can hold it."""

    info = replace(Able.info, sites=("tube.test",))


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        (Curious, "test_strange_addresses_are_not_known_and_never_raise"),
        (Raising, "test_strange_addresses_are_not_known_and_never_raise"),
        (Changing, "test_addresses_of_its_videos_are_known"),
        (Greedy, "test_a_search_finds_a_video"),
        (Naive, "test_a_search_finds_a_video"),
        (Naive, "test_a_list_has_videos_and_a_key"),
        (AllLists, "test_only_addresses_of_lists_are_known_as_lists"),
        (Oversized, "test_info_describes_the_plugin"),
    ],
)
def test_the_kit_notices_a_fetcher_that_does_it_wrongly(kind, test):
    with pytest.raises((AssertionError, PluginError)):
        getattr(TestAble(), test)(kind({}))


class Asking(Able):
    def resolve(self, url):
        socket.create_connection(self.server).close()
        return super().resolve(url)


def test_the_kit_notices_an_address_that_is_looked_up_in_the_network(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        asking = Asking({})
        asking.server = server.getsockname()
        TestAble().test_addresses_of_its_videos_are_known(asking)
        testing.refuse_network(monkeypatch)
        with pytest.raises(pytest.fail.Exception, match="the network was used"):
            TestAble().test_addresses_of_its_videos_are_known(asking)


def test_the_kit_notices_a_fetcher_that_can_more_than_it_says():
    with pytest.raises(AssertionError):
        TestAble().test_it_says_what_it_can_do(Modest({}), Capability.RESOLVE)


@dataclass(frozen=True)
class WithKey:
    key: Secret = field(default_factory=lambda: Secret("canary-9f3c"))


class Talkative(FakeLLM):
    Settings = WithKey

    def __init__(self):
        super().__init__()
        self.settings = WithKey()

    def describe(self):
        return {"key": self.settings.key.reveal()}


class Odd(FakeLLM):
    def describe(self):
        return {"version": 3}


@pytest.mark.parametrize("kind", [Talkative, Odd])
def test_the_kit_notices_what_a_plugin_may_not_say_of_itself(kind):
    class Contract(testing.LLMProviderContract):
        pass

    with pytest.raises(AssertionError):
        Contract().test_it_describes_itself_in_words_without_a_secret(kind())


def test_a_subclass_that_sets_a_test_to_nothing_does_not_load():
    with pytest.raises(TypeError, match="drops test_a_schema_is_kept of LLMProviderContract"):

        class Dropping(testing.LLMProviderContract):
            test_a_schema_is_kept = None


def test_a_subclass_that_replaces_a_test_does_not_load():
    with pytest.raises(TypeError, match="drops test_info_describes_the_plugin of PluginContract"):

        class Replacing(testing.TranscriptFetcherContract):
            def test_info_describes_the_plugin(self, plugin):
                """Do nothing."""


def test_a_test_cannot_be_dropped_by_a_class_that_stands_beside_the_contract():
    class Mixin:
        def test_transcript_of_a_known_video(self, plugin):
            """Do nothing."""

    with pytest.raises(TypeError, match="drops test_transcript_of_a_known_video"):

        class Mixed(Mixin, testing.TranscriptFetcherContract):
            pass


@pytest.mark.parametrize("mark", [pytest.mark.skip, [pytest.mark.xfail(reason="x")]])
def test_a_contract_cannot_be_skipped_as_a_whole(mark):
    with pytest.raises(TypeError, match="drops all tests"):

        class Skipping(testing.MetadataFetcherContract):
            pytestmark = mark


def test_a_subclass_may_add_tests_and_helpers():
    class Adding(testing.TranscriptFetcherContract):
        known, unknown = KNOWN, UNKNOWN

        def test_something_of_its_own(self, plugin):
            """Would be run besides."""

    contract = Adding()
    contract.test_transcript_of_a_known_video(FakeTranscriptFetcher({VIDEO: captions()}))
