"""Questions that an English speaker answers without asking them: "how light bends"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vidwiz_extractive.speech import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vidwiz_extractive.document import Document

_EMBEDDED = re.compile(
    r"\b(how|why)\s+((?:to\s|the\s|a\s|an\s|many\s|much\s)?[a-z][\w' \-]{12,80}?)(?=[,.;:?!]|$)",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"^((?:when|if)\s+[a-z][\w' \-]{14,80}?),", re.IGNORECASE)
_NO_CONDITION = re.compile(
    r"\b(?:did|had|was|were|say|want|wonder|look|think|hear|ask|curious|something|know|like|watch|"
    r"watching|goal|would|interested|need|see|understand|question|you)\b",
    re.IGNORECASE,
)
_ASKS_OTHERWISE = word_set(
    """
    is are was were do does did can could should will would might may must has have had to not
    many much long far often come about if in on i you it's that's this that it they
    """
)
"""Words after `how` or `why` with which the clause is no statement that could be explained."""
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|can|could|would|will|do|does|makes?|works?|learns?|changes?|"
    r"leads?|becomes?|means?|gives?|gets?|takes?|\w{3,}(?:ends|ects|ates|ifies|izes|ures))\b"
)
_ODD = re.compile(
    r"\b(?:that that|that \w+er|the the|bunch|kind of|sort of|quote|say)\b", re.IGNORECASE
)
_MOST_WORDS = 14  # of a clause; one with more is seldom one thought


def asked_clauses(document: Document) -> Iterator[tuple[str, str, str]]:
    """Yield the kind, the question and the clause of each that the video explains."""
    if document.language.code != "en":
        return
    for sentence in document.sentences:
        if not sentence.marked:
            continue
        text = document.text(sentence)
        for word, clause in _EMBEDDED.findall(text):
            asked = _asked(word.casefold(), clause)
            if asked and _is_sound(document, clause):
                yield *asked, clause
        match = _CONDITION.match(text)
        if match and not _NO_CONDITION.search(match[1]) and _is_sound(document, match[1]):
            condition = match[1][0].lower() + match[1][1:]
            yield "condition", f"What happens {condition}?", match[1]


def _asked(word: str, clause: str) -> tuple[str, str] | None:
    """Return kind and question of what stands after `how` or `why`, if it can be asked."""
    first = clause.split(maxsplit=1)[0].casefold()
    if word == "how" and first == "to":
        return "how to", f"How can one {clause[3:]}?"
    if first not in _ASKS_OTHERWISE and _VERB.search(clause):
        return "embedded", f"How does the video explain {word} {clause}?"
    return None


def _is_sound(document: Document, clause: str) -> bool:
    said = clause.split()
    return (
        len(said) <= _MOST_WORDS
        and said[-1].casefold() not in document.language.dangling
        and not _ODD.search(clause)
    )
