"""Sentences out of speech, by punctuation where there is some and by cues where there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from vidwiz_local.extractive.speech import is_spaceless
from vidwiz_local.extractive.wording import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz_local.extractive.speech import Speech
    from vidwiz_local.extractive.wording import Wording

_CLOSERS = "\"'”’»)]」』）"
_ENDERS = ".!?…。！？؟।۔"
_MARKS = frozenset(_CLOSERS + _ENDERS)
_ABBREVIATIONS = words(
    """
    mr mrs ms dr prof sr jr st vs e.g i.e eg ie cf ca approx fig no vol inc ltd co bzw z.b
    d.h usw u.a ggf vgl nr hr fr m mme mlle p.ex ej p.ej sra srta ud uds ep al gen col sgt
    """
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+")
_JAPANESE_FINAL = re.compile(
    r"(?:です|ます|した|ません|しょう|ください|ますね|ですね|ますよ|ですよ)$"
)
LONGEST_TOKENS = 48
"""More tokens without a full stop are cut at their cues; twice as many where stops are usual."""
_LONGEST_CUT = 28
_SHORTEST_CUT = 6


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens `start` to `end`; `marked` says that punctuation, not guessing, made both ends.

    `strength` is how surely it begins and ends where it does; a whole sentence has 4.0.
    """

    start: int
    end: int
    marked: bool = True
    strength: float = 4.0


def split(speech: Speech, wording: Wording) -> list[Sentence]:
    """Return the sentences of the whole speech, in order and without gaps."""
    ends = _marked_ends(speech, wording)
    by_capitals = _capitals_mark_sentences(speech.tokens, ends, wording)
    marks = sum(1 for end in ends if _is_marked(speech.tokens[end - 1]))
    usual = LONGEST_TOKENS * 2 if marks * LONGEST_TOKENS > len(speech.tokens) else LONGEST_TOKENS
    sentences: list[Sentence] = []
    start = 0
    for end in ends:
        longest = _SHORTEST_CUT * 2 if by_capitals else usual
        if end - start > longest or _is_long_spaceless(speech, start, end):
            sentences += _cut(speech, start, end, wording, capitals=by_capitals)
        else:
            sentences.append(Sentence(start, end, marked=_is_marked(speech.tokens[end - 1])))
        start = end
    return sentences


def ends_sentence(before: str, token: str, following: str | None, wording: Wording) -> bool:
    """Say whether a sentence ends with `token`, seen what stands around it."""
    core = token.rstrip(_CLOSERS)
    if not core or core[-1] not in _ENDERS:
        return False
    if following is None or core[-1] in "。！？؟।۔":
        return True
    first = following.lstrip("\"'“‘«([¿¡-–—")[:1]
    if first.islower():
        return False
    if core[-1] != "." or following.rstrip(",").casefold() in wording.stop:
        return core[-1] != "." or not _is_title(core)
    return not _is_abbreviated(core, first) and not _is_initial(before, core)


def _is_title(core: str) -> bool:
    return core.lstrip("\"'“‘«([").rstrip(".").casefold() in _ABBREVIATIONS


def _is_initial(before: str, core: str) -> bool:
    """Say whether a lone letter is part of a name, as in "John F. Kennedy", not a thing's name."""
    return (
        len(core) == len("F.")
        and core[0].isalpha()
        and (before[:1].isupper() or before.casefold() in {"by", "von", "par", "por", "and"})
        and len(before) != 1
    )


def _is_abbreviated(core: str, first: str) -> bool:
    bare = core.lstrip("\"'“‘«([").rstrip(".").casefold()
    if bare == "no":
        return first.isdigit()
    return bare in _ABBREVIATIONS or (len(core) > 2 and bool(_INITIALS.fullmatch(core)))  # noqa: PLR2004


def _is_marked(token: str) -> bool:
    return token.rstrip(_CLOSERS)[-1:] in tuple(_ENDERS)


def _marked_ends(speech: Speech, wording: Wording) -> list[int]:
    """Return where punctuation or a long silence ends a sentence."""
    tokens = speech.tokens
    may_end = {t for t in set(tokens) if t[-1] in _MARKS or _JAPANESE_FINAL.search(t)}
    found = [at for at, token in enumerate(tokens, 1) if token in may_end]
    ends = {at for at in found if at == len(tokens) or _ends(tokens, at - 1, wording)}
    return sorted(ends | {at for at in (*speech.pauses, len(tokens)) if 0 < at <= len(tokens)})


def _ends(tokens: Sequence[str], at: int, wording: Wording) -> bool:
    before = tokens[at - 1] if at else ""
    return bool(_JAPANESE_FINAL.search(tokens[at])) or ends_sentence(
        before, tokens[at], tokens[at + 1], wording
    )


def _capitals_mark_sentences(tokens: Sequence[str], ends: Sequence[int], wording: Wording) -> bool:
    """Say whether captions begin sentences by a capital without ending the one before.

    Then common words stand in capitals in mid-sentence, too often for names and titles.
    """
    capital = {token for token in set(tokens) if token[0].isupper()}
    found = sum(
        [
            is_capital_start(before, token, wording)
            for before, token in pairwise(tokens)
            if token in capital
        ]
    )
    return found * 5 > len(ends)


