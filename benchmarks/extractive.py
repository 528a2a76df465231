"""The extractive provider on ten hours of speech."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from benchmarks.figures import Bar, Figure
from benchmarks.timing import median_ms
from vidwiz.plugin_api import LLMProvider, Segment
from vidwiz.plugin_host.registry import Registry
from vidwiz.services import asking
from vidwiz.services.writing import VideoContext

if TYPE_CHECKING:
    from collections.abc import Iterator

HOURS = 10
WORDS = [
    "the",
    "a",
    "of",
    "to",
    "and",
    "in",
    "that",
    "light",
    "water",
    "wave",
    "energy",
    "field",
    "particle",
    "measure",
    "angle",
    "surface",
    "speed",
    "model",
    "answer",
    "question",
    "matter",
    "because",
    "when",
    "where",
    "then",
    "number",
    "system",
    "result",
    "change",
    "small",
    "large",
    "first",
    "second",
    "time",
    "space",
    "point",
    "line",
    "shape",
    "move",
    "turn",
    "balance",
    "force",
    "spring",
    "mirror",
]


def ten_hours() -> Iterator[Figure]:
    """Summarise it; the floor is one pass over its words."""
    words = random.Random(7)
    segments = [
        Segment(" ".join(words.choices(WORDS, k=12)).capitalize() + ".", second, 4.5)
        for second in range(0, HOURS * 3600, 5)
    ]
    registry = Registry.discover({}, {"library": {"FOLDER": "."}})
    (provider,) = registry.ready("llm_providers", LLMProvider, ["extractive"])
    about = VideoContext(title="Light and springs")
    request = asking.summary_request(asking.source(about, segments, by_model=False))
    taken = median_ms(lambda: provider.complete(request.messages, request.options), 3)
    floor = median_ms(lambda: [segment.text.lower().split() for segment in segments], 3)
    spoken = sum(len(segment.text.split()) for segment in segments)
    yield Figure(
        f"extractive summary of {HOURS} h ({spoken:,} words)",
        taken,
        "ms",
        floor,
        "one pass over the words",
        Bar(at_most=2000),
    )
