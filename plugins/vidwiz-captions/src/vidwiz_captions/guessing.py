"""How well a text fits a language: what decides between encodings that can all be decoded."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from vidwiz_captions.languages import LATIN, LOANS, SCRIPTS, WESTERN

_WORD = re.compile(r"[^\W\d_]+")
_TAG = re.compile(r"<[^<>]*>")  # the `i` in it is a word in some languages
_ODD = frozenset({"Cc", "Cn", "Co", "Cs", "So", "Sm", "Sk", "Lm"})
_FINE = frozenset("°§©®™·±×\u200e\u200f\u200c\u200d\xad")
# Signs that stand at one side of a word alone, or in none: elsewhere they were letters.
_MISPLACED = re.compile(
    r"[^\W\d_][\u00bf\u00a1\u201e\u201a]|[\u00b9\u00b3\u00bc-\u00be\u00aa\u00ba\u00a2-\u00a5\u20a0-\u20bf\u0e3f][^\W\d_]"
    r"|[^\W\d_][\u201c\u201d\u2020\u2021\u2039\u203a\u00ab\u00bb\u2022\u00b6\u00a2-\u00a7\u00ac"
    r"\u2030\u00b9\u00b3\u2017\u200e\u200f\u20a0-\u20bf\u0e3f][^\W\d_]"
    r"|[^\W\d_][\u00b6\u2020\u2021\u00ac]|[\u00b6\u2020\u2021\u00ac][^\W\d_]"
)
_MOST_ODD = 0.03  # share of such signs among the characters beyond ASCII
_OF_ODD = 5.0  # what one of them counts, and a capital after a small letter
_MOST_FOREIGN = 0.7  # letters beyond ASCII for each plain one, in a language of Latin letters
_LEAST_FOREIGN = 0.02  # and the least, in the languages outside the west
_MANY = 5  # letters beyond ASCII that such a language has at least
_PENALTY = 0.7  # for a letter of another language
_RARE = 0.003  # how often a letter comes that is not among the frequent ones of its language
_STRANGE = 0.0001  # and one that the language does not have
_LEAST_KANA, _LEAST_HANGUL, _LEAST_OFTEN = 0.3, 0.9, 0.15
"""Shares of letters: of kana in Japanese, of syllables in Korean, of frequent ones in Chinese."""
_OF_FREQUENT, _OF_OTHER = -4.5, -8.0  # logarithms of how often one of 50 and one of 3,000 comes
_TRADITIONAL = "這個們來為國說時會對過後種經現當動開樣從還進裡麼沒學"
_LEAST = -4.0  # the mean logarithm of how often the letters come, in text of that language
_LEAST_OF = {"th": -4.3}  # it has twice the letters


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a text is in a language: `score` is a logarithm of odds, comparable in a script."""

    language: str
    score: float


def fits(text: str, around: str = "") -> list[Fit]:
    """Return the languages with small alphabets that a text may be in; none when it makes no sense.

    `text` has the lines of a file that are not plain ASCII, `around` more of it, for its words.
    """
    foreign = [character for character in text if not character.isascii()]
    odd = sum(_is_odd(c) for c in foreign) + len(_MISPLACED.findall(text))
    if odd > len(foreign) * _MOST_ODD:
        return []
    letters = Counter(_small(c) for c in foreign if unicodedata.category(c)[0] in "LM")
    del letters["i"]  # of the Turkish capital
    plain = sum(c.isascii() and c.isalpha() for c in text)
    if letters.total() <= plain * _MOST_FOREIGN:
        return [Fit(f.language, f.score - odd * _OF_ODD) for f in _latin(around or text, letters)]
    if letters.total() > plain and not _is_mixed(text):
        return _scripts(letters, _case_errors(text) + odd)
    return []


def letters_of(text: str) -> int:
    """Return how many letters beyond ASCII a text has."""
    return sum(not c.isascii() and c.isalpha() for c in text)


def _small(letter: str) -> str:
    return letter.lower()[0]


def _is_odd(character: str) -> bool:
    return unicodedata.category(character) in _ODD and character not in _FINE


