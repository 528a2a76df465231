"""What a question is, and whether it can be understood by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz_local.extractive.speech import is_spaceless

if TYPE_CHECKING:
    from vidwiz_local.extractive.document import Document
    from vidwiz_local.extractive.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the way it was made, its terms and its worth."""

    text: str
    kind: str
    terms: frozenset[str]
    score: float


_LEANING = re.compile(
    r"\b(?:this|these|those|it|its|it's|they|them|their|he|she|his|her|him|here|there|one|ones|i|"
    r"i'm|i've|me|my|mine|us|else|other|another|okay|guys|anyone|someone|somebody|now|that's|"
    r"earlier|again|too|also|going on|mean|happening|same|such|former|latter|doing)\b",
    re.IGNORECASE,
)
_THAT_AT_END = re.compile(
    r"\b(?:that|so)\W*$|^(?:\w+)(?:'s| is| was| does| did| are)? that\b", re.IGNORECASE
)
ODD = re.compile(
    r"\b(?:that that|that \w+er|the the|bunch|kind of|sort of|quote|say)\b", re.IGNORECASE
)


def worth_of(terms: frozenset[str], phrases: list[Phrase]) -> float:
    """Return how much terms are what the video is about, 0 to about 1.5."""
    total = 0.0
    for rank, phrase in enumerate(phrases):
        shared = len(terms & set(phrase.terms)) / len(phrase.terms)
        total += shared * (0.7 - 0.05 * rank)
    return min(total, 1.5)


def leans(document: Document, text: str) -> bool:
    """Say whether a question needs what was said before it to be understood."""
    plain = re.sub(r", (?:really|exactly|actually)$", "", text.replace("’", "'"))
    if document.wording.code == "en":
        return bool(_LEANING.search(plain) or _THAT_AT_END.search(plain) or "," in plain)
    words = [word.strip(",.;:¿?").casefold() for word in plain.split()]
    return any(word in document.wording.leaning for word in words) or (
        is_spaceless(text)
        and text.startswith(("これ", "それ", "あれ", "この", "その", "ここ", "では"))
    )
