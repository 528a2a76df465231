"""Answers to questions: the sentences that speak of them, with the passages they are in."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz_local.extractive.chores import is_chore
from vidwiz_local.extractive.ranking import Ranked, ranked
from vidwiz_local.extractive.speech import one_line
from vidwiz_local.extractive.summary import clock, shortened
from vidwiz_local.extractive.terms import root

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz_local.extractive.document import Document

_QUOTES = 3
_SATURATION = 1.2
_COVERED = 0.4
"""The share of the question, by how telling its words are, that the transcript has to know."""
_LONGEST_QUOTE = 320
_TIME = re.compile(r"\b(?:(\d{1,2}):)?(\d{1,3}):(\d{2})\b")
_ABOUT_ALL = re.compile(
    r"\b(?:summar|about|main (?:point|idea|topic)|key (?:point|idea|takeaway)|takeaway|tl;?dr|"
    r"overview|gist|zusammenfass|worum geht|résum|de quoi (?:parle|s'agit)|resum|"
    r"de qué (?:trata|habla))|要約|まとめ|について|何の動画|لخص|ملخص|عن ماذا|يتحدث",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Quote:
    index: int
    score: float


def answer(document: Document) -> str:
    """Return what the video says on the question, or plainly that it says nothing."""
    phrases = document.wording.phrases
    question = one_line(document.material.question)
    if not document.speech.tokens:
        return phrases.chat_nothing
    time = _time_in(question)
    if time is not None:
        return _quoted(document, phrases.chat_at.format(time=clock(time)), _at(document, time))
    roots = _roots(document, question)
    best = _best(document, roots)
    if best:
        return _quoted(document, phrases.chat_says, best)
    if not roots or _ABOUT_ALL.search(question):
        return _quoted(document, phrases.chat_about, _main(document))
    return phrases.chat_nothing


def _time_in(question: str) -> float | None:
    match = _TIME.search(question)
    if not match:
        return None
    return int(match[1] or 0) * 3600.0 + int(match[2]) * 60.0 + int(match[3])


def _roots(document: Document, question: str) -> set[str]:
    """Return what the question asks for, without words that ask about the video as a whole."""
    about = {
        "video",
        "summary",
        "summarize",
        "summarise",
        "transcript",
        "speaker",
        "author",
        "main",
    }
    return {root(term) for term in document.terms_of_text(question) if term not in about}


def _best(document: Document, roots: set[str]) -> list[int]:
    """Return the sentences that answer best, by BM25, or none where too little of it is said."""
    texts = [Counter(root(term) for term in terms) for terms in document.terms]
    total = len(texts)
    found = Counter(word for text in texts for word in text.keys() & roots)
    telling = {word: math.log(1 + (total + 0.5) / (found[word] + 0.5)) for word in roots}
    asked = sum(telling.values())
    known = sum(telling[word] for word in roots if found[word])
    if not asked or known / asked < _COVERED:
        return []
    scored = [
        _Quote(index, _bm25(document, index, text, telling))
        for index, text in enumerate(texts)
        if not roots.isdisjoint(text)
    ]
    scored.sort(key=lambda quote: (-quote.score, quote.index))
    return _chosen(document, scored)


def _bm25(document: Document, index: int, text: Counter[str], telling: dict[str, float]) -> float:
    sentence = document.sentences[index]
    length = 0.6 + 0.4 * (sentence.end - sentence.start) / 16
    score = sum(
        worth * text[word] * (_SATURATION + 1) / (text[word] + _SATURATION * length)
        for word, worth in telling.items()
    )
    rendered = document.speech.text(sentence.start, sentence.end)
    if is_chore(rendered) or rendered.endswith(("?", "？", "؟")):
        score *= 0.5
    return score


def _chosen(document: Document, scored: Sequence[_Quote]) -> list[int]:
    chosen: list[int] = []
    texts: set[str] = set()
    for quote in scored:
        text = _text(document, quote.index)
        if len(text.split()) < 4 and len(text) < 12:  # noqa: PLR2004 - says nothing by itself
            continue
        if quote.score < scored[0].score * 0.55 or len(chosen) == _QUOTES:
            break
        if text.casefold() not in texts:
            texts.add(text.casefold())
            chosen.append(quote.index)
    return sorted(chosen)


def _at(document: Document, time: float) -> list[int]:
    spans = [(document.span(sentence), index) for index, sentence in enumerate(document.sentences)]
    nearest = min(spans, key=lambda item: max(item[0][0] - time, time - item[0][1], 0.0))[1]
    return list(range(nearest, min(nearest + 2, len(spans))))


def _main(document: Document) -> list[int]:
    best: list[Ranked] = ranked(document)[:_QUOTES]
    return sorted(one.index for one in best) or [0]


def _text(document: Document, index: int) -> str:
    sentence = document.sentences[index]
    return document.polished(sentence.start, sentence.end)


def _quoted(document: Document, lead: str, indexes: Sequence[int]) -> str:
    """Return the sentences in quotes, each followed by the passage it begins in."""
    passages = document.material.passages
    quotes = []
    for index in indexes:
        home = document.speech.homes[document.sentences[index].start]
        text = shortened(_text(document, index), _LONGEST_QUOTE)
        quotes.append(f"“{text}” [{passages[home].id}]")
    return " ".join([lead, *quotes])
