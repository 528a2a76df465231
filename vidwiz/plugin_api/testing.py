"""Contract tests for plugin authors: subclass one a role and give it the `plugin` fixture.

class TestMine(TranscriptFetcherContract):
    known = VideoRef("youtube", "dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ")
    unknown = VideoRef("youtube", "00000000000", "https://youtu.be/00000000000")

    @pytest.fixture
    def plugin(self, tmp_path):
        return MyFetcher(MyFetcher.Settings(...))

A subclass adds tests of its own; one that drops or replaces a test of the contract does not load.
What a fetcher says in `info.capabilities` is tested too, with the examples that the subclass names
(`addresses`, `search_title`, `list_address`). Let `plugin` speak to a server of the test's own on
this machine rather than to the real site: then the tests say the same every day.
"""

from __future__ import annotations

import dataclasses
import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

import pytest

from vidwiz.plugin_api import (
    API_VERSION,
    Capability,
    Completion,
    CompletionOptions,
    Fetcher,
    ListedVideo,
    LLMProvider,
    Material,
    Message,
    MetadataFetcher,
    Passage,
    Plugin,
    PluginError,
    Purpose,
    Secret,
    TranscriptFetcher,
    VideoRef,
)
from vidwiz.plugin_api.base import LONGEST_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SITE = re.compile(r"[a-z0-9]{2,20}")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_METHODS = {
    Capability.RESOLVE: ("resolve",),
    Capability.SEARCH: ("search",),
    Capability.LISTS: ("knows_list", "expand"),
}
_SECONDS_OF_AN_ADDRESS = 1.0
"""Far above the milliseconds that it should take, so that a busy machine fails no test."""
_STRANGE_ADDRESSES = (
    "",
    "x",
    "https://",
    "https://[::1",
    "https://host:port/watch",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://127.0.0.1/watch?v=dQw4w9WgXcQ",
    "http://169.254.169.254/latest/meta-data",
    "https://a.example/watch?v=dQw4w9WgXcQ",
    "https://\u202emoc.example/\ud83d\x00",
    "https://a.example/" + "a/" * 50_000,
)


def refuse_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every connection and every look-up of a host fail the test."""

    def refuse(*_args: object, **_options: object) -> None:
        pytest.fail("the network was used where it may not be")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


class PluginContract:
    """What holds for every plugin."""

    def __init_subclass__(cls, **options: object) -> None:
        """Raise `TypeError` when the subclass does without a test of the contract."""
        super().__init_subclass__(**options)
        for base in cls.__mro__:
            if base.__module__ != __name__:
                continue
            for name, test in vars(base).items():
                if name.startswith("test_") and getattr(cls, name, None) is not test:
                    raise TypeError(f"{cls.__name__} drops {name} of {base.__name__}")
        marks = getattr(cls, "pytestmark", ())
        for mark in marks if isinstance(marks, list | tuple) else (marks,):
            if mark.name in ("skip", "xfail"):
                raise TypeError(f"{cls.__name__} drops all tests: it is marked {mark.name}")

    @pytest.fixture
    def plugin(self) -> Plugin:
        """Return a plugin that is ready to work; the subclass overrides it."""
        pytest.fail("override the `plugin` fixture")

    @pytest.fixture
    def no_network(self, plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make every connection and every look-up of a host fail, once the plugin is made."""
        del plugin
        refuse_network(monkeypatch)

    def test_info_describes_the_plugin(self, plugin: Plugin) -> None:
        assert _NAME.fullmatch(plugin.info.name)
        assert plugin.info.title
        assert plugin.info.api_version <= API_VERSION
        assert 0 < plugin.info.timeout_seconds <= LONGEST_TIMEOUT_SECONDS
        assert plugin.info.capabilities <= set(Capability)
        assert all(_SITE.fullmatch(site) for site in plugin.info.sites)

    def test_settings_are_a_frozen_dataclass(self, plugin: Plugin) -> None:
        assert dataclasses.is_dataclass(plugin.Settings)
        assert plugin.Settings.__dataclass_params__.frozen  # type: ignore[attr-defined]
        assert isinstance(plugin.settings, plugin.Settings)

    @pytest.mark.usefixtures("no_network")
    def test_check_passes_and_close_may_be_called_twice(self, plugin: Plugin) -> None:
        plugin.check()
        plugin.close()
        plugin.close()

    @pytest.mark.usefixtures("no_network")
    def test_it_describes_itself_in_words_without_a_secret(self, plugin: Plugin) -> None:
        plugin.preload()
        facts = plugin.describe()
        assert all(isinstance(name, str) and isinstance(facts[name], str) for name in facts)
        said = "".join((repr(plugin), str(plugin), repr(plugin.settings), *facts, *facts.values()))
        assert not [secret for secret in _secrets(plugin.settings) if secret in said]


