"""What an import will take: seconds at the pace of fetching, tokens, and what those cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TOKENS_AN_HOUR = 12_000
"""People say about 9,000 words an hour, which are about 12,000 tokens of a transcript."""
USUAL_MINUTES = 12
"""For videos of which nobody says how long they are; the average on YouTube is about that."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long it takes to fetch the videos, and what their texts take.

    `seconds` is None without a pace, and `cost` without prices.
    """

    seconds: int | None
    tokens: int
    cost: float | None


def of_videos(
    durations: Iterable[float | None],
    *,
    per_minute: int,
    price: Callable[[int], float | None] = lambda _tokens: None,
) -> Estimate:
    """Return what so many videos of these durations (seconds, None where unknown) take.

    `price` returns what reading so many tokens costs.
    """
    known = [0.0 if each is None else each for each in durations]
    unknown = sum(each == 0.0 for each in known)
    hours = (sum(known) + unknown * USUAL_MINUTES * 60) / 3600
    tokens = round(hours * TOKENS_AN_HOUR)
    seconds = seconds_at_pace(len(known), per_minute)
    return Estimate(seconds, tokens, price(tokens) if known else None)


def seconds_at_pace(videos: int, per_minute: int) -> int | None:
    """Return how long fetching so many videos takes; None where nothing paces it."""
    return None if per_minute <= 0 else -(-videos * 60 // per_minute)
