"""The outline of speech without punctuation: its parts in the order of time, with their words."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from vidwiz_extractive.chores import is_chore
from vidwiz_extractive.phrases import Phrase, key_phrases
from vidwiz_extractive.ranking import overlap, ranked
from vidwiz_extractive.rendering import clock, shortened
from vidwiz_extractive.speech import is_spaceless, seconds
from vidwiz_extractive.topics import boundaries

if TYPE_CHECKING:
    from vidwiz_extractive.document import Document

_LONGEST_TITLE, _LONGEST_NAME = 160, 60
_MOST_PARTS = 8
_MOST_PHRASES = 4
_MOST_QUOTES = 2
_LONGEST_QUOTE = 140
_MOST_SAID = 40  # sentences; more have no room


def headline(document: Document) -> str:
    """Return title, channel and length, as far as they are known, in signs and no words."""
    title = shortened(document.title, _LONGEST_TITLE)
    channel = shortened(document.channel, _LONGEST_NAME)
    length = seconds(document.material.duration)
    named = f"“{title or channel}”" if title or channel else ""
    if title and channel:
        named = f"{named} – {channel}"
    timed = f"({clock(length)})" if length >= 1 else ""
    text = " ".join(filter(None, (named, timed)))
    return text + ("。" if text and is_spaceless(title) else "." if text else "")


def outline(document: Document, shortest: int, longest: int) -> str:
    """Return what the video is about, part by part, and at most two clauses that stand alone.

    It has at most `longest` characters; where it has fewer than `shortest`, all was quoted.
    """
    head = headline(document)
    text = ""
    for most in range(_MOST_PHRASES, 0, -1):
        listed = "; ".join(_part(*part) for part in _parts(document, most))
        text = " ".join(filter(None, (head, listed and listed + ".")))
        if len(text) <= longest:
            break
    text = shortened(text, longest)
    for quote in _quotes(document):
        if len(text) + len(quote) < longest:
            text = f"{text} {quote}"
    if len(text) < shortest:
        said = " ".join(document.text(one) for one in document.sentences[:_MOST_SAID])
        text = f"{text} “{shortened(said, longest - len(text) - 3)}”"
    return text.strip()


def _part(start: float, name: str, phrases: list[Phrase]) -> str:
    words = ", ".join(phrase.text for phrase in phrases)
    named = f"{shortened(name, _LONGEST_NAME)} ({words})" if name and words else name or words
    return f"{clock(start)} {named}"


def _parts(document: Document, most: int) -> list[tuple[float, str, list[Phrase]]]:
    """Return the parts with their phrases: the chapters, else where the words change."""
    starts = [(at, name) for at, name in document.chapters]
    if not starts:
        starts = [(document.span(document.sentences[at])[0], "") for at in boundaries(document)]
    while len(starts) > _MOST_PARTS:
        starts = starts[:1] + starts[1:-1:2] + starts[-1:] if len(starts) % 2 else starts[::2]
    parts = []
    used: set[str] = set()
    for (start, name), (end, _) in pairwise([*starts, (float("inf"), "")]):
        here = [s for s in document.sentences if start <= document.span(s)[0] < end]
        found = key_phrases(document, here, limit=3 * most)
        fresh = [one for one in found if not used & set(one.terms)] or found
        phrases = fresh[: most if not name else max(1, most - 2)]
        used |= {term for one in phrases for term in one.terms}
        if phrases or name:
            parts.append((start, name, phrases))
    return parts


def _quotes(document: Document) -> list[str]:
    """Return clauses that can be read alone, with their times."""
    chosen: list[tuple[float, str]] = []
    terms: list[frozenset[str]] = []
    for one in ranked(document):
        first = one.text.split(maxsplit=1)[0].casefold()
        if len(chosen) == _MOST_QUOTES or one.score <= 0:
            break
        if (
            len(one.text) > _LONGEST_QUOTE
            or not document.seems_to_begin(one.sentence.start)
            or document.leans(one.text)
            or first in document.language.fragile
            or is_chore(one.text)
            or any(overlap(one.terms, other) > 0.5 for other in terms)  # noqa: PLR2004 - half
        ):
            continue
        terms.append(one.terms)
        chosen.append((document.span(one.sentence)[0], one.text))
    return [f"“{text}” ({clock(at)})." for at, text in sorted(chosen)]