class FetcherContract(PluginContract):
    """What holds for fetchers of both kinds, as far as they say that they can do it.

    `addresses` are pairs: the address of a video and what `resolve` makes of it; `search_title` is
    a title that a search finds something for; `list_address` is that of a list with a video in it.
    """

    addresses: ClassVar[Sequence[tuple[str, VideoRef]]] = ()
    search_title: ClassVar[str] = ""
    list_address: ClassVar[str] = ""

    def _addresses(self) -> list[str]:
        return [address for address, _ in self.addresses]

    @pytest.mark.parametrize("capability", list(_METHODS))
    def test_it_says_what_it_can_do(self, plugin: Fetcher, capability: Capability) -> None:
        made = [
            getattr(type(plugin), name) is not getattr(Fetcher, name)
            for name in _METHODS[capability]
        ]
        assert made == [capability in plugin.info.capabilities] * len(made)

    @pytest.mark.usefixtures("no_network")
    def test_addresses_of_its_videos_are_known(self, plugin: Fetcher) -> None:
        _needs(plugin, Capability.RESOLVE)
        assert self.addresses, "name addresses of videos in `addresses`"
        for address, expected in self.addresses:
            ref = plugin.resolve(address)
            assert ref == expected, address
            _is_ref(ref, plugin)
            assert _identity(plugin.resolve(expected.url)) == _identity(expected)

    @pytest.mark.usefixtures("no_network")
    def test_strange_addresses_are_not_known_and_never_raise(self, plugin: Fetcher) -> None:
        _needs(plugin, Capability.RESOLVE)
        for address in (*_STRANGE_ADDRESSES, *_on_other_hosts(self._addresses())):
            began = time.monotonic()
            assert plugin.resolve(address) is None, address[:100]
            assert time.monotonic() - began < _SECONDS_OF_AN_ADDRESS, address[:100]

    def test_a_search_finds_a_video(self, plugin: Fetcher) -> None:
        _needs(plugin, Capability.SEARCH)
        assert self.search_title, "name a title that is found in `search_title`"
        found = plugin.search(self.search_title, 5)
        assert 0 < len(found) <= 5  # noqa: PLR2004 - the limit that was given
        _are_listed(found, plugin)
        assert len(plugin.search(self.search_title, 1)) == 1

    def test_a_search_that_finds_nothing_is_no_crash(self, plugin: Fetcher) -> None:
        _needs(plugin, Capability.SEARCH)
        try:
            _are_listed(plugin.search("qzxv jwqk vzzx", 2), plugin)
        except PluginError as error:
            _is_a_sentence(error)

    @pytest.mark.usefixtures("no_network")
    def test_only_addresses_of_lists_are_known_as_lists(self, plugin: Fetcher) -> None:
        _needs(plugin, Capability.LISTS)
        assert self.list_address, "name the address of a list in `list_address`"
        assert plugin.knows_list(self.list_address)
        forged = _on_other_hosts([self.list_address, *self._addresses()])
        for address in (*_STRANGE_ADDRESSES, *forged):
            assert not plugin.knows_list(address), address[:100]

    def test_a_list_has_videos_and_a_key(self, plugin: Fetcher) -> None:
        _needs(plugin, Capability.LISTS)
        found = plugin.expand(self.list_address)
        assert found.key
        assert found.videos
        _are_listed(found.videos, plugin)
        identities = [_identity(video.ref) for video in found.videos]
        assert len(set(identities)) == len(identities)
        newest = plugin.expand(self.list_address, newest=1)
        assert newest.key == found.key
        assert _identity(newest.videos[0].ref) in identities


class MetadataFetcherContract(FetcherContract):
    """What holds for every metadata fetcher."""

    known: ClassVar[VideoRef]
    unknown: ClassVar[VideoRef]

    def test_metadata_of_a_known_video(self, plugin: MetadataFetcher) -> None:
        metadata = plugin.fetch_metadata(self.known)
        assert metadata.id == self.known.id
        assert metadata.title
        assert metadata.duration is None or metadata.duration > 0
        assert metadata.upload_date is None or re.fullmatch(r"\d{8}", metadata.upload_date)
        json.dumps(metadata.as_dict(), allow_nan=False)

    def test_metadata_of_an_unknown_video_is_a_classified_failure(
        self, plugin: MetadataFetcher
    ) -> None:
        _fails_with_a_sentence(lambda: plugin.fetch_metadata(self.unknown))


class TranscriptFetcherContract(FetcherContract):
    """What holds for every transcript fetcher."""

    known: ClassVar[VideoRef]
    unknown: ClassVar[VideoRef]

    def test_transcript_of_a_known_video(self, plugin: TranscriptFetcher) -> None:
        segments = plugin.fetch_transcript(self.known, ()).segments
        assert segments
        assert all(segment.text.strip() for segment in segments)
        assert all(0 <= segment.offset < float("inf") for segment in segments)
        assert all(0 <= segment.duration < float("inf") for segment in segments)
        assert [s.offset for s in segments] == sorted(s.offset for s in segments)

    def test_a_language_that_is_not_there_is_no_failure(self, plugin: TranscriptFetcher) -> None:
        assert plugin.fetch_transcript(self.known, ("tlh",)).segments

    def test_transcript_of_an_unknown_video_is_a_classified_failure(
        self, plugin: TranscriptFetcher
    ) -> None:
        _fails_with_a_sentence(lambda: plugin.fetch_transcript(self.unknown, ()))


