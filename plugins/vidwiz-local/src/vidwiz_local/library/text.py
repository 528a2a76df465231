"""Words from file names and info.json files, made safe to show: without marks that nobody sees."""

from __future__ import annotations

import html
import re

# Controls but for line feeds, soft hyphens, marks of direction, overrides and isolates, invisible
# operators, BOMs, interlinear marks, halves of characters. Not U+200C and U+200D: Persian and Indic
# words, and joined emoji, are spelled with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LINE_BREAKS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Only whole ones, with their semicolon: `?a=1&copy=2` is an address.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def one_line(text: str) -> str:
    """Return the text single-spaced on one line."""
    return " ".join(_UNSEEN.sub("", text).split())


def lines(text: str) -> str:
    """Return the text with its line breaks, each as a line feed."""
    return _UNSEEN.sub("", _LINE_BREAKS.sub("\n", text)).strip()


def unescape(text: str) -> str:
    """Return the text with HTML's entities as the characters that they mean.

    Twice, because some tools escape what is escaped already: `&amp;#39;`.
    """
    for _ in range(2):
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text
