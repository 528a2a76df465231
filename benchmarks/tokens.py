"""`python -m benchmarks.tokens`: tokens for the texts of a video, beside sending it each time.

The texts go through the functions that workers use, with a model that only counts. Both sides are
counted by the same estimate, and a prompt's beginning counts as cached where an earlier prompt had
it, from 1,024 tokens on, as providers do it.
"""

from __future__ import annotations

import json
import random
import sys
import threading
from dataclasses import dataclass, replace
from os.path import commonprefix
from typing import TYPE_CHECKING, ClassVar

from rich.console import Console
from rich.table import Table

from benchmarks.extractive import WORDS
from vidwiz.pipeline import texts
from vidwiz.pipeline.providers import Providers
from vidwiz.pipeline.work import TextInputs
from vidwiz.plugin_api import (
    Capability,
    Completion,
    LLMProvider,
    PluginInfo,
    Purpose,
    Segment,
    Usage,
)
from vidwiz.plugin_api.base import NoSettings
from vidwiz.plugin_host.chain import Chain
from vidwiz.services import asking, tokens
from vidwiz.services.token_use import Counted
from vidwiz.services.writing import VideoContext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from vidwiz.plugin_api import CompletionOptions, Message
    from vidwiz.ports import KeptPart
    from vidwiz.services.writing import Request

NOTES = QUESTIONS = 10
BARS = {10.0: 0.10}
"""Hours, and the share of the tokens of sending the whole each time that is allowed."""
_LEAST_CACHED = 1024
_FENCE = "DATA-0123456789abcdef"
_SUMMARY = {
    "summary": "The video speaks of light, of water and of how waves carry energy. " * 6,
    "questions": [f"What does the speaker say about {word} in it?" for word in WORDS[7:10]],
}
_ANSWERS = {
    Purpose.SUMMARY: json.dumps(_SUMMARY),
    Purpose.PART: "Light and water are spoken of, and how a wave carries energy. " * 13,
    Purpose.NOTE: "A wave carries energy through the water, and the water stays.",
    Purpose.CHAT: "A wave carries energy, and the water stays where it is [P3]. " * 3,
}


class CountingModel(LLMProvider):
    """Answers at once and counts, by purpose: calls, input, cached input, output."""

    info: ClassVar[PluginInfo] = PluginInfo(
        name="counting", title="Counting", capabilities=frozenset({Capability.JSON_SCHEMA})
    )

    def __init__(self, window: int | None) -> None:
        super().__init__(NoSettings())
        self.counted: dict[Purpose, list[int]] = {purpose: [0] * 4 for purpose in Purpose}
        self._window = window
        self._seen: list[str] = []
        self._lock = threading.Lock()

    @property
    def max_input_tokens(self) -> int | None:
        return self._window

    def complete(self, messages: Sequence[Message], options: CompletionOptions) -> Completion:
        text = "".join(message.content for message in messages)
        answer = _ANSWERS[options.purpose]
        given, written = tokens.of_messages(messages), tokens.of_text(answer)
        with self._lock:
            shared = max((_alike(text, seen) for seen in self._seen), default=0)
            cached = tokens.of_text(text[:shared])
            cached = cached if cached >= _LEAST_CACHED else 0
            self._seen.append(text)
            sums = self.counted[options.purpose]
            for at, value in enumerate((1, given, cached, written)):
                sums[at] += value
        return Completion(answer, "counting-1", Usage(given, written, cached))


def _alike(text: str, other: str) -> int:
    """Return how many characters both begin with."""
    return len(commonprefix([text, other]))  # noqa: RUF071 - these are no paths


class _Parts:
    """Keeps parts in memory."""

    def __init__(self) -> None:
        self._parts: dict[str, KeptPart] = {}

    def kept(self, keys: Sequence[str]) -> dict[str, KeptPart]:
        return {key: self._parts[key] for key in keys if key in self._parts}

    def keep(self, key: str, part: KeptPart) -> None:
        self._parts[key] = part


class _Unlimited(Counted):
    """A count without a budget."""

    def check_budget(self) -> None:
        """Allow everything."""


