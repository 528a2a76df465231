"""The summary: sentences of the video in its order, filled up honestly where it says too little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz_local.extractive.chores import is_chore
from vidwiz_local.extractive.document import finished
from vidwiz_local.extractive.ranking import overlap, ranked
from vidwiz_local.extractive.speech import is_spaceless, seconds

if TYPE_CHECKING:
    from vidwiz_local.extractive.document import Document
    from vidwiz_local.extractive.ranking import Ranked

SHORTEST, LONGEST = 200, 800
_WANTED = 560
_MOST_SENTENCES = 6
_SAME = 0.7
_MOST_SAID = 400
_GOOD_ENOUGH, _ENOUGH = 0.4, 320
"""From this length on only sentences of this worth are added."""


def summary(document: Document) -> str:
    """Return 200 to 800 characters of whole sentences."""
    chosen = _chosen(document)
    if sum(len(one.text) + 1 for one in chosen) > SHORTEST:
        return _together([one.text for one in sorted(chosen, key=lambda one: one.index)])
    return _filled(document, _all_said(document))


def _chosen(document: Document) -> list[Ranked]:
    """Return sentences that are good, unlike each other, and from all over the video."""
    pool = ranked(document)
    chosen: list[Ranked] = []
    length = 0
    while pool and length < _wanted(document) and len(chosen) < _MOST_SENTENCES:
        best = max(pool, key=lambda one: one.score - _redundancy(document, one, chosen))
        pool.remove(best)
        if length + len(best.text) + 1 > LONGEST or (
            chosen and best.score < _GOOD_ENOUGH and length > _ENOUGH
        ):
            continue
        if any(_is_same(best, other) for other in chosen):
            continue
        chosen.append(best)
        length += len(best.text) + 1
    return chosen


def _wanted(document: Document) -> int:
    """Return the length to aim at; scripts without spaces say more in a character."""
    return _WANTED // 2 if document.wording.code == "ja" else _WANTED


def _is_same(one: Ranked, other: Ranked) -> bool:
    return one.text.casefold() == other.text.casefold() or (
        overlap(one.terms, other.terms) > _SAME and min(len(one.terms), len(other.terms)) > 2  # noqa: PLR2004
    )


def _redundancy(document: Document, one: Ranked, chosen: list[Ranked]) -> float:
    """Return how much is lost by choosing a sentence like, or next to, chosen ones."""
    total = len(document.sentences)
    alike = max((overlap(one.terms, other.terms) for other in chosen), default=0.0)
    near = sum(1 for other in chosen if abs(one.index - other.index) < total * 0.12)
    follows = any(one.index == other.index + 1 for other in chosen)
    leans = one.text.split()[0].casefold().strip(",") in document.wording.leaning
    return 0.5 * alike + 0.16 * near - (0.3 if follows and leans else 0.0)


def _all_said(document: Document) -> list[str]:
    """Return what a video with few words says, sentence by sentence, without greetings."""
    # There is no room for more, even of three words each.
    first = document.sentences[:_MOST_SAID]
    said = [document.polished(s.start, s.end) for s in first]
    kept = [text for text in said if len(text.split()) > 2 or is_spaceless(text)]  # noqa: PLR2004
    return [text for text in dict.fromkeys(kept) if not is_chore(text)]


def _filled(document: Document, said: list[str]) -> str:
    """Return a summary of a video that says little: what is known of it, then its words."""
    phrases = document.wording.phrases
    known = _known(document)
    spoken: list[str] = []
    for text in said:
        if sum(map(len, spoken)) + len(text) < LONGEST // 2:
            spoken.append(text)
    closing = [phrases.rests_on, phrases.watch_it]
    few = [] if spoken else [_few(document)]
    sentences = known + few + spoken
    while len(_together(sentences)) < SHORTEST and closing:
        sentences.append(closing.pop(0))
    while len(_together(sentences)) > LONGEST:
        sentences.pop()
    if len(_together(sentences)) < SHORTEST:
        sentences.append(phrases.nothing_said)
    return _together(sentences)


def _few(document: Document) -> str:
    tokens = document.speech.tokens
    phrases = document.wording.phrases
    said = shortened(document.speech.text(0, min(len(tokens), 8)), 60)
    return phrases.little_said.format(said=said) if said else phrases.nothing_said


def _known(document: Document) -> list[str]:
    """Return sentences on title, channel, length and chapters, as far as they are known."""
    phrases = document.wording.phrases
    title, channel = shortened(document.title, 160), shortened(document.channel, 60)
    known = []
    if title and channel:
        known.append(phrases.by_channel.format(title=title, channel=channel))
    elif title:
        known.append(phrases.titled.format(title=title))
    elif channel:
        known.append(phrases.untitled_by_channel.format(channel=channel))
    if document.material.duration and seconds(document.material.duration) >= 1:
        known.append(phrases.lasts.format(time=clock(seconds(document.material.duration))))
    names = [f"“{shortened(name, 50)}”" for _, name in document.chapters[:4]]
    if names:
        known.append(phrases.chapters.format(chapters=", ".join(names)))
    return known


def _together(sentences: list[str]) -> str:
    text = " ".join(finished(sentence) for sentence in sentences)
    return text.replace("。 ", "。")


def clock(time: float) -> str:
    """Return seconds as `1:05` or `1:02:05`."""
    minutes, rest = divmod(int(time), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def shortened(text: str, length: int) -> str:
    """Return `text` cut at a word so that it has at most `length` characters."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    if not is_spaceless(cut) and " " in cut[length // 2 :]:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:.-–—|") + "…"
