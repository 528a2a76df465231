"""Words as things to count: normalised, stemmed, and cut out of scripts without spaces."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from vidwiz_extractive.speech import SPACELESS, split, word_set

if TYPE_CHECKING:
    from vidwiz_extractive.languages import Language


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
_WORD = re.compile(rf"{_LETTER}(?:[{_marks()}\u200c\u200d]|{_LETTER}|['’\-\u2011](?={_LETTER}))*")
_JAPANESE = re.compile(r"[ァ-ヺー\u3400-\u4dbf\u4e00-\u9fff々]{2,}")
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]{2,}")
_HAS_KANA = re.compile("[\u3040-\u30ff]")
_SPACELESS_RUN = re.compile(rf"[{SPACELESS}ー々〆]+")
_ELIDED = word_set(
    """
    l d qu n s c j m t jusqu lorsqu puisqu dell all nell sull dall un
    """
)
_SHORTEST_REST = 3  # of `l'eau`; `d'y` is no word with an article
_SHORTEST_FOREIGN = "\u0370"  # from Greek on a single letter may be a word


@lru_cache(maxsize=65536)
def words(token: str) -> tuple[str, ...]:
    """Return the words of one token in lower case: `Don't` -> `don't`.

    Of Japanese they are what stands in katakana and kanji, of Chinese what the token is.
    """
    found = [_unelided(word.casefold().replace("’", "'")) for word in _WORD.findall(token)]
    for run in _SPACELESS_RUN.findall(token):
        found += (_JAPANESE if _HAS_KANA.search(run) else _CHINESE).findall(run)
    return tuple(found)


def _unelided(word: str) -> str:
    """Return `algèbre` for `l'algèbre`; English has no such words."""
    before, mark, rest = word.partition("'")
    return rest if mark and len(rest) >= _SHORTEST_REST and before in _ELIDED else word


class Terms:
    """The terms of a language: the stems of the words that carry a topic."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._known: dict[str, tuple[str, ...]] = {}

    def of_token(self, token: str) -> tuple[str, ...]:
        """Return the terms of one token."""
        known = self._known.get(token)
        if known is None:
            known = self._known[token] = tuple(
                self.stem(word) for word in words(token) if self.counts(word)
            )
        return known

    def counts(self, word: str) -> bool:
        """Say whether a word carries a topic."""
        stop = self._language.stop
        return (
            word not in stop
            and word not in self._language.vague
            and word.removesuffix("'s") not in stop
            and not word.isdecimal()
            and (len(word) > 1 or word > _SHORTEST_FOREIGN)
        )

    def stem(self, word: str) -> str:
        """Return the stem of a word, the same for all its forms."""
        return self._language.stem(word.removesuffix("'s").removesuffix("s'"))

    def of_text(self, text: str) -> list[str]:
        """Return the terms of a text that is not part of the speech."""
        return [term for token in split(text) for term in self.of_token(token)]

    def topics_of_text(self, text: str) -> frozenset[str]:
        """Return the stems of the words of a text that are no stop words."""
        stop = self._language.stop
        return frozenset(
            self.stem(word) for token in split(text) for word in words(token) if word not in stop
        )

    def all_of_text(self, text: str) -> list[str]:
        """Return the stems of all words of a text, those that carry no topic too."""
        return [self.stem(word) for token in split(text) for word in words(token)]
