"""What a model wrote, as plain text: no markup, no addresses, no ids, no times of its own.

A model may do what the words of a video tell it to. So nothing that it writes can lead a reader
elsewhere, load anything, or name a moment that the server has not checked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LONGEST_READ = 20_000
"""Characters of an answer that are looked at; what is kept of one is far shorter."""
_MOST_ROUNDS = 8

_CLOCK = r"\d{1,3}:[0-5]\d(?::[0-5]\d)?"
_BEFORE_TIME = r"(?:\b(?:at|around|about|from|until|till|by|to|after|before|since)\s+)?"
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(
    r"\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.|(?:mailto|javascript):|data:[a-z]+/)\S*", re.IGNORECASE
)
_TARGET = r"(?:\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\[\]\n]*\])"
_MARKUP: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"!\[[^\[\]\n]*\]{_TARGET}?"), ""),  # images
    (re.compile(rf"\[([^\[\]\n]*)\]{_TARGET}"), r"\1"),  # links
    (re.compile(r"<[/!?a-z][^<>]*>", re.IGNORECASE), ""),  # tags, and <https://...>
    (re.compile(r"\*\*|__|`+|^\s*#{1,6}\s+", re.MULTILINE), ""),
)
_LOOSE_TAG = re.compile(r"<(?=[/!?a-z])", re.IGNORECASE)
# Their alternatives begin with different characters, so that nothing is tried twice.
_IDS = re.compile(r" ?[\[(]\s*P\d+(?:[\s,;–-]|and|P\d+)*[\])]")
_BRACKETED_TIMES = re.compile(rf" ?[\[(]\s*{_CLOCK}(?:[\s,;–—-]|to|and|{_CLOCK})*[\])]")
_TIME = re.compile(rf"{_BEFORE_TIME}(?<![\d:])({_CLOCK})(?![\d:])", re.IGNORECASE)
_TIME_ALONE = re.compile(rf"(?<![\d:]){_CLOCK}(?![\d:])")
_BEFORE_MARK = re.compile(r" ([.,;:!?…])")
_BLANKS = re.compile(r"\s{2,}")


def plain(text: str) -> str:
    """Return the text without thoughts, HTML, images, links (their words stay) and addresses."""
    text = _closed_up(_THOUGHTS.sub("", text[:LONGEST_READ]))
    for _ in range(_MOST_ROUNDS):
        before = text
        for pattern, instead in _MARKUP:
            text = pattern.sub(instead, text)
        if text != before:
            continue
        # An address within a link goes with the link.
        text = _ADDRESS.sub("", text)
        if text == before:
            break
    else:
        text = _ADDRESS.sub("", text)
    return _closed_up(_LOOSE_TAG.sub("", text))


def _closed_up(text: str) -> str:
    """Make every run of blanks one blank, or one line break where it has one."""
    return _BLANKS.sub(lambda run: "\n" if "\n" in run[0] else " ", text)


def times_in(text: str) -> frozenset[str]:
    """Return the times that a text names, as it writes them."""
    return frozenset(_TIME_ALONE.findall(text))


def without_times(text: str, said: Collection[str]) -> str:
    """Return the text without passage ids, and without times that are not among those `said`.

    The model is given no times: one that nobody says in the video it has made up. Times in
    brackets point to a moment, and go in any case.
    """

    def keep(match: re.Match[str]) -> str:
        return match[0] if match[1] in said else ""

    text = _IDS.sub("", _closed_up(text))
    text = _BRACKETED_TIMES.sub("", text)
    text = _closed_up(_TIME.sub(keep, text))
    return _BEFORE_MARK.sub(r"\1", text).strip()