def _is_mixed(text: str) -> bool:
    """Tell whether words are of two scripts, as no words are."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    mixed = sum(any(map(str.isascii, word)) for word in words)
    return mixed > len(words) * _MOST_ODD


def _case_errors(text: str) -> int:
    """Count small letters before capitals: KOI8 and Windows have them the other way round."""
    return sum(
        first.islower() and second.isupper()
        for word in _WORD.findall(text)
        for first, second in pairwise(word)
    )


def _latin(text: str, letters: Counter[str]) -> list[Fit]:
    words = Counter(word.lower() for word in _WORD.findall(_TAG.sub(" ", text)))
    plain = sum(len(word) * n for word, n in words.items() if word.isascii())
    too_few = max(0.0, plain * _LEAST_FOREIGN - letters.total())
    found = []
    for language, (alphabet, small_words) in LATIN.items():
        strange = {c: n for c, n in letters.items() if c not in alphabet and c not in "ªºµ"}
        if not set(strange) <= LOANS:
            continue
        loans = sum(strange.values())
        hits = sum(words[word] * min(len(word), 4) * 0.5 for word in small_words.split())
        few = too_few if len(alphabet) >= _MANY and language not in WESTERN else 0.0
        found.append(Fit(language, hits - loans * _PENALTY - few))
    return found


def _scripts(letters: Counter[str], errors: int) -> list[Fit]:
    total = letters.total()
    found = []
    for language in SCRIPTS:
        often = _how_often(language)
        sums = sum(math.log(often.get(c, _STRANGE)) * n for c, n in letters.items())
        sums -= errors * _OF_ODD
        if sums >= total * _LEAST_OF.get(language, _LEAST):
            found.append(Fit(language, sums))
    return found


@cache
def _how_often(language: str) -> dict[str, float]:
    from charset_normalizer.constant import FREQUENCIES  # noqa: PLC0415 - few files need it

    name, alphabet = SCRIPTS[language]
    often = dict.fromkeys(alphabet, _RARE)
    weights = {c: 1 / (rank + 4) for rank, c in enumerate(FREQUENCIES[name]) if c in often}
    whole = sum(weights.values())
    return often | {c: weight / whole for c, weight in weights.items()}


def asian_fit(text: str, language: str) -> Fit | None:
    """Return how well a text is Japanese, Chinese or Korean; None when it is not."""
    foreign = Counter(c for c in text if not c.isascii())
    total = foreign.total()
    signs = sum(n for c, n in foreign.items() if _is_asian_sign(c))
    kana = sum(n for c, n in foreign.items() if "\u3041" <= c <= "\u30ff")
    hangul = sum(n for c, n in foreign.items() if "\uac00" <= c <= "\ud7a3" and _is_usual(c))
    han = sum(n for c, n in foreign.items() if "\u4e00" <= c <= "\u9fff")
    if kana + hangul + signs + han < total * (1 - _MOST_ODD):
        return None
    often = sum(foreign[c] for c in _most_frequent(language))
    letters = total - signs
    if language == "ja":
        good = kana >= letters * _LEAST_KANA and hangul == 0
    elif language == "ko":
        good = hangul >= letters * _LEAST_HANGUL
    else:
        good = often >= han * _LEAST_OFTEN and kana + hangul <= total * _MOST_ODD
    if language == "ja":
        often = kana
    score = often * _OF_FREQUENT + (letters - often) * _OF_OTHER
    return Fit(language, score) if good else None


def _is_asian_sign(character: str) -> bool:
    return "\u3000" <= character <= "\u303f" or "\uff01" <= character <= "\uff5e"


def _is_usual(hangul: str) -> bool:
    """Tell whether a syllable is one of the 2,350 of KS X 1001, which almost all text is in."""
    return len(hangul.encode("euc_kr", "replace")) == 2  # noqa: PLR2004 - others are spelled out


@cache
def _most_frequent(language: str) -> frozenset[str]:
    from charset_normalizer.constant import FREQUENCIES  # noqa: PLC0415 - few files need it

    if language == "ko":
        return frozenset(FREQUENCIES["Korean"])
    return frozenset(FREQUENCIES["Chinese"]) | frozenset(_TRADITIONAL)
