"""Contract tests for plugin authors: subclass one a role and give it the `plugin` fixture.

class TestMine(TranscriptFetcherContract):
    known = VideoRef("youtube", "dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ")
    unknown = VideoRef("youtube", "00000000000", "https://youtu.be/00000000000")

    @pytest.fixture
    def plugin(self, tmp_path):
        return MyFetcher(MyFetcher.Settings(...))
"""

from __future__ import annotations

import dataclasses
import json
import re
from typing import ClassVar

import pytest

from vidwiz.plugin_api import (
    API_VERSION,
    Capability,
    Completion,
    CompletionOptions,
    LLMProvider,
    Material,
    Message,
    MetadataFetcher,
    Passage,
    Plugin,
    PluginError,
    Purpose,
    TranscriptFetcher,
    VideoRef,
)
from vidwiz.plugin_api.base import LONGEST_TIMEOUT_SECONDS

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class PluginContract:
    """What holds for every plugin."""

    @pytest.fixture
    def plugin(self) -> Plugin:
        """Return a plugin that is ready to work; the subclass overrides it."""
        pytest.fail("override the `plugin` fixture")

    def test_info_describes_the_plugin(self, plugin: Plugin) -> None:
        assert _NAME.fullmatch(plugin.info.name)
        assert plugin.info.title
        assert plugin.info.api_version <= API_VERSION
        assert 0 < plugin.info.timeout_seconds <= LONGEST_TIMEOUT_SECONDS
        assert plugin.info.capabilities <= set(Capability)

    def test_settings_are_a_frozen_dataclass(self, plugin: Plugin) -> None:
        assert dataclasses.is_dataclass(plugin.Settings)
        assert plugin.Settings.__dataclass_params__.frozen  # type: ignore[attr-defined]
        assert isinstance(plugin.settings, plugin.Settings)

    def test_check_passes_and_close_may_be_called_twice(self, plugin: Plugin) -> None:
        plugin.check()
        plugin.close()
        plugin.close()


class MetadataFetcherContract(PluginContract):
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


class TranscriptFetcherContract(PluginContract):
    """What holds for every transcript fetcher."""

    known: ClassVar[VideoRef]
    unknown: ClassVar[VideoRef]

    def test_transcript_of_a_known_video(self, plugin: TranscriptFetcher) -> None:
        segments = plugin.fetch_transcript(self.known, ()).segments
        assert segments
        assert all(segment.text.strip() for segment in segments)
        assert all(segment.offset >= 0 and segment.duration >= 0 for segment in segments)
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

    def test_a_stream_ends_with_the_whole_completion(self, plugin: LLMProvider) -> None:
        options = CompletionOptions(purpose=Purpose.NOTE, material=self.material)
        *pieces, last = plugin.stream([Message("user", "Write a note.")], options)
        assert isinstance(last, Completion)
        assert "".join(piece for piece in pieces if isinstance(piece, str)) == last.text


def _fails_with_a_sentence(call: object) -> None:
    with pytest.raises(PluginError) as caught:
        call()  # type: ignore[operator]
    assert caught.value.code
    assert caught.value.message.endswith((".", "!", "?"))
