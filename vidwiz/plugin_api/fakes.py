"""Plugins for tests, scripted by the test: real subclasses that pass the contract tests."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from vidwiz.plugin_api import (
    Capability,
    Completion,
    CompletionOptions,
    ListedVideo,
    LLMProvider,
    Message,
    MetadataFetcher,
    PluginError,
    PluginInfo,
    Purpose,
    Segment,
    Transcript,
    TranscriptFetcher,
    Usage,
    VideoList,
    VideoMetadata,
    VideoRef,
)
from vidwiz.plugin_api.base import NoSettings

if TYPE_CHECKING:
    from collections.abc import Sequence


class FakeMetadataFetcher(MetadataFetcher):
    """Serves what the test put into `videos`; anything put into `errors` is raised first."""

    info: ClassVar[PluginInfo] = PluginInfo(name="fake-metadata", title="Fake metadata")

    def __init__(self, videos: dict[str, VideoMetadata] | None = None) -> None:
        super().__init__(NoSettings())
        self.videos = dict(videos or {})
        self.errors: list[Exception] = []
        self.calls: list[VideoRef] = []

    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        self.calls.append(ref)
        if self.errors:
            raise self.errors.pop(0)
        if ref.id not in self.videos:
            raise PluginError("removed")
        return self.videos[ref.id]


class FakeListFetcher(MetadataFetcher):
    """Serves the playlists and channels that the test put into `lists`, by their addresses.

    Anything put into `errors` is raised first; `calls` has what was asked for.
    """

    info: ClassVar[PluginInfo] = PluginInfo(
        name="fake-lists", title="Fake lists", capabilities=frozenset({Capability.LISTS})
    )

    def __init__(self, lists: dict[str, VideoList] | None = None) -> None:
        super().__init__(NoSettings())
        self.lists = dict(lists or {})
        self.errors: list[Exception] = []
        self.calls: list[tuple[str, int | None]] = []

    def knows_list(self, url: str) -> bool:
        return url in self.lists

    def expand(self, url: str, newest: int | None = None) -> VideoList:
        self.calls.append((url, newest))
        if self.errors:
            raise self.errors.pop(0)
        found = self.lists[url]
        return found if newest is None else replace(found, videos=found.videos[:newest])

    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        raise PluginError("parse_error", f"{ref.id} is no list")


def listed(*video_ids: str, key: str = "youtube:PLfake", title: str = "A list") -> VideoList:
    """Return a list of these videos of YouTube's, the newest first."""
    videos = (
        ListedVideo(
            VideoRef("youtube", id_, f"https://www.youtube.com/watch?v={id_}"), f"About {id_}"
        )
        for id_ in video_ids
    )
    return VideoList(key, tuple(videos), title)


class FakeTranscriptFetcher(TranscriptFetcher):
    """Serves what the test put into `transcripts`; what is in `errors` is raised first."""

    info: ClassVar[PluginInfo] = PluginInfo(name="fake-transcript", title="Fake transcripts")

    def __init__(self, transcripts: dict[str, Transcript] | None = None) -> None:
        super().__init__(NoSettings())
        self.transcripts = dict(transcripts or {})
        self.errors: list[Exception] = []
        self.calls: list[VideoRef] = []

    def fetch_transcript(self, ref: VideoRef, languages: Sequence[str]) -> Transcript:  # noqa: ARG002
        self.calls.append(ref)
        if self.errors:
            raise self.errors.pop(0)
        if ref.id not in self.transcripts:
            raise PluginError("no_captions")
        return self.transcripts[ref.id]


class FakeLLM(LLMProvider):
    """Answers from `answers` by purpose; counts its calls and how many ran at once."""

    info: ClassVar[PluginInfo] = PluginInfo(
        name="fake-llm", title="Fake LLM", capabilities=frozenset({Capability.JSON_SCHEMA})
    )

    def __init__(self) -> None:
        super().__init__(NoSettings())
        self.answers: dict[Purpose, str] = {
            Purpose.SUMMARY: json.dumps(
                {
                    "summary": "Bread rises because yeast eats sugar and gives off gas. " * 5,
                    "questions": [
                        "What does the yeast eat in the dough?",
                        "Why does the dough rise while it rests?",
                        "How long should the dough be left alone?",
                    ],
                }
            ),
            Purpose.PART: "Yeast eats the sugar of the dough [P1].",
            Purpose.NOTE: "Yeast eats the sugar of the dough and gives off the gas that lifts it.",
            Purpose.CHAT: "It rises because of the gas [P1].",
        }
        self.errors: list[Exception] = []
        self.calls: list[tuple[Purpose, tuple[Message, ...]]] = []
        self.most_at_once = 0
        self._running = 0
        self._lock = threading.Lock()

    def complete(self, messages: Sequence[Message], options: CompletionOptions) -> Completion:
        with self._lock:
            self.calls.append((options.purpose, tuple(messages)))
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
            error = self.errors.pop(0) if self.errors else None
        try:
            self.while_running()
            if error is not None:
                raise error
            return Completion(self.answers[options.purpose], "fake-1", Usage(100, 20))
        finally:
            with self._lock:
                self._running -= 1

    def while_running(self) -> None:
        """Do nothing; a test overrides it to see or to hold the call in flight."""


def spoken(*texts: str, language: str = "en", seconds: float = 5.0) -> Transcript:
    """Return a transcript with one segment of `seconds` for each text."""
    return Transcript(
        tuple(Segment(text, index * seconds, seconds) for index, text in enumerate(texts)), language
    )
