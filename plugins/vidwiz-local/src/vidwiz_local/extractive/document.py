"""A video's words taken apart once: sentences, their terms, and what the terms weigh."""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from vidwiz_local.extractive import languages, sentences
from vidwiz_local.extractive.speech import heard, joined, one_line, seconds
from vidwiz_local.extractive.terms import stem, surface_words

if TYPE_CHECKING:
    from vidwiz.plugin_api import Material
    from vidwiz_local.extractive.sentences import Sentence
    from vidwiz_local.extractive.speech import Speech
    from vidwiz_local.extractive.wording import Wording

_PARTS = 10
_CLOSING = ".!?…。！？؟।۔"
_CLOSERS = "\"'”’»)]」』）"
_NOT_WORDS = " \"'“”„‘’«»()[]「」『』（）【】<>,;:.!?…–—-·•*_#/|"
_TRIMMED = " ,;:–—-·•、،؛/|"
_PAIRS = (("“", "”"), ("„", "“"), ("«", "»"), ("(", ")"), ("[", "]"), ("「", "」"), ("（", "）"))


_TITLE_ENDS = re.compile(
    r"\s+[|•·–—]\s+|\s+-\s+|\s*[(\[（【#]|:\s"
    r"|\s(?=(?:ep|episode|chapter|part|lecture|lesson|vol)\.?\s?#?\d)",
    re.IGNORECASE,
)
_SHORTEST_TOPIC = 8
_FEW, _SPARSE = 60, 0.5
"""Characters of speech, and characters a second, below which a video says little."""


def topic(title: str) -> str:
    """Return the part of a title that names its topic: `Tides | Lesson 4` -> `Tides`."""
    parts = [part.strip() for part in _TITLE_ENDS.split(title) if part and part.strip()]
    return next((part for part in parts if len(part) >= _SHORTEST_TOPIC), title.strip())


