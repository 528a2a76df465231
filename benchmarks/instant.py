"""A plugin that answers at once, or after a set time, so that only our own time is measured."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence  # noqa: TC003
from dataclasses import dataclass
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
MINUTES = 60
SEGMENTS = tuple(
    Segment(f"At {second} seconds the yeast goes on eating sugar.", second, 3.0)
    for second in range(0, MINUTES * 60, 3)
)
SEGMENT_COUNT = len(SEGMENTS)
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


class InstantFetcher(MetadataFetcher, TranscriptFetcher):
    info: ClassVar[PluginInfo] = INFO
    Settings = InstantSettings

    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        return VideoMetadata(id=ref.id, title="How bread rises", duration=MINUTES * 60.0)

    def fetch_transcript(self, ref: VideoRef, languages: Sequence[str]) -> Transcript:  # noqa: ARG002
        return Transcript(SEGMENTS, "en")


class InstantProvider(LLMProvider):
    info: ClassVar[PluginInfo] = INFO
    Settings = InstantSettings

    def complete(self, messages: Sequence[Message], options: CompletionOptions) -> Completion:  # noqa: ARG002
        time.sleep(self.settings.seconds)
        text = SUMMARY if options.purpose is Purpose.SUMMARY else NOTE
        return Completion(text, "instant")
