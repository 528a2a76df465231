"""A video's words taken apart once: sentences, their terms, and what the terms weigh."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from vidwiz_extractive import languages, rendering, sentences
from vidwiz_extractive.chores import LEANING_START
from vidwiz_extractive.speech import heard, one_line, seconds
from vidwiz_extractive.terms import Terms, words

if TYPE_CHECKING:
    from vidwiz.plugin_api import Material
    from vidwiz_extractive.languages import Language
    from vidwiz_extractive.sentences import Sentence
    from vidwiz_extractive.speech import Speech

_PARTS = 10
_TITLE_ENDS = re.compile(
    r"\s+[|•·–—]\s+|\s+-\s+|\s*[(\[（【#]|:\s"
    r"|\s(?=(?:ep|episode|chapter|part|lecture|lesson|vol)\.?\s?#?\d)",
    re.IGNORECASE,
)
_SHORTEST_TOPIC = 8
_FEW, _SPARSE, _ENOUGH = 60, 0.5, 600
"""Characters of speech below which a video says little; how many a second, unless it has enough."""
_LONGEST_MEAN = 30
"""Tokens of a mean sentence above which a text counts as without punctuation; speech has 15."""
_OTHER = 0.3  # share of stop words that shows a sentence to be in another language
_LOOPED = 0.1
"""Share of runs of four words that are not repeated below which speech recognition looped."""
_FEWEST_LOOPED = 150  # tokens below which a text that repeats itself may be a song


def topic(title: str) -> str:
    """Return the part of a title that names its topic: `Tides | Lesson 4` -> `Tides`."""
    # The split takes the opening brackets away.
    parts = [part.strip(" )]）】") for part in _TITLE_ENDS.split(title) if part]
    return next((part for part in parts if len(part) >= _SHORTEST_TOPIC), title.strip())


class Document:
    """One material, read for one answer; nothing is kept between calls."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.title = one_line(material.title)
        self.channel = one_line(material.channel)
        self.chapters = sorted(
            (seconds(at), one_line(name)) for at, name in material.chapters if one_line(name)
        )
        self.speech: Speech = heard(material.passages)
        self.language: Language = languages.detect(
            self.speech.tokens or self.title.split(), material.language
        )
        self.read = Terms(self.language)

    @cached_property
    def sentences(self) -> list[Sentence]:
        """All sentences in the language that most of the text is in, in order."""
        found = sentences.find(self.speech, self.language)
        own = self.language.code
        counts = self._counts(0, len(self.speech.tokens))
        least = languages.share(counts, own) / 2
        others = [
            code
            for code in languages.CANDIDATES
            if code != own and languages.share(counts, code) > least
        ]
        if not others:
            return found
        return [one for one in found if not self._is_foreign(one, others)] or found

    def _counts(self, start: int, end: int) -> Counter[str]:
        return Counter(word for token in self.speech.tokens[start:end] for word in words(token))

    def _is_foreign(self, sentence: Sentence, others: list[str]) -> bool:
        """Say whether a sentence is plainly in one of the other languages."""
        said = self._counts(sentence.start, sentence.end)
        least = max(_OTHER, 2 * languages.share(said, self.language.code))
        return any(languages.share(said, code) > least for code in others)

    @cached_property
    def terms(self) -> list[list[str]]:
        """The terms of each sentence: stems of the words that carry a topic."""
        tokens = self.speech.tokens
        known = {token: self.read.of_token(token) for token in set(tokens)}
        return [
            [term for token in tokens[s.start : s.end] for term in known[token]]
            for s in self.sentences
        ]

    @cached_property
    def weights(self) -> dict[str, float]:
        """What each term weighs: said often, all over the video, and named by its author."""
        counts = Counter(term for terms in self.terms for term in terms)
        seen: dict[str, int] = {}
        total = len(self.terms) or 1
        for index, terms in enumerate(self.terms):
            part = 1 << (index * _PARTS // total)
            for term in terms:
                seen[term] = seen.get(term, 0) | part
        parts = min(_PARTS, total)
        sections = {term for _, name in self.chapters for term in self.read.of_text(name)}
        weights = {}
        for term, count in counts.items():
            weight = math.log1p(count) * (0.4 + 0.6 * seen[term].bit_count() / parts)
            named = 2.0 if term in self.title_terms else 1.4 if term in sections else 1.0
            weights[term] = weight * named
        return weights

    @cached_property
    def befores(self) -> dict[str, tuple[int, int]]:
        """How often each word stands behind an article, and how often it is said."""
        articles = self.language.articles
        found: dict[str, tuple[int, int]] = {}
        before = ""
        for token in self.speech.tokens:
            word = sentences.bare(token)
            after, total = found.get(word, (0, 0))
            found[word] = (after + (before in articles), total + 1)
            before = word
        return found

    @cached_property
    def title_terms(self) -> frozenset[str]:
        """The terms of what the title says the video is about."""
        return frozenset(self.read.of_text(topic(self.title)))

    @cached_property
    def is_punctuated(self) -> bool:
        """Say whether the text is in sentences that its author marked, most of the time."""
        marked = [s for s in self.sentences if s.marked]
        inside = sum(s.end - s.start for s in marked)
        tokens = sum(s.end - s.start for s in self.sentences)
        return inside * 2 > tokens and inside <= len(marked) * _LONGEST_MEAN

    @cached_property
    def says_little(self) -> bool:
        """Say whether there are hardly any words, for the whole video or for its length."""
        characters = sum(map(len, self.speech.tokens))
        sparse = min(_SPARSE * seconds(self.material.duration), _ENOUGH)
        return characters < max(_FEW, sparse)

    @cached_property
    def is_looped(self) -> bool:
        """Say whether speech recognition repeated the same words nearly all the time."""
        folded = [sentences.bare(token) for token in self.speech.tokens]
        runs = {tuple(folded[at : at + 4]) for at in range(len(folded) - 3)}
        heard = len(folded) + self.speech.repeated
        return heard > _FEWEST_LOOPED and len(runs) < _LOOPED * heard

    def seems_to_begin(self, at: int) -> bool:
        """Say whether a sentence begins at a token, as far as marks, pauses and words tell."""
        return (
            at == 0
            or at in self.speech.pauses
            or at in self.starts
            or sentences.opens(self.speech.tokens, at, self.language)
        )

    @cached_property
    def starts(self) -> frozenset[int]:
        """The tokens with which sentences begin that their author, or a line's end, marked."""
        lines = self.speech.lines if self.language.is_spaceless else frozenset[int]()
        return frozenset(one.start for one in self.sentences if one.marked or one.start in lines)

    @cached_property
    def stems(self) -> list[frozenset[str]]:
        """The stems of all words of each sentence."""
        tokens = self.speech.tokens
        known = {token: [self.read.stem(word) for word in words(token)] for token in set(tokens)}
        return [
            frozenset(stem for token in tokens[s.start : s.end] for stem in known[token])
            for s in self.sentences
        ]

    def span(self, sentence: Sentence) -> tuple[float, float]:
        """Return when a sentence begins and ends, in seconds."""
        return self.speech.times[sentence.start], self.speech.ends(sentence.end)

    def text(self, sentence: Sentence) -> str:
        """Return a sentence so that it can be read alone; of one whose end is guessed a clause."""
        tokens = self.speech.tokens[sentence.start : sentence.end]
        if sentence.marked:
            return rendering.sentence(tokens, self.language)
        return rendering.clause(tokens, self.language)

    def leans(self, text: str) -> bool:
        """Say whether a text begins with a word that points to what was said before it."""
        first = sentences.bare(text.split(maxsplit=1)[0]) if text.strip() else ""
        # Words of a script without spaces are not cut: there the beginning has to do.
        return (
            first in self.language.leaning
            or (self.language.is_spaceless and first.startswith(tuple(self.language.leaning)))
            or (self.language.code == "en" and LEANING_START.match(text) is not None)
        )
