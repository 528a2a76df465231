"""A plugin that answers at once, or after a set time, so that only our own time is measured."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence  # noqa: TC003
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from vidwiz.plugin_api import (
    Completion,
    CompletionOptions,
    LLMProvider,
    Message,
    MetadataFetcher,
    PluginInfo,
    Purpose,
    Segment,
    Transcript,
    TranscriptFetcher,
    VideoMetadata,
    VideoRef,
)

INFO = PluginInfo(name="instant", title="Instant")
SEGMENT_COUNT = 1200
SEGMENT_SECONDS = 3


@cache
def segments(count: int) -> tuple[Segment, ...]:
    return tuple(
        Segment(f"At {second} seconds the yeast goes on eating sugar.", second, SEGMENT_SECONDS)
        for second in range(0, count * SEGMENT_SECONDS, SEGMENT_SECONDS)
    )


SUMMARY = json.dumps(
    {
        "summary": "Yeast eats sugar and gives off gas, so the dough rises. " * 5,
        "questions": [f"What does the yeast do in part {part} of it?" for part in "123"],
    }
)
NOTE = "Yeast eats the sugar of the dough and gives off gas here."


@dataclass(frozen=True)
class InstantSettings:
    seconds: float = 0.0
    """How long each call of the LLM takes."""
    fetch_seconds: float = 0.0
    """How long fetching a transcript takes."""
    segments: int = SEGMENT_COUNT


class InstantFetcher(MetadataFetcher, TranscriptFetcher):
    info: ClassVar[PluginInfo] = INFO
    Settings = InstantSettings

    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        duration = float(self.settings.segments * SEGMENT_SECONDS)
        return VideoMetadata(id=ref.id, title="How bread rises", duration=duration)

    def fetch_transcript(self, ref: VideoRef, languages: Sequence[str]) -> Transcript:  # noqa: ARG002
        time.sleep(self.settings.fetch_seconds)
        return Transcript(segments(self.settings.segments), "en")


class InstantProvider(LLMProvider):
    info: ClassVar[PluginInfo] = INFO
    Settings = InstantSettings

    def complete(self, messages: Sequence[Message], options: CompletionOptions) -> Completion:  # noqa: ARG002
        time.sleep(self.settings.seconds)
        text = SUMMARY if options.purpose is Purpose.SUMMARY else NOTE
        return Completion(text, "instant")
