"""Words as things to count: normalised, stemmed, and cut out of scripts without spaces."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

from vidwiz_local.extractive.speech import SPACELESS
from vidwiz_local.extractive.wording import words


def _marks() -> str:
    r"""Return the combining marks of the BMP as ranges of a character class.

    Python's `\\w` leaves them out, which would cut Hindi, Thai and vocalised Arabic into pieces.
    """
    codes = [c for c in range(0x300, 0xFFFF) if unicodedata.category(chr(c)) in ("Mn", "Mc")]
    starts = [c for c, before in zip(codes, [-1, *codes], strict=False) if c != before + 1]
    ends = [
        c for c, after in zip(codes, [*codes[1:], sys.maxunicode], strict=True) if c + 1 != after
    ]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))


_LETTER = rf"[^\W_{SPACELESS}]"
WORD = re.compile(rf"{_LETTER}(?:[{_marks()}\u200c\u200d]|{_LETTER}|['’\-\u2011](?={_LETTER}))*")
_SPACELESS_RUN = re.compile(rf"[{SPACELESS}ー々〆]+")
_MEANINGFUL_RUN = re.compile(r"[ァ-ヺー\u3400-\u4dbf\u4e00-\u9fff々]{2,}")
_CHINESE_FUNCTION = re.compile(
    "[的了是我你他她它在有不这那就也都和与个们吗呢吧啊把被对到说要会能可以很]"
)
_HAS_KANA = re.compile("[\u3040-\u30ff]")
_LONGEST_RUN = 8

ENGLISH_ENDINGS = re.compile(r"(?:ations?|ings?|edly|ed|ers?|ies|es|ly|e|s|y)$")
_SHORTEST_STEM = 4


@lru_cache(maxsize=65536)
def surface_words(token: str) -> tuple[str, ...]:
    """Return the words of one token in lower case: `Don't` -> `don't`; Japanese gives several."""
    found = [_unelided(word.casefold().replace("’", "'")) for word in WORD.findall(token)]
    for run in _SPACELESS_RUN.findall(token):
        found += _pieces(run)
    return tuple(found)


def _unelided(word: str) -> str:
    """Return `algèbre` for `l'algèbre`; English has no such words."""
    before, mark, rest = word.partition("'")
    return rest if mark and len(rest) > 2 and before in _ELIDED else word  # noqa: PLR2004


_ELIDED = words(
    """
    l d qu n s c j m t jusqu lorsqu puisqu dell all nell sull dall un
    """
)


def _pieces(run: str) -> list[str]:
    """Cut a run of kana and Han into what can be a term.

    Japanese shows its terms by katakana and kanji between hiragana; Chinese has only its function
    characters to cut at.
    """
    if _HAS_KANA.search(run):
        return [piece[:_LONGEST_RUN] for piece in _MEANINGFUL_RUN.findall(run)]
    pieces = [piece for piece in _CHINESE_FUNCTION.split(run) if len(piece) > 1]
    return [piece[at : at + 2] for piece in pieces for at in range(len(piece) - 1)]


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the word without a possessive or plural ending, so that its forms count as one."""
    word = word.removesuffix("'s").removesuffix("s'")
    if len(word) < _SHORTEST_STEM or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > _SHORTEST_STEM + 1:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes")) else word[:-1]


@lru_cache(maxsize=65536)
def root(word: str) -> str:
    """Return a rough stem for searching, where `rises` should find `rising`."""
    short = ENGLISH_ENDINGS.sub("", word.removesuffix("'s"))
    return short if len(short) >= _SHORTEST_STEM - 1 else word
