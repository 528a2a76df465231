"""Answers to questions: the sentences that speak of them, with the passages they are in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vidwiz_extractive.chores import is_chore
from vidwiz_extractive.passages import best_passages
from vidwiz_extractive.ranking import ranked
from vidwiz_extractive.rendering import clock, shortened
from vidwiz_extractive.speech import is_spaceless, one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from vidwiz_extractive.document import Document

_QUOTES = 3
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
    """Return the best sentence of each of the three best passages, in the order of time."""
    passages = document.material.passages
    found = best_passages(passages, question, document.language.code)[:_QUOTES]
    homes = {passages.index(passage) for passage in found}
    asked = document.read.topics_of_text(question) or {*document.read.all_of_text(question)}
    best: dict[int, tuple[float, int]] = {}
    for index, sentence in enumerate(document.sentences):
        home = document.speech.homes[sentence.start]
        if home in homes:
            worth = _worth(document, index, asked)
            best[home] = max(best.get(home, (-9.0, -1)), (worth, -index))
    return sorted(-index for _, index in best.values())


def _worth(document: Document, index: int, asked: Collection[str]) -> float:
    text = document.text(document.sentences[index])
    said = set(document.read.all_of_text(text))
    worth = len(said.intersection(asked)) + 0.02 * min(len(document.terms[index]), 10)
    if len(text.split()) < _FEWEST_WORDS and len(text) < _FEWEST_CHARACTERS:
        worth -= 2
    if document.leans(text):
        worth -= 0.3
    if is_chore(text) or text.endswith(("?", "？", "؟")):
        worth -= 0.5
    return worth


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