def is_capital_start(before: str, token: str, wording: Wording) -> bool:
    """Say whether a common word has a capital though nothing ended before it."""
    word = token.rstrip(",").casefold()
    return (
        before[-1].isalnum()
        and before[0].islower()
        and word in wording.stop
        and token[0].isupper()
        and not token.isupper()
        and not word.startswith(("i'", "i’"))
        and word not in _POLITE
    )


_POLITE = words("sie ihr ihnen ihre ihren ihrem ihrer usted")


def _is_long_spaceless(speech: Speech, start: int, end: int) -> bool:
    return (
        end - start > 1
        and speech.tokens[start][0] >= "\u3040"
        and (sum(map(len, speech.tokens[start:end])) > _LONGEST_SPACELESS)
        and is_spaceless(speech.tokens[start])
    )


_LONGEST_SPACELESS = 90


@lru_cache(maxsize=65536)
def bare(token: str) -> str:
    """Return a token as the word lists have it: small and without punctuation."""
    return token.strip('.,;:!?¿¡"“”').casefold().replace("’", "'")


def _opening(tokens: Sequence[str], at: int, wording: Wording) -> float:
    """Return how often sentences begin with the words at a token."""
    openers = wording.openers
    first = bare(tokens[at])
    strength = openers.get(first)
    if strength is None:
        return 0.0
    for size in (2, 3):
        phrase = " ".join([first, *map(bare, tokens[at + 1 : at + size])])
        strength = max(strength, openers.get(phrase, 0.0))
    return strength


def cue(tokens: Sequence[str], at: int, wording: Wording) -> float:
    """Return how surely a sentence begins at token `at`, from about -4 to 4."""
    before, plain = tokens[at - 1], bare(tokens[at - 1])
    strength = _opening(tokens, at, wording)
    if plain in wording.dangling or plain in wording.leading:
        strength -= 4.0
    elif before[-1] in ",;:–—":
        strength += 1.0
    if strength > 0 and _TAKES_CLAUSE.get(wording.code) and plain in _TAKES_CLAUSE[wording.code]:
        strength -= 2.4
    if 0 < strength < _SURE_OPENER and plain.endswith("ing"):
        strength -= 2.4
    return strength


_SURE_OPENER = 2.0


_TAKES_CLAUSE = {
    "en": words(
        """
    think know say says said see means mean show shows believe hope guess tell knew thought
    saying feel wonder suppose imagine realize like whatever everything something anything
    all first next last thing things way reason time tells give gives lets help helps asks
    ask makes make whether
    """
    )
}


def _cut(
    speech: Speech, start: int, end: int, wording: Wording, *, capitals: bool
) -> list[Sentence]:
    """Cut a stretch into sentences so that their beginnings are the surest, their length usual."""
    tokens = speech.tokens
    places: list[tuple[int, float]] = [(start, 4.0)]
    for at in range(start + 1, end):
        strength = cue(tokens, at, wording) if not capitals or places[-1][0] < at - 8 else 0.0
        if capitals and is_capital_start(tokens[at - 1], tokens[at], wording):
            strength = 4.0
        elif tokens[at][0] >= "\u3040" and tokens[at - 1][-1] >= "\u3001":
            strength = 1.5 if tokens[at - 1].endswith("、") else 2.0
        if strength > 0:
            places.append((at, strength))
        elif at - places[-1][0] >= _LONGEST_CUT:
            places.append((at, -2.0))
    places.append((end, 4.0))
    lengths = [at - start for at, _ in places]
    if is_spaceless(tokens[start]):
        chars = [0, *accumulate(map(len, tokens[start:end]))]
        lengths = [chars[at - start] // _CHARS_PER_WORD for at, _ in places]
    return _best_cut(places, lengths, ended=_is_marked(tokens[end - 1]))


_CHARS_PER_WORD = 3


def _best_cut(
    places: list[tuple[int, float]], lengths: list[int], *, ended: bool
) -> list[Sentence]:
    """Choose among the places by dynamic programming; only near neighbours are tried."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for here in range(1, len(places)):
        strength = places[here][1]
        options: list[tuple[float, int]] = []
        for before in range(here - 1, -1, -1):
            length = lengths[here] - lengths[before]
            if options and length > _LONGEST_CUT * 2:
                break
            options.append((best[before][0] + strength - _cost(length), before))
        best.append(max(options))
    chain = [len(places) - 1]
    while chain[-1]:
        chain.append(best[chain[-1]][1])
    chain.reverse()
    last = len(places) - 1
    return [
        Sentence(
            places[a][0],
            places[b][0],
            marked=ended and b == last and a == 0,
            strength=min(places[a][1], places[b][1]),
        )
        for a, b in pairwise(chain)
    ]


def _cost(length: int) -> float:
    """Return what a sentence of so many tokens costs: a usual length nothing, the rest more."""
    if length < _SHORTEST_CUT:
        return 1.5 * (_SHORTEST_CUT - length) + 1.5
    cost = 1.4 + 0.004 * (length - 16) ** 2
    return cost if length <= _LONGEST_CUT else cost + 0.35 * (length - _LONGEST_CUT)
