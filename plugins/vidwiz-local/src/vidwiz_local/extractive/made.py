"""Questions made of a video's words: of its clauses and of its key phrases."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from vidwiz_local.extractive.chores import is_chore
from vidwiz_local.extractive.question import ODD, Asked, leans, worth_of
from vidwiz_local.extractive.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vidwiz_local.extractive.document import Document
    from vidwiz_local.extractive.phrases import Phrase

_EMBEDDED = re.compile(
    r"\b(how|why)\s+((?:to\s|the\s|a\s|an\s|many\s|much\s)?[a-z][\w' \-]{12,80}?)(?=[,.;:?!]|$)",
    re.IGNORECASE,
)
_ASKS = re.compile(r"[hH][oO][wW]|[wW][hH][yY]")
_CONDITION = re.compile(r"^((?:when|if)\s+[a-z][\w' \-]{14,80}?),", re.IGNORECASE)
_NO_CONDITION = re.compile(
    r"\b(?:did|had|was|were|say|want|wonder|look|think|hear|ask|curious|something|know|like|watch|"
    r"watching|goal|would|interested|need|see|understand|question)\b",
    re.IGNORECASE,
)


def of_clauses(document: Document, phrases: list[Phrase]) -> Iterator[Asked]:
    """Yield questions out of clauses such as "how light bends" and "when a wave meets a wall,"."""
    for sentence, terms in zip(document.sentences, document.terms, strict=True):
        if not terms or not sentence.marked:
            continue
        text = document.speech.text(sentence.start, sentence.end)
        for word, clause in _EMBEDDED.findall(text) if _ASKS.search(text) else ():
            yield from _embedded(document, word.casefold(), clause, phrases)
        match = None
        if document.opens_with(sentence, ("when", "if")):
            match = _CONDITION.match(document.polished(sentence.start, sentence.end))
        if match and not _NO_CONDITION.search(match[1]):
            yield from _clause(
                document,
                "condition",
                f"What happens {match[1][0].lower()}{match[1][1:]}?",
                phrases,
                match[1],
            )


def _embedded(document: Document, word: str, clause: str, phrases: list[Phrase]) -> Iterator[Asked]:
    first = clause.split(maxsplit=1)[0].casefold()
    if word == "how" and first == "to":
        yield from _clause(document, "how to", f"How can one {clause[3:]}?", phrases, clause)
    elif first not in _AUXILIARIES and _has_verb(clause):
        yield from _clause(
            document, "embedded", f"How does the video explain {word} {clause}?", phrases, clause
        )


_AUXILIARIES = words(
    """
    is are was were do does did can could should would will might may must have has had to
    not many much long far often come about if in on i you it's that's this that it they
    """
)
_FEWEST_TERMS, _MOST_WORDS = 2, 14
"""A clause with fewer terms asks for nothing; one with more words is seldom one thought."""
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|can|could|would|will|do|does|makes?|works?|learns?|changes?|"
    r"leads?|becomes?|means?|gives?|gets?|takes?|\w{3,}(?:ends|ects|ates|ifies|izes|ures))\b"
)


def _has_verb(clause: str) -> bool:
    return _VERB.search(clause) is not None


def _clause(
    document: Document, kind: str, text: str, phrases: list[Phrase], clause: str
) -> Iterator[Asked]:
    terms = frozenset(document.terms_of_text(clause))
    said = clause.split()
    if ODD.search(clause) or is_chore(clause) or leans(document, clause):
        return
    if said[-1].casefold() in document.wording.dangling:
        return
    if len(terms) < _FEWEST_TERMS or len(said) > _MOST_WORDS:
        return
    base = 0.3 if kind == "condition" else 0.45
    yield Asked(text, kind, terms, base + 0.8 * worth_of(terms, phrases))


def of_phrases(document: Document, phrases: list[Phrase]) -> Iterator[Asked]:
    """Yield English questions about key phrases and about what is said of two together."""
    together = _together(document, phrases)
    for rank, phrase in enumerate(phrases):
        terms = frozenset(phrase.terms)
        worth = (
            0.85
            - 0.05 * rank
            - (0.2 if len(terms) == 1 and not terms & document.title_terms else 0.0)
        )
        verb, pronoun = ("are", "they") if phrase.plural else ("is", "it")
        subject = phrase.with_article
        why = f"why {'do' if phrase.plural else 'does'} {pronoun} matter in the video?"
        yield Asked(f"What {verb} {subject}, and {why}", "what", terms, worth)
        yield Asked(f"What does the video explain about {subject}?", "about", terms, worth - 0.15)
        for other in phrases[rank + 1 : 7]:
            count = together[rank, phrases.index(other)]
            if count > 1 and not terms & set(other.terms):
                form = f"How are {subject} and {other.with_article} connected?"
                single = (len(phrase.terms) == 1) + (len(other.terms) == 1)
                named = len(document.title_terms & (terms | set(other.terms))) > 0
                score = worth + 0.02 * min(count, 8) - 0.14 * single + (0.1 if named else -0.1)
                yield Asked(form, "both", terms | set(other.terms), score)


def quoting_phrases(document: Document, phrases: list[Phrase]) -> Iterator[Asked]:
    """Yield questions that quote key phrases, which fits any grammar."""
    forms = document.wording.phrases
    together = _together(document, phrases)
    for rank, phrase in enumerate(phrases):
        terms = frozenset(phrase.terms)
        for index, form in enumerate(forms.question_about):
            yield Asked(
                form.format(a=phrase.text),
                f"about {index}",
                terms,
                0.8 - 0.06 * rank - 0.05 * index,
            )
        for other in phrases[rank + 1 :]:
            count = together[rank, phrases.index(other)]
            if count > 1 and not terms & set(other.terms):
                text = forms.question_both.format(a=phrase.text, b=other.text)
                yield Asked(text, "both", terms | set(other.terms), 0.85 - 0.06 * rank)


def _together(document: Document, phrases: list[Phrase]) -> Counter[tuple[int, int]]:
    """Count in how many sentences two phrases are said together."""
    counts: Counter[tuple[int, int]] = Counter()
    wanted = [set(phrase.terms) - {"of", "de"} for phrase in phrases]
    known = set().union(*wanted)
    for terms in document.terms:
        present = known.intersection(terms)
        if len(present) > 1:
            inside = [i for i, need in enumerate(wanted) if need <= present]
            counts.update((a, b) for a in inside for b in inside if a < b)
    return counts
