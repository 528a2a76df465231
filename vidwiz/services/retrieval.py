"""Which passages of a long transcript may answer a question: BM25 over words, without an index.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import Passage

BEST = 6
"""Passages that are chosen; each comes with the one before and the one after it."""
_SATURATION, _LENGTH = 1.2, 0.75
"""BM25's k1 and b as its authors recommend them."""
_WORD = re.compile(r"[^\W_]+")
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{2,}")


def for_question(passages: Sequence[Passage], question: str) -> tuple[Passage, ...]:
    """Return the best passages with their neighbours, in the order of the video.

    Where no word of the question is said, passages from all over the video.
    """
    counted = [Counter(_terms(passage.text)) for passage in passages]
    scores = _bm25(counted, frozenset(_terms(question)))
    order = sorted(range(len(passages)), key=lambda at: (-scores[at], at))
    best = [at for at in order[:BEST] if scores[at] > 0]
    if not best:
        step = max(1, len(passages) // (2 * BEST))
        return tuple(passages[step // 2 :: step][: 2 * BEST])
    chosen = {near for at in best for near in (at - 1, at, at + 1)}
    return tuple(passages[at] for at in sorted(chosen) if 0 <= at < len(passages))


def _terms(text: str) -> list[str]:
    """Return words; of scripts without blanks every two letters that follow each other."""
    terms: list[str] = []
    for word in _WORD.findall(text.casefold()):
        if _SPACELESS.fullmatch(word):
            terms += (word[at : at + 2] for at in range(len(word) - 1))
        else:
            terms.append(word)
    return terms


def _bm25(counted: Sequence[Counter[str]], asked: frozenset[str]) -> list[float]:
    total = len(counted)
    lengths = [counts.total() for counts in counted]
    mean = sum(lengths) / max(1, total) or 1
    found = Counter(term for counts in counted for term in counts.keys() & asked)
    telling = {
        term: math.log(1 + (total - count + 0.5) / (count + 0.5)) for term, count in found.items()
    }

    def score(counts: Counter[str], length: int) -> float:
        flattened = _SATURATION * (1 - _LENGTH + _LENGTH * length / mean)
        return sum(
            telling[term] * counts[term] * (_SATURATION + 1) / (counts[term] + flattened)
            for term in sorted(counts.keys() & asked)
        )

    return [score(counts, length) for counts, length in zip(counted, lengths, strict=True)]
