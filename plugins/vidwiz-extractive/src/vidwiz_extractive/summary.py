"""The summary: sentences of the video in its order, or what can honestly be said instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz_extractive.chores import is_chore
from vidwiz_extractive.outline import headline, outline
from vidwiz_extractive.ranking import overlap, ranked, signals
from vidwiz_extractive.rendering import ends, shortened
from vidwiz_extractive.speech import is_spaceless

if TYPE_CHECKING:
    from vidwiz_extractive.document import Document
    from vidwiz_extractive.ranking import Ranked

SHORTEST, LONGEST = 200, 800
_WANTED = 560
_MOST_SENTENCES = 6
_SAME = 0.6
"""Share of terms from which on two sentences say the same thing."""
_MOST_SAID = 400
_LONGEST_LOOPED = 120
_GOOD_ENOUGH, _ENOUGH = 0.4, 320
"""From this length on only sentences of this worth are added."""
_INTRODUCTION = 0.15  # share of the video in which a speaker says what it will be about
_THIRDS = 3


def summary(document: Document) -> str:
    """Return 200 to 800 characters, fewer only of a video that says less."""
    if document.is_looped:
        return _looped(document)
    if document.says_little:
        return _little(document)
    if not document.is_punctuated:
        return _long_enough(document, [outline(document, SHORTEST, LONGEST)])
    chosen = _chosen(document)
    if _length(chosen) < SHORTEST:
        return _little(document)
    return _with_beginning(document, sorted(chosen, key=lambda one: one.index))


def _chosen(document: Document) -> list[Ranked]:
    """Return sentences that are good, unlike each other, and from all over the video."""
    pool = ranked(document)
    total = len(document.sentences)
    chosen: list[Ranked] = []
    for third in range(_THIRDS):
        # Where a third has nothing of worth, it gives nothing.
        here = [one for one in pool if one.index * _THIRDS // total == third and one.score > 0]
        _take(chosen, total, here)
    while len(chosen) < _MOST_SENTENCES and _length(chosen) < _wanted(document):
        fewest = _GOOD_ENOUGH if _length(chosen) > _ENOUGH else float("-inf")
        if not _take(chosen, total, [one for one in pool if one.score >= fewest]):
            break
    return chosen


def _take(chosen: list[Ranked], total: int, candidates: list[Ranked]) -> bool:
    """Add the best candidate that fits and says something new; say whether there was one."""
    new = [
        one
        for one in candidates
        if _length([*chosen, one]) <= LONGEST and not any(_is_same(one, other) for other in chosen)
    ]
    if new:
        chosen.append(max(new, key=lambda one: one.score - _redundancy(total, one, chosen)))
    return bool(new)


def _length(chosen: list[Ranked]) -> int:
    return sum(len(one.text) + 1 for one in chosen)


def _wanted(document: Document) -> int:
    """Return the length to aim at; scripts without spaces say more in a character."""
    return _WANTED // 2 if document.language.is_spaceless else _WANTED


def _is_same(one: Ranked, other: Ranked) -> bool:
    return one.text.casefold() == other.text.casefold() or (
        overlap(one.terms, other.terms) > _SAME and min(len(one.terms), len(other.terms)) > 2  # noqa: PLR2004
    )


def _redundancy(total: int, one: Ranked, chosen: list[Ranked]) -> float:
    """Return how much is lost by choosing a sentence like, or next to, chosen ones."""
    alike = max((overlap(one.terms, other.terms) for other in chosen), default=0.0)
    near = sum(1 for other in chosen if abs(one.index - other.index) < total * 0.12)
    return 0.5 * alike + 0.16 * near


def _with_beginning(document: Document, chosen: list[Ranked]) -> str:
    """Return the sentences, the first of which says what the video is about.

    Where none of the introduction does, the title does.
    """
    first = chosen[0]
    named = document.title_terms
    shared = len(first.terms & named)
    introduces = (
        first.index <= len(document.sentences) * _INTRODUCTION
        and not document.leans(first.text)
        and (shared * 2 > len(named) or (shared and signals(document, first.text)))
        and ends(first.text)
        and not first.text.endswith("…")
    )
    texts = [one.text for one in chosen]
    if not introduces and (title := headline(document)):
        while len(texts) > 1 and sum(len(text) + 1 for text in (title, *texts)) > LONGEST:
            texts.remove(min(chosen[: len(texts)], key=lambda one: one.score).text)
            chosen = [one for one in chosen if one.text in texts]
        texts.insert(0, title)
    return together(texts)


def _looped(document: Document) -> str:
    """Say that speech recognition failed, and quote what it repeats."""
    said = shortened(document.text(document.sentences[0]), _LONGEST_LOOPED)
    return _long_enough(document, [headline(document), _phrase(document, "loop").format(said=said)])


def _little(document: Document) -> str:
    """Return what is known of a video of which nothing stands out, and then its words."""
    said = [document.text(one) for one in document.sentences[:_MOST_SAID]]
    kept = [
        text
        for text in dict.fromkeys(said)
        if (len(text.split()) > 2 or is_spaceless(text)) and not is_chore(text)  # noqa: PLR2004
    ]
    texts = [headline(document)]
    if document.says_little:
        texts.append(_phrase(document, "little" if said else "silent"))
    for text in kept:
        if sum(map(len, texts)) + len(text) < LONGEST // 2:
            texts.append(text)
    if not kept and said:
        texts.append(f"“{shortened(together(said), _LONGEST_LOOPED)}”.")
    return _long_enough(document, texts)


def _phrase(document: Document, name: str) -> str:
    return str(document.language.phrases[name])


def _long_enough(document: Document, texts: list[str]) -> str:
    """Say what a text rests on where it is shorter than a summary should be."""
    texts = [text for text in texts if text]
    more = [_phrase(document, "rests_on"), _phrase(document, "watch_it")]
    while more and len(together(texts)) < SHORTEST:
        texts.append(more.pop(0))
    text = together(texts)
    return text if len(text) <= LONGEST else shortened(text, LONGEST)


def together(texts: list[str]) -> str:
    """Return sentences as one text."""
    return " ".join(texts).replace("。 ", "。")
