"""What a model wrote, as plain text: no markup, no addresses, no ids, no times of its own.

A model may do what the words of a video tell it to. So nothing that it writes can lead a reader
elsewhere, load anything, or name a moment that the server has not checked.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from vidwiz.services.cleaning import clean_text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

LONGEST_READ = 20_000
"""Characters of an answer that are looked at; what is kept of one is far shorter."""
_MOST_ROUNDS = 8

# Digits, colons and brackets of any script: a reader takes all of them for a moment, or an id.
_SIXTY = "[0-5\u0660-\u0665\u06f0-\u06f5\u0966-\u096b\u09e6-\u09eb\uff10-\uff15]"
_COLON = "[:\uff1a\u2236\ufe13\ufe55]"
_CLOCK = rf"\d{{1,3}}{_COLON}{_SIXTY}\d(?:{_COLON}{_SIXTY}\d)?"
_OPENING, _CLOSING = "[\\[(\u3010\u3014\uff08\uff3b]", "[\\])\u3011\u3015\uff09\uff3d]"
_BETWEEN = "[\\s,;\u3001\uff0c\uff1b\u2013\u2014~\uff5e-]"
_BEFORE_TIME = r"(?:\b(?:at|around|about|from|until|till|by|to|after|before|since)\s+)?"
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.IGNORECASE | re.DOTALL)
# Scripts without blanks: there an address begins after any letter, and ends before the next one.
_OF_ADDRESS = r"[^\s\u0e00-\u0e7f\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]"
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|(?<![a-z0-9])www\."
    rf"|(?<![a-z])(?:mailto|javascript|vbscript):|(?<![a-z])data:[a-z]+/){_OF_ADDRESS}*",
    re.IGNORECASE,
)
_TARGET = r"(?:\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])"
_MARKUP: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"!\[[^\[\]]*\]{_TARGET}?"), ""),  # images
    (re.compile(rf"\[([^\[\]]*)\]{_TARGET}"), r"\1"),  # links
    (re.compile(r"^\s*\[([^\[\]]*)\]:", re.MULTILINE), r"\1:"),  # where a link leads
    (re.compile(r"<[/!?a-z][^<>]*>", re.IGNORECASE), ""),  # tags, and <https://...>
    (re.compile(r"\*\*|__|`+|^\s*#{1,6}\s+", re.MULTILINE), ""),
)
_LOOSE_TAG = re.compile(r"<(?=[/!?a-z])", re.IGNORECASE)
_LOOSE_LINK = re.compile(r"\](?=[(\[])")
_UNSEEN = re.compile("[\u00ad\u200b\u2060-\u2064]")
"""What has no width and no use but to divide a word, an address or a time."""
# Their alternatives begin with different characters, so that nothing is tried twice.
_IDS = re.compile(rf" ?{_OPENING}\s*P\d+(?:{_BETWEEN}|and|P\d+)*{_CLOSING}")
_BRACKETED_TIMES = re.compile(rf" ?{_OPENING}\s*{_CLOCK}(?:{_BETWEEN}|to|and|{_CLOCK})*{_CLOSING}")
_TIME = re.compile(
    rf"{_BEFORE_TIME}(?<!\d)(?<!{_COLON})({_CLOCK})(?!\d)(?!{_COLON}\d)", re.IGNORECASE
)
_TIME_ALONE = re.compile(rf"(?<!\d)(?<!{_COLON}){_CLOCK}(?!\d)(?!{_COLON}\d)")
_BEFORE_MARK = re.compile(r" ([.,;:!?…。、，])")
_BLANKS = re.compile(r"\s{2,}")


def plain(text: str) -> str:
    """Return the text without thoughts, HTML, images, links (their words stay) and addresses.

    What cannot be seen goes first: it would hide a tag or an address until it is taken out.
    """
    text = _UNSEEN.sub("", clean_text(text[:LONGEST_READ]))
    text = _closed_up(_THOUGHTS.sub("", text))
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
    text = _LOOSE_LINK.sub("] ", _LOOSE_TAG.sub(" ", text))
    return _closed_up(_ADDRESS.sub("", text))


def shown(text: str, said: Sequence[str]) -> str:
    """Return what of a model's text may be shown; `said` are the texts that may name its times.

    Taking out a time or an id may put together what the markup was divided by.
    """
    for _ in range(_MOST_ROUNDS):
        before = text
        text = plain(text)
        # Looking through a whole transcript is left until there is something to look for.
        known = times_in("\n".join(said)) if times_in(text) else ()
        text = without_times(text, known)
        if text == before:
            break
    return plain(text)


def _closed_up(text: str) -> str:
    """Make every run of blanks one blank, or one line break where it has one."""
    return _BLANKS.sub(lambda run: "\n" if "\n" in run[0] else " ", text)


def times_in(text: str) -> frozenset[str]:
    """Return the times that a text names, in the digits of ASCII."""
    return frozenset(map(_in_ascii, _TIME_ALONE.findall(text)))


def _in_ascii(time: str) -> str:
    return "".join(str(unicodedata.decimal(sign, ":")) for sign in time)


def without_times(text: str, said: Collection[str]) -> str:
    """Return the text without passage ids, and without times that are not among those `said`.

    The model is given no times: one that nobody says in the video it has made up. Times in
    brackets point to a moment, and go in any case.
    """

    def keep(match: re.Match[str]) -> str:
        return match[0] if _in_ascii(match[1]) in said else ""

    text = _IDS.sub("", _closed_up(text))
    text = _BRACKETED_TIMES.sub("", text)
    text = _closed_up(_TIME.sub(keep, text))
    return _BEFORE_MARK.sub(r"\1", text).strip()
