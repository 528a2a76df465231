"""Sentences out of speech, by punctuation where there is some and by its first words elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from vidwiz_extractive.speech import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz_extractive.languages import Language
    from vidwiz_extractive.speech import Speech

CLOSERS = "\"'”’»)]」』）"
ENDERS = ".!?…。！？؟।۔"
_SURE_ENDERS = "。！？؟।۔"  # no abbreviation ends with them
_ABBREVIATIONS = word_set(
    """
    mr mrs ms dr prof sr jr st vs e.g i.e eg ie cf ca approx fig no vol inc ltd co bzw z.b d.h
    usw u.a ggf vgl nr hr fr m mme mlle p.ex ej p.ej sra srta ud uds ep al gen col sgt т.е т.д
    т.п г ул örn vb yy
    """
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+")
_JAPANESE_FINAL = re.compile(r"(?:です|ます|した|ません|しょう|ください|(?:ます|です)[ねよ])$")
_POLITE = word_set(
    """
    sie ihr ihnen ihre ihren ihrem ihrer usted
    """
)
_ORDINAL_DOT = word_set(
    """
    de pl cs sk hr sl hu tr da no fi et lv
    """
)
"""Languages that write ordinal numbers with a full stop."""
_FEWEST_CAPITALS = 4
_LONGEST_MARKED = 96
"""Tokens of a sentence that its author marked; more are a stretch where marks were forgotten."""
_LONGEST_GUESSED, _SHORTEST_GUESSED = 28, 6


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens `start` to `end`; `marked` says that its author, not guessing, made both ends."""

    start: int
    end: int
    marked: bool = True


def find(speech: Speech, language: Language) -> list[Sentence]:
    """Return the sentences of the whole speech, in order and without gaps."""
    tokens = speech.tokens
    marks = _marked_ends(tokens, language)
    # Where hardly anything is marked, a line of captions is mostly a clause.
    lines = speech.lines if len(marks) * 3 < len(speech.lines) else ()
    ends = sorted({*marks, *speech.pauses, *lines, len(tokens)} - {0})
    capitals = _capital_starts(tokens, language)
    if len(capitals) < _FEWEST_CAPITALS or len(capitals) * 5 <= len(ends):
        capitals = frozenset()
    longest = _LONGEST_MARKED if len(marks) * 48 > len(tokens) else _LONGEST_GUESSED
    found: list[Sentence] = []
    start, begun = 0, True
    for end in ends:
        ended = end in marks
        inner = sorted(at for at in capitals if start < at < end) if capitals else []
        if inner:
            bounds = [start, *inner, end]
            found += [Sentence(a, b, marked=b < end or ended) for a, b in pairwise(bounds)]
        elif end - start > longest:
            found += _guessed(tokens, start, end, language)
        else:
            # A pause ends what a mark did not, but only a mark makes a sentence whole.
            found.append(Sentence(start, end, marked=begun and ended))
        start, begun = end, ended
    return found


def _marked_ends(tokens: Sequence[str], language: Language) -> set[int]:
    may_end = {
        token
        for token in set(tokens)
        if token.rstrip(CLOSERS)[-1:] in tuple(ENDERS) or _JAPANESE_FINAL.search(token)
    }
    return {
        at + 1
        for at, token in enumerate(tokens)
        if token in may_end
        and (
            at + 1 == len(tokens)
            or ends_sentence(tokens[at - 1] if at else "", token, tokens[at + 1], language)
        )
    }


def ends_sentence(before: str, token: str, following: str, language: Language) -> bool:
    """Say whether a sentence ends with `token`, seen what stands around it."""
    core = token.rstrip(CLOSERS)
    if not core or core[-1] not in ENDERS:
        return _JAPANESE_FINAL.search(token) is not None
    first = following.lstrip("\"'“‘«([¿¡-–—")[:1]
    if core[-1] in _SURE_ENDERS or first.islower():
        return core[-1] in _SURE_ENDERS
    if core[-1] != ".":
        return True
    word = core.lstrip("\"'“‘«([").rstrip(".").casefold()
    if language.code in _ORDINAL_DOT and word.isdecimal() and len(word) < 3:  # noqa: PLR2004
        return False  # `am 3. Mai`
    if word == "no":
        return not first.isdigit()
    return word not in _ABBREVIATIONS and (
        following.rstrip(",").casefold() in language.stop or not _is_initial(before, core)
    )


def _is_initial(before: str, core: str) -> bool:
    """Say whether a lone letter is part of a name, as in "John F. Kennedy", not a thing's name."""
    return len(core) == len("F.") and core[0].isalpha() and before[:1].isupper() and len(before) > 1


def _capital_starts(tokens: Sequence[str], language: Language) -> frozenset[int]:
    """Return where a common word has a capital though nothing ended before it.

    Where there are many, captions begin sentences by a capital without ending the one before.
    """
    # Not the stop words of the library: those of German have nouns among them.
    small = language.leading | language.leaning | language.fragile | language.asking
    common = {
        token
        for token in set(tokens)
        if token[0].isupper()
        and not token.isupper()
        and (word := bare(token)) in small
        and word not in _POLITE
    }
    return frozenset(
        at + 1
        for at, (before, token) in enumerate(pairwise(tokens))
        if token in common and before[-1].isalnum() and before[0].islower()
    )


@lru_cache(maxsize=65536)
def bare(token: str) -> str:
    """Return a token as the word lists have it: small and without punctuation."""
    return token.strip('.,;:!?¿¡"“”«»„()…–—、。').casefold().replace("’", "'")


def opens(tokens: Sequence[str], at: int, language: Language) -> bool:
    """Say whether a sentence may begin at a token, told by its first words and the one before."""
    before = bare(tokens[at - 1])
    if before in language.dangling | language.leading | language.taking:
        return False
    first = bare(tokens[at])
    return first in language.openers or any(
        " ".join([first, *map(bare, tokens[at + 1 : at + size])]) in language.openers
        for size in (2, 3)
    )


def _guessed(tokens: Sequence[str], start: int, end: int, language: Language) -> list[Sentence]:
    """Cut a stretch without marks where sentences may begin, or else into usual lengths."""
    bounds = [start]
    for at in range(start + _SHORTEST_GUESSED, end - _SHORTEST_GUESSED):
        length = at - bounds[-1]
        if length >= _LONGEST_GUESSED or (
            length >= _SHORTEST_GUESSED
            and (tokens[at - 1][-1] in "、," or opens(tokens, at, language))
            and (tokens[at - 1][-1] not in "、," or length >= _LONGEST_GUESSED // 2)
        ):
            bounds.append(at)
    return [Sentence(a, b, marked=False) for a, b in pairwise([*bounds, end])]
