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
_TELLS = re.compile(
    r"(?:show\w*|explain\w*|see|understand\w*|figur\w+|describ\w+|talk\w*|demonstrat\w+|here's|is|"
    r"question of|wonder\w*|ask\w*)\b[^.,;:?!]{0,24}$",
    re.IGNORECASE,
)
"""What stands before "how to …" where the video tells it, and not what somebody learned."""
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
        for match in _EMBEDDED.finditer(text):
            asked = _asked(match[1].casefold(), match[2], text[: match.start()])
            if asked and _is_sound(document, match[2]):
                yield *asked, match[2]
        found = _CONDITION.match(text)
        if found and not _NO_CONDITION.search(found[1]) and _is_sound(document, found[1]):
            condition = found[1][0].lower() + found[1][1:]
            yield "condition", f"What happens {condition}?", found[1]


def _asked(word: str, clause: str, before: str) -> tuple[str, str] | None:
    """Return kind and question of what stands after `how` or `why`, if it can be asked."""
    first = clause.split(maxsplit=1)[0].casefold()
    if word == "how" and first == "to":
        tells = not before or _TELLS.search(before)
        return ("how to", f"How can one {clause[3:]}?") if tells else None
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
