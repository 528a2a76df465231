"""Questions that could be asked about a video: its own, and those made of its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vidwiz_local.extractive.chores import is_chore
from vidwiz_local.extractive.document import topic
from vidwiz_local.extractive.english import ENGLISH
from vidwiz_local.extractive.made import of_clauses, of_phrases, quoting_phrases
from vidwiz_local.extractive.phrases import key_phrases
from vidwiz_local.extractive.question import ODD, Asked, leans, worth_of
from vidwiz_local.extractive.speech import is_spaceless
from vidwiz_local.extractive.summary import shortened
from vidwiz_local.extractive.terms import stem, surface_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vidwiz_local.extractive.document import Document
    from vidwiz_local.extractive.phrases import Phrase


_GENERIC_CHAPTER = re.compile(
    r"\W*(?:intro(?:duction)?|outro|recap|summary|conclusions?|final (?:words|thoughts)|"
    r"the end|end|start|credits?|thanks?.*|thank you.*|q ?& ?a|questions?|sponsor.*|ad|"
    r"overview|welcome|opening|closing|wrap(?:ping)?[ -]?up|next (?:time|steps?)|teaser|"
    r"preview|part \w+|chapter \w+|\d+|untitled.*|.*\bsponsor\b.*|einleitung|einführung|"
    r"fazit|schluss|zusammenfassung|introducción|conclusión|resumen|présentation)\W*",
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
        found += [*of_clauses(document, phrases), *of_phrases(document, phrases)]
    else:
        found += quoting_phrases(document, phrases)
    return found


def fallbacks(document: Document) -> Iterator[str]:
    """Yield questions that are true of any video, the more specific first."""
    wording = document.wording.phrases
    title = shortened(document.title, 50)
    if title:
        channel = shortened(document.channel, 24)
        if channel:
            yield wording.question_show.format(a=title, channel=channel)
        if document.says_little:
            yield wording.question_few_words.format(a=title)
        yield wording.question_before.format(a=title)
        for form in wording.question_about:
            yield form.format(a=title)
    yield from wording.question_plain


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
        if len(terms) < 2 or is_chore(text) or leans(document, text) or ODD.search(text):  # noqa: PLR2004
            continue
        first = text.split()[0].strip("¿").casefold().replace("’", "'")
        asks = first in wording.asking or is_spaceless(text)
        if wording.code == "en" and not asks:
            continue
        yield Asked(
            text + " ?" if wording.code == "fr" else text + "?",
            "spoken",
            terms,
            (0.75 if asks else 0.3)
            + 0.8 * worth_of(terms, phrases)
            - 0.004 * max(0, len(text) - 80),
        )


def _titled(document: Document) -> Iterator[Asked]:
    if not document.title:
        return
    name = topic(document.title)
    first = re.split(r"(?<=\?)\s", name)[0]
    terms = frozenset(document.terms_of_text(first))
    if first.endswith("?") and terms and not _foreign(document):
        yield Asked(first, "title", terms, 1.5 if not leans(document, first) else 0.6)
        return
    form = document.wording.phrases.question_title
    if document.wording.code != "en" or _foreign(document):
        yield Asked(form.format(a=shortened(first, 70)), "about 0", terms, 0.9)
        return
    if not document.says_little:
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
            text = name if not leans(document, name) else ""
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
