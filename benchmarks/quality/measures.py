"""What is measured of a text, each with a reference that the writer does not use."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

import pysbd

from vidwiz_extractive.speech import word_set

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vidwiz.plugin_api import Segment

_SPACELESS = "\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_SPACELESS}]|(?:(?![{_SPACELESS}])[\w'\u0300-\u036f\u064b-\u0652])+")
_FILLERS = word_set(
    """
    um umm uh er erm mm äh ähm euh eh
    """
)
_PHRASE_FILLERS = {("you", "know"), ("i", "mean"), ("kind", "of"), ("sort", "of")}
_LEADING = word_set(
    """
    so and but or well now okay ok then also however actually alright right yeah again und aber
    also nun ja gut dann et mais donc alors bon ok eh y pero entonces bueno ahora و ف ثم لكن
    ولكن إذا اذا حسنا
    """
)
"""Words that lead over from the sentence before: leaving them out makes no half sentence."""
_UNRESOLVED = word_set(
    """
    this that these those it its it's that's he she they he's she's they're his her their so and
    but or because then also which here there here's there's such thus again das dies diese
    dieser dieses er sie es und aber also denn dann dabei damit ce cela ça c'est il elle ils
    elles et mais donc car alors puis esto eso este esta estos estas y pero entonces porque هذا
    هذه ذلك تلك هو هي هم وهذا وهذه لكن ولكن ثم لأن
    """
)
_UNRESOLVED_STARTS = ("これ", "それ", "あれ", "この", "その", "しかし", "でも", "そして", "だから")
_RUN = 4
_SPACELESS_RUN = 8
_CLOCK = re.compile(r"(?<![\d:])(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?![\d:])")


def words(text: str) -> list[str]:
    """Return the words of a text, folded; of scripts without spaces the characters."""
    said = _raw_words(text)
    return [said[at] for at in _kept(said)]


def _raw_words(text: str) -> list[str]:
    found = _WORD.findall(text.casefold().replace("’", "'"))
    return [word for one in found if (word := one.strip("'"))]


def _kept(said: Sequence[str]) -> list[int]:
    """Return the places of words that neither only fill nor repeat the one before."""
    kept: list[int] = []
    for at, word in enumerate(said):
        pair = (word, said[at + 1] if at + 1 < len(said) else "")
        before = (said[at - 1] if at else "", word)
        fills = word in _FILLERS or pair in _PHRASE_FILLERS or before in _PHRASE_FILLERS
        if not fills and not (kept and said[kept[-1]] == word):
            kept.append(at)
    return kept


class Reference:
    """The whole speech of a video in sentences, cut by pysbd."""

    def __init__(self, segments: Sequence[Segment], language: str) -> None:
        self._segments = segments
        self._language = language if language in pysbd.languages.LANGUAGE_CODES else "en"
        said: list[str] = []
        times: list[float] = []
        for segment in segments:
            here = _raw_words(segment.text)
            step = segment.duration / (len(here) or 1)
            said += here
            times += [segment.offset + step * index for index in range(len(here))]
        self._kept = _kept(said)
        self.words = [said[at] for at in self._kept]
        self.times = [times[at] for at in self._kept]
        self._places: dict[tuple[str, ...], list[int]] = {}
        for at in range(len(self.words) - 2):
            self._places.setdefault(tuple(self.words[at : at + 3]), []).append(at)

    @cached_property
    def bounds(self) -> frozenset[int]:
        """The words before which a sentence begins, and the end."""
        # In pieces, as pysbd takes four times as long for twice the text.
        cutter = pysbd.Segmenter(language=self._language, clean=False)
        found, at = {0}, 0
        piece = ""
        for segment in (*self._segments, None):
            piece = f"{piece} {segment.text}" if segment else piece
            if segment and (len(piece) < 3000 or segment.text.rstrip()[-1:] not in ".?!。؟"):
                continue
            for sentence in cutter.segment(piece.strip()):
                at += len(_raw_words(sentence))
                found.add(bisect_left(self._kept, at))
            piece = ""
        return frozenset(found)

    def is_whole(self, text: str) -> bool:
        """Say whether a text is one or more whole sentences, words that lead over left out."""
        cutter = pysbd.Segmenter(language=self._language, clean=False)
        return self._is_one(text) or all(map(self._is_one, cutter.segment(text)))

    def begins_whole(self, text: str) -> bool:
        """Say whether a text begins where a sentence does."""
        return any(map(self._begins, self._places.get(tuple(words(text)[:3]), ())))

    def _is_one(self, text: str) -> bool:
        said = words(text)
        return any(
            self._begins(at) and at + len(said) in self.bounds
            for at in self._places.get(tuple(said[:3]), ())
            if self.words[at : at + len(said)] == said
        )

    def _begins(self, at: int) -> bool:
        while at > 0 and at not in self.bounds and self.words[at - 1] in _LEADING:
            at -= 1
        return at in self.bounds

    def moments(self, text: str) -> list[float]:
        """Return when the runs of words of a text are said, in seconds, and the times it names."""
        said = words(text)
        size = _SPACELESS_RUN if len(said) > len(text) / 2 else _RUN
        runs = {tuple(said[at : at + size]) for at in range(len(said) - size + 1)}
        found = [
            self.times[at]
            for at in range(len(self.words) - size + 1)
            if tuple(self.words[at : at + size]) in runs
        ]
        for hours, minutes, seconds in _CLOCK.findall(text):
            found.append(int(hours or 0) * 3600.0 + int(minutes) * 60 + int(seconds))
        return found

    def covered_thirds(self, text: str) -> float:
        """Return in how many of the thirds of the speech a text finds something, 0 to 1."""
        end = self.times[-1] + 1
        limits = [end / 3, end * 2 / 3]
        return len({bisect_right(limits, time) for time in self.moments(text) if time < end}) / 3


def stands_alone(sentence: str) -> bool:
    """Say whether a first sentence is whole and leans on nothing before it."""
    said = words(sentence)
    letter = next((char for char in sentence if char.isalnum()), "")
    return (
        len(said) > 2
        and said[0] not in _UNRESOLVED
        and not letter.islower()
        and not sentence.lstrip(' “「«"').startswith(_UNRESOLVED_STARTS)
        and sentence.rstrip(' ”」»"')[-1:] in tuple(".?!。؟！？")
        and not sentence.rstrip().endswith("...")
    )


def first_sentence(text: str, language: str) -> str:
    known = language if language in pysbd.languages.LANGUAGE_CODES else "en"
    return str(pysbd.Segmenter(language=known, clean=False).segment(text)[0]).strip()


def is_template(question: str, sources: Iterable[str]) -> bool:
    """Say whether less than half of a question's words are one run of what the video says."""
    said = words(question)
    texts = [" ".join(["", *words(source), ""]) for source in sources]
    longest = max(
        (
            end - start
            for start in range(len(said))
            for end in range(start + 1, len(said) + 1)
            if any(f" {' '.join(said[start:end])} " in text for text in texts)
        ),
        default=0,
    )
    return longest * 2 < len(said)
