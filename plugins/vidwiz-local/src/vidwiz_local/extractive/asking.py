"""Questions that could be asked about a video: its own, and those made of its words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz_local.extractive.document import topic
from vidwiz_local.extractive.english import ENGLISH
from vidwiz_local.extractive.phrases import key_phrases
from vidwiz_local.extractive.ranking import is_chore
from vidwiz_local.extractive.speech import is_spaceless
from vidwiz_local.extractive.summary import shortened
from vidwiz_local.extractive.terms import stem, surface_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vidwiz_local.extractive.document import Document
    from vidwiz_local.extractive.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the way it was made, its terms and its worth."""

    text: str
    kind: str
    terms: frozenset[str]
    score: float


_LEANING = re.compile(
    r"\b(?:this|these|those|it|its|it's|they|them|their|he|she|his|her|him|here|there|one|ones|i|"
    r"i'm|i've|me|my|mine|us|else|other|another|right|okay|guys|anyone|someone|somebody|now|that's|"
    r"earlier|again|too|also|going on|mean|happening|same|such|former|latter|doing)\b",
    re.IGNORECASE,
)
_THAT_AT_END = re.compile(
    r"\b(?:that|so)\W*$|^(?:\w+)(?:'s| is| was| does| did| are)? that\b", re.IGNORECASE
)
_EMBEDDED = re.compile(
    r"\b(how|why)\s+((?:to\s|the\s|a\s|an\s|many\s|much\s)?[a-z][\w' \-]{12,80}?)(?=[,.;:?!]|$)",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"^((?:when|if)\s+[a-z][\w' \-]{14,80}?),", re.IGNORECASE)
