"""The words of a transcript with their times, freed of sounds, markup and speakers' names."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

import budoux

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vidwiz.plugin_api import Passage

PAUSE_SECONDS = 2.5
"""A silence after which a new thought begins, seen between passages."""
_LONGEST_TOKEN = 60

SPACELESS = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f\U00020000-\U0002fa1f"
"""Kana and Han: scripts whose words have no spaces between them."""
_SPACELESS_CHAR = re.compile(f"[{SPACELESS}]")
_KANA = re.compile("[\u3040-\u30ff]")
_MARKUP = re.compile(r"<[^<>]{1,60}>|\{\\[^{}]{1,40}\}|[♪♫♩♬]|https?://\S+|www\.\S+")
_MARKUP_SIGNS = ("<", "{", "http", "www.")
_SOUND_WORDS = (
    "music|applause|laughter|laughs?|laughing|cheers|cheering|clapping|silence|inaudible|"
    "crosstalk|sighs?|coughs?|musik|applaus|beifall|gelächter|musique|applaudissements|rires|"
    "música|aplausos|risas|musica|applausi|risate|موسيقى|تصفيق|ضحك|音楽|拍手|笑い?|музыка|аплодисменты|"
    "müzik|alkış|संगीत|तालियाँ|음악|박수|音乐|掌声"
)
_SOUND = re.compile(
    rf"\[[^\[\]]{{0,40}}\]|【[^】]{{0,40}}】|[(（*]\s*(?:[\w ]{{0,24}}\b)?(?:{_SOUND_WORDS})"
    rf"(?:\b[\w ]{{0,16}})?\s*[)）*]",
    re.IGNORECASE,
)
_ANNOTATION = re.compile(r"\([A-Z][\w']+(?: [\w']+){0,3}\)")  # `(Gong)`, `(Man speaking)`
_ONLY_SOUND = re.compile(rf"\W*(?:(?:{_SOUND_WORDS})\W*)+", re.IGNORECASE)
_SPEAKER = re.compile(
    r"(?:^|(?<=[.!?…\"”]\s)|(?<=>>)\s*|(?<=-\s))"
    r"(?:[A-Z][A-Z.'’\-]+(?:\s[A-Z][A-Z.'’\-]*){0,3}|[Ss]peaker\s\w{1,3}|Q|A)\s?:\s"
)
_TURN = re.compile(r"&?>{2,}|(?:^|(?<=\s))[-–—]+(?=\s|$)")
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SHORTEST_LINE, _LONGEST_LINE = 4, 20
"""Tokens of a line that captions may give twice; fewer are a stutter or meant."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Tokens (words with their punctuation), when each begins, and where it was said.

    `lines` are the tokens with which a line of captions begins, in scripts without spaces only,
    where nothing else has a space before it.

    `homes[i]` is the index of token `i`'s passage; `pauses` are the tokens before which there is
    a silence; `ends_at` is when the last token ends; `repeated` is how many tokens were left out
    because they only repeat those before.
    """

    tokens: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    homes: list[int] = field(default_factory=list)
    pauses: set[int] = field(default_factory=set)
    lines: set[int] = field(default_factory=set)
    ends_at: float = 0.1
    repeated: int = 0

    def ends(self, end: int) -> float:
        """Return when the token before `end` was over."""
        if end < len(self.times) and end not in self.pauses:
            return self.times[end]
        return self.times[end - 1] + 1.0 if end < len(self.times) else self.ends_at


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list written as text."""
    return frozenset(text.split())


def is_spaceless(text: str) -> bool:
    """Say whether most of a text is in a script without spaces."""
    return not text.isascii() and len(_SPACELESS_CHAR.findall(text)) * 2 > len(text.strip())


def joined(tokens: Sequence[str]) -> str:
    """Return tokens as running text, with spaces where their script has them."""
    text = " ".join(tokens)
    return text if text.isascii() else _SPACE_BETWEEN.sub("", text)