class LLMProviderContract(PluginContract):
    """What holds for every LLM provider."""

    material: ClassVar[Material] = Material(
        title="How bread rises",
        passages=(
            Passage("P1", 0.0, 20.0, "Yeast is a living fungus. It eats the sugar in the dough."),
            Passage("P2", 20.0, 45.0, "While it eats, it gives off gas, and the dough rises."),
        ),
        mark=25.0,
        question="Why does dough rise?",
    )
    schema: ClassVar[dict[str, object]] = {
        "type": "object",
        "properties": {
            "summary": {"type": "string"},
            "questions": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["summary", "questions"],
        "additionalProperties": False,
    }

    def _complete(self, plugin: LLMProvider, purpose: Purpose) -> Completion:
        schema = self.schema if purpose is Purpose.SUMMARY else None
        text = "\n".join(passage.text for passage in self.material.passages)
        return plugin.complete(
            [Message("user", f"Write a {purpose} of this text:\n{text}")],
            CompletionOptions(purpose=purpose, material=self.material, json_schema=schema),
        )

    @pytest.mark.parametrize("purpose", list(Purpose))
    def test_every_purpose_is_answered(self, plugin: LLMProvider, purpose: Purpose) -> None:
        completion = self._complete(plugin, purpose)
        assert completion.text.strip()
        assert completion.model

    def test_a_schema_is_kept(self, plugin: LLMProvider) -> None:
        answer = json.loads(self._complete(plugin, Purpose.SUMMARY).text)
        assert isinstance(answer["summary"], str)
        assert all(isinstance(question, str) for question in answer["questions"])

    def test_four_notes_are_written_at_once(self, plugin: LLMProvider) -> None:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: self._complete(plugin, Purpose.NOTE), range(4)))
        assert all(completion.text.strip() for completion in found)

    def test_usage_and_limits_are_whole_numbers(self, plugin: LLMProvider) -> None:
        most = plugin.max_input_tokens
        assert most is None or (isinstance(most, int) and most > 0)
        usage = self._complete(plugin, Purpose.NOTE).usage
        if usage is not None:
            assert 0 <= usage.cached_tokens <= usage.input_tokens
            assert usage.output_tokens >= 0

    def test_a_stream_ends_with_the_whole_completion(self, plugin: LLMProvider) -> None:
        options = CompletionOptions(purpose=Purpose.NOTE, material=self.material)
        *pieces, last = plugin.stream([Message("user", "Write a note.")], options)
        assert isinstance(last, Completion)
        assert "".join(piece for piece in pieces if isinstance(piece, str)) == last.text


def _fails_with_a_sentence(call: object) -> None:
    with pytest.raises(PluginError) as caught:
        call()  # type: ignore[operator]
    _is_a_sentence(caught.value)


def _is_a_sentence(error: PluginError) -> None:
    assert error.code
    assert error.message.endswith((".", "!", "?"))


def _needs(plugin: Fetcher, capability: Capability) -> None:
    if capability not in plugin.info.capabilities:
        pytest.skip(f"{plugin.info.name} does not say that it can {capability}")


def _is_ref(ref: VideoRef, plugin: Fetcher) -> None:
    assert _SITE.fullmatch(ref.site), ref
    assert _ID.fullmatch(ref.id), ref
    assert urlsplit(ref.url).scheme in ("http", "https"), ref
    assert not plugin.info.sites or ref.site in plugin.info.sites, ref


def _are_listed(videos: Sequence[ListedVideo], plugin: Fetcher) -> None:
    for video in videos:
        _is_ref(video.ref, plugin)
        assert video.duration is None or 0 <= video.duration < float("inf")
        assert video.published_at is None or video.published_at.tzinfo is not None


def _identity(ref: VideoRef | None) -> tuple[str, str] | None:
    return None if ref is None else (ref.site, ref.id)


def _on_other_hosts(addresses: Sequence[str]) -> Iterator[str]:
    """Yield each address as a stranger could forge it: its path, on a host that is not its own."""
    for address in addresses:
        parts = urlsplit(address)
        host = parts.hostname or ""
        elsewhere = f"{host.rpartition('.')[0]}.invalid"
        for forged in ("a.invalid", f"{host}.a.invalid", elsewhere, f"{host}@a.invalid"):
            yield parts._replace(netloc=forged).geturl()


def _secrets(settings: object) -> Iterator[str]:
    for field in dataclasses.fields(settings):  # type: ignore[arg-type]
        value = getattr(settings, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Secret) and part:
                yield part.reveal()
