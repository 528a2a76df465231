"""The words of a transcript with their times, freed of sounds, speakers, fillers and repeats."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from vidwiz_local.extractive.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vidwiz.plugin_api import Passage

PAUSE_SECONDS = 2.5
"""A silence after which a new thought begins, seen between passages."""
_LONGEST_TOKEN = 60

SPACELESS = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f\U00020000-\U0002fa1f"
"""Kana and Han: scripts whose words have no spaces between them."""
SPACELESS_CHAR = re.compile(f"[{SPACELESS}]")
_SPACELESS_BREAK = re.compile(
    rf"(?<=[。！？、，…])(?![」』）。！？])|(?<=[」』）])(?=[{SPACELESS}])"
    r"|(?<=ます)(?=[^。、がかねよのけしとからっ\s])|(?<=です)(?=[^。、がかねよのけしとから\s])"
    r"|(?<=[まで]した)(?=[^。、がかねよのけしとからっ\s])|(?<=ません)(?=[^。、がかねよのけしとからで\s])"
)
_MARKUP = re.compile(r"<[^<>]{1,60}>|\{\\[^{}]{1,40}\}|[♪♫♩♬]|https?://\S+|www\.\S+")
_MARKUP_SIGNS = ("<", "{", "http", "www.")
_SOUND_WORDS = (
    "music|applause|laughter|laughs?|laughing|cheers|cheering|clapping|silence|inaudible|"
    "crosstalk|sighs?|coughs?|musik|applaus|beifall|gelächter|musique|applaudissements|rires|"
    "música|aplausos|risas|musica|applausi|risate|موسيقى|تصفيق|ضحك|音楽|拍手|笑い?|музыка|аплодисменты"
)
_SOUND = re.compile(
    rf"\[[^\[\]]{{0,40}}\]|【[^】]{{0,40}}】|[(（*]\s*(?:[\w ]{{0,24}}\b)?(?:{_SOUND_WORDS})"
    rf"(?:\b[\w ]{{0,16}})?\s*[)）*]",
    re.IGNORECASE,
)
_ONLY_SOUND = re.compile(rf"\W*(?:(?:{_SOUND_WORDS})\W*)+", re.IGNORECASE)
_SPEAKER = re.compile(
    r"(?:^|(?<=[.!?…\"”]\s)|(?<=>>)\s*|(?<=-\s))"
    r"(?:[A-Z][A-Z.'’\-]+(?:\s[A-Z][A-Z.'’\-]*){0,3}|[Ss]peaker\s\w{1,3}|Q|A)\s?:\s"
)
_TURN = re.compile(r"&?>{2,}|(?:^|(?<=\s))[-–—]+(?=\s|$)")
_FILLERS = words(
    """
    um uh umm uhh uhm er erm hmm hm mhm ähm äh öhm euh えーと えっと あのー
    """
)
_DOUBLED = words(
    """
    i the a and to of we you it is in so but if this for what they he she are can on my your
    with let's it's i'm we're you're le la les de der die das und el y que et en
    """
)
_PHRASE_FILLERS = {
    ("you", "know"): words("do as did if that when what how the this why who where a"),
    ("i", "mean"): words("do what did if as could might"),
}
_FIRST_FILLERS = frozenset(first for first, _ in _PHRASE_FILLERS)


@dataclass(frozen=True, slots=True)
class Speech:
    """Tokens (words with their punctuation), when each begins, and where it was said.

    `homes[i]` is the index of token `i`'s passage; `pauses` are the tokens before which there is
    a silence; `ends_at` is when the last token ends.
    """

    tokens: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    homes: list[int] = field(default_factory=list)
    pauses: set[int] = field(default_factory=set)
    ends_at: float = 0.0

    def text(self, start: int, end: int) -> str:
        """Return the tokens from `start` up to `end` as running text."""
        return joined(self.tokens[start:end])

    def ends(self, end: int) -> float:
        """Return when the token before `end` was over."""
        if end < len(self.times) and end not in self.pauses:
            return self.times[end]
        return self.times[end - 1] + 1.0 if end < len(self.times) else self.ends_at


def joined(tokens: Sequence[str]) -> str:
    """Join tokens by spaces, except between those of scripts without spaces."""
    text = " ".join(tokens)
    if not text.isascii() and SPACELESS_CHAR.search(text):
        text = re.sub(rf"(?<=[{SPACELESS}。！？、，…」』）])\s+(?=[{SPACELESS}「『（])", "", text)
    return text


def is_spaceless(text: str) -> bool:
    """Say whether `text` is mainly of a script without spaces."""
    return len(SPACELESS_CHAR.findall(text)) * 3 > len(text)


def seconds(value: float | None) -> float:
    """Return a time that can be reckoned with: what is no number counts as the beginning."""
    return float(value) if value is not None and math.isfinite(value) and value > 0 else 0.0


def one_line(text: str | None) -> str:
    """Return `text` without control characters, markup and runs of white space."""
    if not text:
        return ""
    plain = "".join(
        " " if char.isspace() else char
        for char in html.unescape(text)
        if char.isspace() or unicodedata.category(char) not in _UNPRINTABLE
    )
    return " ".join(plain.split())


_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def cleaned(text: str) -> str:
    """Return what a passage says, without sounds, markup and the names of speakers."""
    if not text.isascii() or "&" in text or not text.isprintable():
        text = one_line(text)
    if "[" in text or "(" in text or "*" in text or not text.isascii():
        text = _SOUND.sub(" ", text)
    if not text.isascii() or any(sign in text for sign in _MARKUP_SIGNS):
        text = _MARKUP.sub(" ", text)
    if ":" in text:
        text = _SPEAKER.sub("", text)
    if ">" in text or "-" in text or not text.isascii():
        text = _TURN.sub(" ", text)
    return "" if _ONLY_SOUND.fullmatch(text) else text.strip()


def heard(passages: Iterable[Passage]) -> Speech:
    """Return the speech of `passages`, in the order of time."""
    speech = Speech()
    ended, said = 0.0, ""
    placed = sorted(enumerate(passages), key=lambda item: seconds(item[1].start))
    for home, passage in placed:
        text = cleaned(passage.text)
        if not text or text == said:
            continue
        start = seconds(passage.start)
        end = max(seconds(passage.end), start + 0.1)
        if speech.tokens and start - ended > PAUSE_SECONDS:
            speech.pauses.add(len(speech.tokens))
        _append(speech, text, start, (end - start) / (len(text) + 1), home)
        ended, said = end, text
    return _without_repeats(_without_fillers(speech), max(ended, 0.1))


def _append(speech: Speech, text: str, start: float, per_char: float, home: int) -> None:
    """Append the tokens of one passage; times are interpolated by characters."""
    tokens = _split(text)
    positions = accumulate([len(token) + 1 for token in tokens[:-1]], initial=0)
    speech.tokens.extend(tokens)
    speech.times.extend([start + position * per_char for position in positions])
    speech.homes.extend([home] * len(tokens))


def _split(text: str) -> list[str]:
    tokens = text.split()
    if text.isascii() or not SPACELESS_CHAR.search(text):
        if len(text) < _LONGEST_TOKEN or max(map(len, tokens)) <= _LONGEST_TOKEN:
            return tokens
    else:
        tokens = [part for token in tokens for part in _SPACELESS_BREAK.split(token) if part]
    return [
        token[at : at + _LONGEST_TOKEN]
        for token in tokens
        for at in range(0, len(token), _LONGEST_TOKEN)
    ]


def _kept(speech: Speech, keep: list[int], ends_at: float) -> Speech:
    """Return the speech with only the tokens of `keep`; a pause before a lost one moves on."""
    if len(keep) == len(speech.tokens):
        return replace(speech, ends_at=ends_at)
    pauses = set()
    if speech.pauses:
        pending = sorted(speech.pauses, reverse=True)
        for new, old in enumerate(keep):
            while pending and pending[-1] <= old:
                pauses.add(new)
                pending.pop()
    return Speech(
        [speech.tokens[i] for i in keep],
        [speech.times[i] for i in keep],
        [speech.homes[i] for i in keep],
        pauses,
        ends_at,
    )


def _without_fillers(speech: Speech) -> Speech:
    """Drop um and uh, and "you know" and "I mean" where nothing hangs on them."""
    forms = {token: token.strip(",.…").casefold() for token in set(speech.tokens)}
    bare = [forms[token] for token in speech.tokens]
    keep: list[int] = []
    at, count = 0, len(bare)
    while at < count:
        if bare[at] in _FILLERS:
            at += 1
        elif bare[at] in _FIRST_FILLERS and _is_filler(bare, at, speech.tokens):
            at += 2
        else:
            keep.append(at)
            at += 1
    return _kept(speech, keep, speech.ends_at)


def _is_filler(bare: list[str], at: int, tokens: list[str]) -> bool:
    bound = _PHRASE_FILLERS.get((bare[at], bare[at + 1] if at + 1 < len(bare) else ""))
    if bound is None or (second := tokens[at + 1]).endswith((".", "?", "!")):
        return False
    before = bare[at - 1] if at else ""
    after = bare[at + 2] if at + 2 < len(bare) else ""
    return before not in bound and (second.endswith(",") or after not in bound)


def _without_repeats(speech: Speech, ends_at: float) -> Speech:
    """Drop stutters, words said three times in a row, and lines that captions give twice."""
    forms = {token: token.casefold() for token in set(speech.tokens)}
    folded = [forms[token] for token in speech.tokens]
    latest: dict[str, int] = {}
    keep: list[int] = []
    at, count = 0, len(folded)
    while at < count:
        word = folded[at]
        back = at - latest.get(word, -1000)
        if back <= _LONGEST_REPEAT and _is_repeat(folded, at, back):
            for i in range(at, at + back):
                latest[folded[i]] = i
            at += back
            continue
        latest[word] = at
        keep.append(at)
        at += 1
    return _kept(speech, keep, ends_at)


_LONGEST_REPEAT = 20
_SHORTEST_LINE = 4


def _is_repeat(folded: list[str], at: int, back: int) -> bool:
    if back == 1:
        return folded[at] in _DOUBLED or folded[at] in (folded[at - 2], *folded[at + 1 : at + 2])
    # Most that say one word again do not go on alike.
    if folded[at + 1 : at + 2] != folded[at - back + 1 : at - back + 2]:
        return False
    if back >= _SHORTEST_LINE:
        return folded[at : at + back] == folded[at - back : at]
    return (
        at >= 2 * back
        and folded[at : at + back] == folded[at - back : at] == (folded[at - 2 * back : at - back])
    )
