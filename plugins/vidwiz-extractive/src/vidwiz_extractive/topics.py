"""Where a speech goes over to another topic, told by its words, in the manner of TextTiling.

Hearst, "TextTiling: Segmenting Text into Multi-paragraph Subtopic Passages" (1997): blocks of
words before and after each gap are compared, and a gap is as deep as the likeness falls on both
sides of it.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz_extractive.document import Document

_FEWEST, _MOST = 3, 6  # parts of an outline
_SECONDS_OF_A_PART = 300
_GAPS = 60  # places that are compared, however long the speech


def boundaries(document: Document) -> list[int]:
    """Return the sentences at which the parts begin, the first with sentence 0."""
    terms = document.terms
    if len(terms) < 2 * _FEWEST:
        return [0]
    begin, end = document.speech.times[0], document.speech.ends_at
    wanted = min(_MOST, max(_FEWEST, round((end - begin) / _SECONDS_OF_A_PART)))
    step = max(1, len(terms) // _GAPS)
    size = max(2, len(terms) // (2 * wanted))
    gaps = list(range(step, len(terms), step))
    likeness = [_likeness(terms[max(0, at - size) : at], terms[at : at + size]) for at in gaps]
    deepest = sorted(range(len(gaps)), key=lambda i: (-_depth(likeness, i), i))
    chosen = [0]
    shortest = len(terms) // (2 * wanted)
    for index in deepest:
        at = gaps[index]
        if len(chosen) == wanted:
            break
        if all(abs(at - other) >= shortest for other in (*chosen, len(terms))):
            chosen.append(at)
    return sorted(chosen)


def _likeness(before: Sequence[Sequence[str]], after: Sequence[Sequence[str]]) -> float:
    """Return the cosine of two blocks of terms, 0 to 1."""
    one = Counter(term for terms in before for term in terms)
    other = Counter(term for terms in after for term in terms)
    product = sum(count * other[term] for term, count in one.items())
    lengths = math.hypot(*one.values()) * math.hypot(*other.values())
    return product / lengths if lengths else 0.0


def _depth(likeness: Sequence[float], index: int) -> float:
    """Return how far the likeness rises on both sides of a gap before it falls again."""
    depth = 0.0
    for step in (-1, 1):
        at, highest = index, likeness[index]
        while 0 <= at < len(likeness) and likeness[at] >= highest:
            highest = likeness[at]
            at += step
        depth += highest - likeness[index]
    return depth