class _NoHealth:
    """No breaker is asked when a text is written."""

    def may_call(self, provider: str) -> datetime | None: ...
    def refused(self, provider: str, code: str, retry_at: datetime | None) -> None: ...
    def succeeded(self, provider: str) -> None: ...
    def count(self, provider: str, code: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Row:
    """What the texts of one kind take: calls, tokens in, cached among them, tokens out."""

    what: str
    calls: int
    given: int
    cached: int
    written: int
    whole: int
    """Tokens in and out with the whole transcript in each prompt."""


def measured(hours: float, window: int | None = None) -> Iterator[Row]:
    """Make the texts of a video of so many hours and count, kind by kind."""
    model = CountingModel(window)
    providers = Providers([], [], model, Chain(_NoHealth()), _Unlimited(), _Parts())
    segments = _spoken(hours)
    about = VideoContext(title="Light and springs", channel="Physics", language="en")
    inputs = TextInputs(about, segments, "a" * 64, _FENCE)
    source = asking.source(about, segments, fence=_FENCE, window=window)
    whole = replace(source, tokens=0, window=None)
    texts.generate_summary(inputs, providers)
    yield _row("summary", model, (Purpose.SUMMARY, Purpose.PART), asking.summary_request(whole))
    step = hours * 3600 / (NOTES + 1)
    for number in range(1, NOTES + 1):
        texts.generate_note_text(replace(inputs, mark=number * step), providers)
    asked = asking.note_request(whole, segments, step)
    yield _row(f"{NOTES} notes", model, (Purpose.NOTE,), asked)
    for number in range(QUESTIONS):
        request = asking.chat_request(source, _question(number))
        model.complete(request.messages, request.options)
    asked = asking.chat_request(whole, _question(0))
    yield _row(f"{QUESTIONS} questions", model, (Purpose.CHAT,), asked)


def _row(what: str, model: CountingModel, purposes: Sequence[Purpose], whole: Request) -> Row:
    calls, given, cached, written = (
        sum(column) for column in zip(*(model.counted[one] for one in purposes), strict=True)
    )
    texts_made = 1 if Purpose.SUMMARY in purposes else calls
    answer = tokens.of_text(_ANSWERS[purposes[0]])
    each = tokens.of_messages(whole.messages) + answer
    return Row(what, calls, given, cached, written, texts_made * each)


def _spoken(hours: float) -> tuple[Segment, ...]:
    """Return speech of 150 words a minute, with a full stop after every twelve words."""
    words = random.Random(7)
    return tuple(
        Segment(" ".join(words.choices(WORDS, k=12)).capitalize() + ".", second * 4.8, 4.8)
        for second in range(int(hours * 3600 / 4.8))
    )


def _question(number: int) -> str:
    return f"What does it say about {WORDS[7 + number]} and {WORDS[20 + number]}?"


def main() -> None:
    """Print a table for an hour and for ten, and fail where a bar is missed."""
    table = Table("video", "window", "what", "calls", "input", "cached", "output", "whole", "share")
    met = True
    for hours, window in ((1.0, None), (10.0, None), (10.0, 8000)):
        rows = list(measured(hours, window))
        total = Row("all", *(sum(getattr(row, name) for row in rows) for name in _NUMBERS))
        for row in (*rows, total):
            share = (row.given + row.written) / row.whole
            shown = (f"{getattr(row, name):,}" for name in _NUMBERS)
            table.add_row(f"{hours:g} h", f"{window or 'large':}", row.what, *shown, f"{share:.1%}")
        table.add_section()
        met = met and (total.given + total.written) / total.whole <= BARS.get(hours, 1.01)
    console = Console(width=120)
    console.print(table)
    console.print(
        "whole: with the whole transcript in each prompt; bar at 10 h: at most 10 % of it.\n"
        "A transcript of up to 80 minutes is sent whole with every prompt, so its share is 100 %;"
        " what is\nsaved there is in the column cached: input at a fraction of its price, where a"
        " provider caches.\nA longer one is read once, in parts; a note or question is sent what is"
        " near it or fits it."
    )
    sys.exit(0 if met else 1)


_NUMBERS = ("calls", "given", "cached", "written", "whole")

if __name__ == "__main__":
    main()
