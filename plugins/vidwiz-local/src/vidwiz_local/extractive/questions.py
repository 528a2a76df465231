"""Three questions to which the video has answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz_local.extractive import asking
from vidwiz_local.extractive.ranking import overlap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vidwiz_local.extractive.document import Document
    from vidwiz_local.extractive.question import Asked

COUNT = 3
SHORTEST, LONGEST = 20, 120
_SAME_KIND = 0.5
_ALIKE = 1.2


def questions(document: Document) -> list[str]:
    """Return exactly three different questions."""
    pool = [asked for asked in asking.candidates(document) if fits(asked.text)]
    chosen: list[Asked] = []
    while pool and len(chosen) < COUNT:
        best = max(pool, key=lambda one: one.score - _likeness(one, chosen))
        pool.remove(best)
        if not any(_is_same(best, other) for other in chosen):
            chosen.append(best)
    texts = [asked.text for asked in chosen]
    for text in asking.fallbacks(document):
        if len(texts) < COUNT and fits(text) and text.casefold() not in map(str.casefold, texts):
            texts.append(text)
    return texts


def fits(text: str) -> bool:
    """Say whether a question has the right length and end."""
    return SHORTEST <= len(text) <= LONGEST and text.endswith("?") and "\n" not in text


def _likeness(one: Asked, chosen: Iterable[Asked]) -> float:
    """Return how much is lost by asking the same thing, or in the same way, again."""
    return sum(
        _ALIKE * overlap(one.terms, other.terms) + (_SAME_KIND if one.kind == other.kind else 0.0)
        for other in chosen
    )


def _is_same(one: Asked, other: Asked) -> bool:
    return one.text.casefold() == other.text.casefold() or (
        overlap(one.terms, other.terms) > 0.99  # noqa: PLR2004 - all terms of the one in the other
        and one.kind == other.kind
    )
