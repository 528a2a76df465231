"""What an import will take: seconds at the pace of fetching, tokens, and what those cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TOKENS_AN_HOUR = 12_000
"""People say about 9,000 words an hour, which are about 12,000 tokens of a transcript."""
USUAL_SECONDS = 720.0
"""For videos of which nobody says how long they are; the average on YouTube is about that."""


@dataclass(frozen=True, slots=True)
class Workload:
    """How many videos are to be fetched, and how long they are altogether, in seconds."""

    videos: int = 0
    seconds: float = 0.0

    @classmethod
    def of(cls, durations: Iterable[float | None]) -> Workload:
        """Return the workload of videos of these durations; None is one that nobody states."""
        all_of_them = list(durations)
        seconds = sum(USUAL_SECONDS if each is None else each for each in all_of_them)
        return cls(len(all_of_them), seconds)


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long it takes to fetch the videos, and what their texts take.

    `seconds_left` is None where nothing paces the fetching, and `cost` without prices.
    """

    seconds_left: int | None
    tokens: int
    cost: float | None


@dataclass(frozen=True, slots=True)
class Rates:
    """How many videos a minute are fetched, 0 without a limit, and what so many tokens cost."""

    per_minute: float
    price: Callable[[int], float | None] = lambda _tokens: None

    def estimate(self, work: Workload) -> Estimate:
        """Return what the work takes."""
        seconds = None if self.per_minute <= 0 else math.ceil(work.videos * 60 / self.per_minute)
        tokens = round(work.seconds / 3600 * TOKENS_AN_HOUR)
        return Estimate(seconds, tokens, self.price(tokens))