_NO_CONDITION = re.compile(
    r"\b(?:did|had|was|were|say|want|wonder|look|think|hear|ask|curious|something|know|like|watch|"
    r"watching|goal|would|interested|need|see|understand|question)\b",
    re.IGNORECASE,
)
_ODD = re.compile(
    r"\b(?:that that|that \w+er|the the|bunch|kind of|sort of|quote|say)\b", re.IGNORECASE
)
_GENERIC_CHAPTER = re.compile(
    r"\W*(?:intro(?:duction)?|outro|recap|summary|conclusions?|final (?:words|thoughts)|the end|end|start|"
    r"credits?|thanks?.*|thank you.*|q ?& ?a|questions?|sponsor.*|ad|overview|welcome|opening|closing|"
    r"wrap(?:ping)?[ -]?up|next (?:time|steps?)|teaser|preview|part \w+|chapter \w+|\d+|untitled.*|.*\bsponsor\b.*|"
    r"einleitung|einführung|fazit|schluss|zusammenfassung|introducción|conclusión|resumen|présentation)\W*",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(
    r"(?:how|why|what|who|where|when|which|is|are|can|do|does|should)\b", re.IGNORECASE
)


def candidates(document: Document) -> list[Asked]:
    """Return all questions that can be asked, in no order."""
    phrases = key_phrases(document)
    found = [*_spoken(document, phrases), *_titled(document), *_chaptered(document)]
    if document.wording.code == "en":
        found += [*_clauses(document, phrases), *_phrased(document, phrases)]
    else:
        found += _quoted(document, phrases)
    return found


def fallbacks(document: Document) -> Iterator[str]:
    """Yield questions that are true of any video, the more specific first."""
    wording = document.wording.phrases
    title = shortened(document.title, 50)
    if title:
        channel = shortened(document.channel, 24)
        if channel:
            yield wording.question_show.format(a=title, channel=channel)
        if len(document.speech.tokens) < _FEW_WORDS:
            yield wording.question_few_words.format(a=title)
        yield wording.question_before.format(a=title)
        for form in wording.question_about:
            yield form.format(a=title)
    yield from wording.question_plain


_FEW_WORDS = 60


def _worth(terms: frozenset[str], phrases: list[Phrase]) -> float:
    """Return how much terms are what the video is about, 0 to about 1.5."""
    worth = 0.0
    for rank, phrase in enumerate(phrases):
        shared = len(terms & set(phrase.terms)) / len(phrase.terms)
        worth += shared * (0.7 - 0.05 * rank)
    return min(worth, 1.5)


def _spoken(document: Document, phrases: list[Phrase]) -> Iterator[Asked]:
    """Yield questions that the video itself asks and that stand alone."""
    wording = document.wording
    for sentence in document.sentences:
        last = document.speech.tokens[sentence.end - 1]
        if not last.rstrip("\"'”’»").endswith(("?", "？", "؟")) and not last.endswith(
            ("か。", "か")
        ):
            continue
        text = document.polished(sentence.start, sentence.end).rstrip("\"'”’»").rstrip("?？؟。!.")
        terms = frozenset(document.terms_of_text(text))
        if len(terms) < 2 or is_chore(text) or _leans(document, text) or _ODD.search(text):  # noqa: PLR2004
            continue
        first = text.split()[0].strip("¿").casefold().replace("’", "'")
        asks = first in wording.asking or is_spaceless(text)
        if wording.code == "en" and not asks:
            continue
        yield Asked(
            text + " ?" if wording.code == "fr" else text + "?",
            "spoken",
            terms,
            (0.75 if asks else 0.3) + 0.8 * _worth(terms, phrases) - 0.004 * max(0, len(text) - 80),
        )


def _leans(document: Document, text: str) -> bool:
    """Say whether a question needs what was said before it to be understood."""
    plain = text.replace("’", "'")
    if document.wording.code == "en":
        return bool(_LEANING.search(plain) or _THAT_AT_END.search(plain) or "," in plain)
    words = [word.strip(",.;:¿?").casefold() for word in plain.split()]
    return any(word in document.wording.leaning for word in words) or (
        is_spaceless(text)
        and text.startswith(("これ", "それ", "あれ", "この", "その", "ここ", "では"))
    )


def _titled(document: Document) -> Iterator[Asked]:
    if not document.title:
        return
    name = topic(document.title)
    first = re.split(r"(?<=\?)\s", name)[0]
    terms = frozenset(document.terms_of_text(first))
    if first.endswith("?") and terms and not _foreign(document):
        yield Asked(first, "title", terms, 1.5 if not _leans(document, first) else 0.6)
        return
    form = document.wording.phrases.question_title
    if document.wording.code != "en" or _foreign(document):
        yield Asked(form.format(a=shortened(name, 70)), "title", terms, 0.9)
        return
    if len(document.speech.tokens) >= _FEW_WORDS:
        text = _asked_of(document, name)
        yield Asked(text, "title", terms, 0.65 if "“" in text else 1.2)


def _foreign(document: Document) -> bool:
    """Say whether the title seems to be in another language than what is said."""
    words = [word for token in document.title.split() for word in surface_words(token)]
    own = sum(word in document.wording.stop for word in words)
    english = sum(word in ENGLISH.stop for word in words)
    if document.wording.code == "en":
        return not any(char.isascii() and char.isalpha() for char in document.title)
    return english > own


def _asked_of(document: Document, name: str) -> str:
    """Turn an English title into a question about it."""
    name = shortened(name.rstrip(".! "), 75)
    lower = _small_start(document, name)
    match = re.match(r"(how|why|what|where|when)\s+(to\s+)?(.+)", name, re.IGNORECASE)
    if match:
        if match[2]:
            return (
                f"How can one {match[3]}?"
                if match[1].casefold() == "how"
                else (f"What does the video say about {lower}?")
            )
        return f"How does the video explain {lower}?"
    words = [word.casefold() for word in name.split()]
    if not {"is", "are", "was", "were", "can", "will", "has", "have"}.isdisjoint(words[1:4]):
        return f"Why does the video say that {lower}?"
    return f"What are the main points of “{name}”?"


def _small_start(document: Document, name: str) -> str:
    """Return a title so that it can stand within a sentence."""
    words = name.split()
    said = {token.strip(",.?!") for token in document.speech.tokens}
    title_case = sum(word[0].isupper() for word in words) * 2 > len(words) and len(words) > 1
    small = [
        word.lower()
        if word[1:].islower()
        and word[0].isupper()
        and (index == 0 or title_case)
        and _is_common(document, word, said)
        else word
        for index, word in enumerate(words)
    ]
    return " ".join(small)


def _is_common(document: Document, word: str, said: set[str]) -> bool:
    bare = word.strip(",.?!:;").lower()
    return (
        bare in document.wording.stop
        or bare in document.wording.vague
        or (
            bare in said
            and (document.is_lower_case or word.strip(",.?!") not in said or len(bare) > 3)  # noqa: PLR2004
        )
    )


def _chaptered(document: Document) -> Iterator[Asked]:
    """Yield questions about chapters that are named for what they treat."""
    form = document.wording.phrases.question_title
    for _, name in document.chapters:
        terms = frozenset(document.terms_of_text(name))
        if _GENERIC_CHAPTER.fullmatch(name) or not terms or is_chore(name):
            continue
        score = 0.8 + 0.1 * sum(min(document.weights.get(term, 0), 3.0) for term in terms) / len(
            terms
        )
        if name.endswith("?") and not _foreign(document):
            text = name if not _leans(document, name) else ""
            yield Asked(_small_question(document, text), "chapter", terms, score + 0.3)
        elif document.wording.code == "en" and _QUESTION_WORD.match(name):
            yield Asked(
                f"What does the video say about {_small_start(document, name)}?",
                "chapter",
                terms,
                score,
            )
        elif document.wording.code == "en":
            text = _of_chapter(document, shortened(name, 70))
            yield Asked(text, "chapter", terms, score)
        else:
            yield Asked(form.format(a=shortened(name, 70)), "chapter", terms, score)


def _of_chapter(document: Document, name: str) -> str:
    """Ask for a chapter: within the sentence where its name fits in, quoted where it may not."""
    small = _small_start(document, name)
    first, last = small.split()[0], small.split()[-1]
    if name.endswith("…") or not (
        first in {"the", "a", "an"} or first.endswith("ing") or last != stem(last)
    ):
        return f"What does the part called “{name}” explain?"
    return f"What does the video explain about {small}?"


def _small_question(document: Document, text: str) -> str:
    small = _small_start(document, text)
    return small[:1].upper() + small[1:]


def _clauses(document: Document, phrases: list[Phrase]) -> Iterator[Asked]:
    """Yield questions out of clauses such as "how light bends" and "when a wave meets a wall,"."""
    for sentence, terms in zip(document.sentences, document.terms, strict=True):
        if not terms or not sentence.marked:
            continue
        text = document.speech.text(sentence.start, sentence.end)
        for word, clause in _EMBEDDED.findall(text):
            yield from _embedded(document, word.casefold(), clause, phrases)
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
    first = clause.split()[0].casefold()
    if word == "how" and first == "to":
        yield from _clause(document, "how to", f"How can one {clause[3:]}?", phrases, clause)
    elif first not in _AUXILIARIES and _has_verb(clause):
        yield from _clause(
            document, "embedded", f"How does the video explain {word} {clause}?", phrases, clause
        )


_AUXILIARIES = frozenset(
    "is are was were do does did can could should would will might may must have has had to not "
    "many much long far often come about if in on i you it's that's this that it they".split()
)
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
    words = clause.split()
    if _ODD.search(clause) or is_chore(clause):
        return
    if (
        len(terms) < 2
        or _leans(document, clause)
        or words[-1].casefold() in document.wording.dangling
    ):  # noqa: PLR2004
        return
    if len(words) > 14:  # noqa: PLR2004 - a longer clause is seldom one thought
        return
    base = 0.3 if kind == "condition" else 0.45
    yield Asked(text, kind, terms, base + 0.8 * _worth(terms, phrases))


def _phrased(document: Document, phrases: list[Phrase]) -> Iterator[Asked]:
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
        yield Asked(
            f"What {verb} {subject}, and why {'do' if phrase.plural else 'does'} {pronoun} matter in the video?",
            "what",
            terms,
            worth,
        )
        yield Asked(f"What does the video explain about {subject}?", "about", terms, worth - 0.15)
        for other in phrases[rank + 1 : 7]:
            count = together[rank, phrases.index(other)]
            if count > 1 and not terms & set(other.terms):
                form = f"How are {subject} and {other.with_article} connected?"
                single = (len(phrase.terms) == 1) + (len(other.terms) == 1)
                named = len(document.title_terms & (terms | set(other.terms))) > 0
                score = worth + 0.02 * min(count, 8) - 0.14 * single + (0.1 if named else -0.1)
                yield Asked(form, "both", terms | set(other.terms), score)


def _quoted(document: Document, phrases: list[Phrase]) -> Iterator[Asked]:
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
