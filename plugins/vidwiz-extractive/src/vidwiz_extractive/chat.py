"""Answers to questions: the sentences that speak of them, with the passages they are in."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

from vidwiz_extractive.chores import is_chore
from vidwiz_extractive.passages import best_passages
from vidwiz_extractive.ranking import ranked
from vidwiz_extractive.rendering import clock, shortened
from vidwiz_extractive.speech import is_spaceless, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz_extractive.document import Document

_QUOTES = 3
_GOOD_ENOUGH = 0.6  # of the best sentence's worth, for another one to be quoted too
_LONGEST_QUOTE = 320
_FEWEST_WORDS, _FEWEST_CHARACTERS = 4, 12  # fewer say nothing by themselves
_TIME = re.compile(r"\b(?:(\d{1,2}):)?(\d{1,3}):(\d{2})\b")
_ABOUT_ALL = re.compile(
    r"\b(?:summar|about|main (?:point|idea|topic)|key (?:point|idea|takeaway)|takeaway|tl;?dr|"
    r"overview|gist|zusammenfass|worum geht|résum|de quoi (?:parle|s'agit)|resum|riassu|"
    r"de qué (?:trata|habla)|о ч[её]м|özet|सार)|要約|まとめ|何の動画|总结|요약|لخص|ملخص|عن ماذا",
    re.IGNORECASE,
)
_OF_THE_VIDEO = re.compile(
    r"\b(?:the )?(?:video|summary|summari[sz]e|transcript|speaker|author|main)\b", re.IGNORECASE
)


def answer(document: Document) -> str:
    """Return what the video says on the question, or plainly that no word of it occurs."""
    phrases = document.language.phrases
    question = one_line(document.material.question)
    nothing = str(phrases["nothing"])
    if not document.speech.tokens:
        return nothing
    match = _TIME.search(question)
    if match:
        time = int(match[1] or 0) * 3600.0 + int(match[2]) * 60.0 + int(match[3])
        lead = str(phrases["at"]).format(time=clock(time))
        return _quoted(document, lead, _at(document, time))
    asked = _OF_THE_VIDEO.sub(" ", question)
    found = _best(document, asked)
    if found and not (_ABOUT_ALL.search(question) and not document.read.topics_of_text(asked)):
        return _quoted(document, str(phrases["says"]), found)
    if _ABOUT_ALL.search(question) or not document.read.all_of_text(asked):
        best = sorted(one.index for one in ranked(document)[:_QUOTES]) or [0]
        return _quoted(document, str(phrases["short"]), best)
    return nothing


def _best(document: Document, question: str) -> list[int]:
    """Return the sentences that answer best, best first, out of the three best passages."""
    passages = document.material.passages
    found = best_passages(passages, question, document.language.code)[:_QUOTES]
    homes = {passages.index(passage) for passage in found}
    telling = _telling(document, question)
    topics = document.read.topics_of_text(question) or telling.keys()
    scored = []
    stems = enumerate(zip(document.sentences, document.stems, strict=True))
    for index, (sentence, said) in stems:
        if document.speech.homes[sentence.start] in homes and not said.isdisjoint(topics):
            worth = sum(telling.get(term, 0.0) for term in said)
            scored.append((worth * _fitness(document, document.text(sentence)), -index))
    scored.sort(reverse=True)
    enough = scored[0][0] * _GOOD_ENOUGH if scored else 0.0
    return [-index for worth, index in scored[:_QUOTES] if worth >= enough]


def _telling(document: Document, question: str) -> dict[str, float]:
    """Return how much each word of a question tells: the more, the fewer sentences have it."""
    asked = frozenset(document.read.all_of_text(question))
    total = len(document.sentences)
    counts = Counter(term for stems in document.stems for term in stems & asked)
    return {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in counts.items()}


def _fitness(document: Document, text: str) -> float:
    """Return what a sentence is worth as an answer, by its form, 0 to 1."""
    fitness = 1.0
    if len(text.split()) < _FEWEST_WORDS and len(text) < _FEWEST_CHARACTERS:
        fitness *= 0.3
    if is_chore(text) or text.endswith(("?", "？", "؟")):
        fitness *= 0.6
    return fitness * (0.85 if document.leans(text) else 1.0)


def _at(document: Document, time: float) -> Sequence[int]:
    """Return the sentence that is said at a time, and the next."""
    spans = [(document.span(sentence), index) for index, sentence in enumerate(document.sentences)]
    nearest = min(spans, key=lambda item: max(item[0][0] - time, time - item[0][1], 0.0))[1]
    return range(nearest, min(nearest + 2, len(spans)))


def _quoted(document: Document, lead: str, indexes: Sequence[int]) -> str:
    """Return the sentences in quotes, each followed by the passage it begins in."""
    passages = document.material.passages
    quotes = []
    for index in indexes:
        home = document.speech.homes[document.sentences[index].start]
        text = shortened(document.text(document.sentences[index]), _LONGEST_QUOTE)
        left, right = ("「", "」") if is_spaceless(text) else ("“", "”")
        quotes.append(f"{left}{text}{right} [{passages[home].id}]")
    return " ".join(filter(None, [lead, *quotes]))