_WIDE = f"{SPACELESS}\u3000-\u303f\uff01-\uff60"
_LINE_END = re.compile(rf"(?<=[{_WIDE}]) +(?=[{_WIDE}])")
_SPACE_BETWEEN = re.compile(rf"(?<=[{_WIDE}]) (?=[{_WIDE}])")


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


def cleaned(text: str) -> str:
    """Return what a passage says, without sounds, markup and the names of speakers."""
    if not text.isascii() or "&" in text or not text.isprintable():
        text = one_line(text)
    if "[" in text or "(" in text or "*" in text or not text.isascii():
        text = _ANNOTATION.sub(" ", _SOUND.sub(" ", text))
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
    ended, said, repeated = 0.0, "", 0
    placed = sorted(enumerate(passages), key=lambda item: seconds(item[1].start))
    for home, passage in placed:
        text = cleaned(passage.text)
        if not text or text == said:
            repeated += len(split(text))
            continue
        start = seconds(passage.start)
        end = max(seconds(passage.end), start + 0.1)
        if speech.tokens and start - ended > PAUSE_SECONDS:
            speech.pauses.add(len(speech.tokens))
        _append(speech, text, start, (end - start) / (len(text) + 1), home)
        ended, said = end, text
    kept = _without_repeated_lines(speech, max(ended, 0.1))
    return replace(kept, repeated=repeated + len(speech.tokens) - len(kept.tokens))


def _append(speech: Speech, text: str, start: float, per_char: float, home: int) -> None:
    """Append the tokens of one passage; times are interpolated by characters."""
    tokens = split(text)
    if not text.isascii() and is_spaceless(text):
        lines = _LINE_END.split(text)
        speech.lines.update(accumulate(map(len, map(split, lines)), initial=len(speech.tokens)))
    positions = accumulate([len(token) + 1 for token in tokens[:-1]], initial=0)
    speech.tokens.extend(tokens)
    speech.times.extend([start + position * per_char for position in positions])
    speech.homes.extend([home] * len(tokens))


def split(text: str) -> list[str]:
    """Return a text's words with their punctuation, none longer than 60 characters."""
    tokens = text.split()
    if not text.isascii() and _SPACELESS_CHAR.search(text):
        parse = _parser("ja" if _KANA.search(text) else "zh").parse
        tokens = [
            part
            for token in tokens
            for part in (parse(token) if _SPACELESS_CHAR.search(token) else (token,))
        ]
    if len(text) < _LONGEST_TOKEN or max(map(len, tokens), default=0) <= _LONGEST_TOKEN:
        return tokens
    return [
        token[at : at + _LONGEST_TOKEN]
        for token in tokens
        for at in range(0, len(token), _LONGEST_TOKEN)
    ]


@cache
def _parser(code: str) -> budoux.Parser:
    if code == "ja":
        return budoux.load_default_japanese_parser()
    return budoux.load_default_simplified_chinese_parser()


def _without_repeated_lines(speech: Speech, ends_at: float) -> Speech:
    """Drop lines that captions give twice; a pause before a lost token moves on."""
    forms = {token: token.casefold() for token in set(speech.tokens)}
    folded = [forms[token] for token in speech.tokens]
    latest: dict[str, int] = {}
    kept = Speech(ends_at=ends_at)
    at, pending = 0, False
    while at < len(folded):
        pending = pending or at in speech.pauses
        back = at - latest.get(folded[at], -1000)
        if (
            _SHORTEST_LINE <= back <= _LONGEST_LINE
            and folded[at : at + back] == folded[at - back : at]
        ):
            latest.update({folded[i]: i for i in range(at, at + back)})
            at += back
            continue
        latest[folded[at]] = at
        if at in speech.lines:
            kept.lines.add(len(kept.tokens))
        if pending:
            kept.pauses.add(len(kept.tokens))
            pending = False
        kept.tokens.append(speech.tokens[at])
        kept.times.append(speech.times[at])
        kept.homes.append(speech.homes[at])
        at += 1
    return kept