class Document:
    """One material, read for one answer; nothing is kept between calls."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.title = one_line(material.title)
        self.channel = one_line(material.channel)
        self.chapters = [(at, one_line(name)) for at, name in material.chapters if one_line(name)]
        self.speech: Speech = heard(material.passages)
        self.wording: Wording = languages.wording_of(
            self.speech.tokens or self.title.split(), material.language
        )
        self._known: dict[str, tuple[str, ...]] = {}

    @cached_property
    def sentences(self) -> list[Sentence]:
        """All sentences, in order."""
        return sentences.split(self.speech, self.wording)

    @cached_property
    def terms(self) -> list[list[str]]:
        """The terms of each sentence: stems of the words that carry a topic."""
        tokens = self.speech.tokens
        known = {token: self.terms_of(token) for token in set(tokens)}
        return [
            [term for token in tokens[s.start : s.end] for term in known[token]]
            for s in self.sentences
        ]

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each term is said."""
        return Counter(term for terms in self.terms for term in terms)

    @cached_property
    def spread(self) -> dict[str, float]:
        """In what share of the video's tenths each term is said."""
        seen: dict[str, int] = {}
        total = len(self.terms) or 1
        for index, terms in enumerate(self.terms):
            part = 1 << (index * _PARTS // total)
            for term in terms:
                seen[term] = seen.get(term, 0) | part
        parts = min(_PARTS, total)
        return {term: bits.bit_count() / parts for term, bits in seen.items()}

    @cached_property
    def weights(self) -> dict[str, float]:
        """What each term weighs: said often, all over the video, and named by its author."""
        named = self.title_terms
        sections = {term for _, name in self.chapters for term in self.terms_of_text(name)}
        weights = {}
        for term, count in self.counts.items():
            weight = math.log1p(count) * (0.4 + 0.6 * self.spread[term])
            factor = 2.0 if term in named else 1.4 if term in sections else 1.0
            weights[term] = weight * factor
        return weights

    @cached_property
    def title_terms(self) -> set[str]:
        """The terms of what the title says the video is about."""
        return set(self.terms_of_text(topic(self.title)))

    @cached_property
    def is_lower_case(self) -> bool:
        """Whether captions are without capitals, so that names have lost theirs."""
        tokens = self.speech.tokens
        capitals = sum(1 for token in tokens if token[0].isupper() and token[0] != "I")
        return capitals * 100 < len(tokens)

    @cached_property
    def is_punctuated(self) -> bool:
        """Say whether most sentences end with a mark, so that one without is only part of one."""
        return sum(sentence.marked for sentence in self.sentences) * 2 > len(self.sentences)

    @cached_property
    def says_little(self) -> bool:
        """Say whether there are hardly any words, for the whole video or for its length."""
        characters = sum(map(len, self.speech.tokens))
        return characters < max(_FEW, _SPARSE * seconds(self.material.duration))

    @cached_property
    def names(self) -> dict[str, str]:
        """Words that the title writes with a capital within a sentence, by their small form."""
        words = self.title.split()
        if sum(word[0].islower() for word in words) < len(words) / 2:
            return {}
        return {
            word.rstrip(_CLOSERS + _CLOSING + ",;:").casefold(): word.rstrip(
                _CLOSERS + _CLOSING + ",;:"
            )
            for before, word in itertools.pairwise(words)
            if word[0].isupper() and before[-1].isalnum() and before[0].islower()
        }

    @cached_property
    def _not_terms(self) -> frozenset[str]:
        wording = self.wording
        return wording.stop if wording.code == "ja" else wording.stop | wording.vague

    def terms_of(self, token: str) -> tuple[str, ...]:
        """Return the terms of one token."""
        known = self._known.get(token)
        if known is None:
            stop = self._not_terms
            known = self._known[token] = tuple(
                stem(word)
                for word in surface_words(token)
                if word not in stop
                and not word.isdecimal()
                and (len(word) > 1 or word > "\u0370")
                and word.removesuffix("'s") not in stop
            )
        return known

    def terms_of_text(self, text: str) -> list[str]:
        """Return the terms of a text that is not part of the speech."""
        return [term for token in text.split() for term in self.terms_of(token)]

    def span(self, sentence: Sentence) -> tuple[float, float]:
        """Return when a sentence begins and ends, in seconds."""
        return self.speech.times[sentence.start], self.speech.ends(sentence.end)

    def polished(self, start: int, end: int) -> str:
        """Return tokens as a sentence: no leading "so", nothing dangling, capital and full stop.

        Where nothing marks the ends of sentences, those that were found get their mark here.
        """
        inner = self.starts[bisect_right(self.starts, start) : bisect_left(self.starts, end)]
        ends = [*inner, end]
        parts = [self._polished(a, b) for a, b in zip([start, *inner], ends, strict=True)]
        return joined([part for part in parts if part])

    @cached_property
    def starts(self) -> list[int]:
        """The tokens at which sentences begin."""
        return [sentence.start for sentence in self.sentences]

    def _polished(self, start: int, end: int) -> str:
        tokens = self.speech.tokens[start:end]
        tokens = tokens[self._leading(tokens) :]
        if not tokens:
            return ""
        if tokens[-1].rstrip(_CLOSERS)[-1:] not in tuple(_CLOSING):
            tokens = self.without_dangling(tokens)
        if self.is_lower_case:
            tokens = [self._cased(token) for token in tokens]
        return finished(joined(tokens))

    def opens_with(self, sentence: Sentence, words: tuple[str, ...]) -> bool:
        """Say whether a sentence may begin with one of these words once it is polished."""
        # What is looked at decides how much of the start is dropped, so no more is cut off here.
        tokens = self.speech.tokens[sentence.start : sentence.end]
        first = tokens[self._leading(tokens)]
        return first.lstrip(_NOT_WORDS).casefold().startswith(words)

    def _leading(self, tokens: list[str]) -> int:
        """Return how many tokens at the start only lead over from what was said before."""
        count = 0
        while count + 3 < len(tokens):
            bare = tokens[count].strip(",.…-–—").casefold()
            if bare not in self.wording.leading and bare:
                break
            if bare == "then" and count == 0 and not tokens[0].endswith(","):
                break
            count += 1
        return count

    def without_dangling(self, tokens: list[str]) -> list[str]:
        """Return tokens without the words at their end that wait for another one."""
        end = len(tokens)
        while end > 1 and tokens[end - 1].strip(_TRIMMED).casefold() in self.wording.dangling:
            end -= 1
        return tokens[:end]

    def _cased(self, token: str) -> str:
        lone = token[:1] == "i" and token[1:2] in ("", ",", "'", "’")
        if self.wording.code == "en" and lone:
            return "I" + token[1:]
        bare = token.rstrip(".,;:?!")
        return self.names.get(bare, bare) + token[len(bare) :]


def finished(text: str) -> str:
    """Return `text` with a capital at its start and an end, and without half a pair of quotes."""
    text = text.strip(_TRIMMED)
    for opening, closing in _PAIRS:
        if opening in "“„" and (opening == "„") != ("„" in text):
            continue
        if text.count(opening) != text.count(closing):
            text = text.replace(opening, "").replace(closing, "")
    if text.count('"') % 2:
        text = text.replace('"', "")
    text = " ".join(text.split()).strip(_TRIMMED)
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    if text.rstrip(_CLOSERS)[-1:] in tuple(_CLOSING):
        return text
    return text + ("。" if text[-1] >= "\u3040" and text[-1] < "\uac00" else ".")
