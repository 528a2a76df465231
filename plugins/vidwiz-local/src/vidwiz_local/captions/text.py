"""The text of captions: from bytes to characters, and from markup to plain words."""

from __future__ import annotations

import codecs
import html
import re

_BOMS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)

# Only what is a tag in some caption format goes, so that `a < b`, `<3` and `<div>` stay. No part
# can run over the next `<` or `{`, which keeps the search linear on any text.
_TAG = re.compile(
    r"""
      </?(?:[bcisu]|rt|ruby)(?:\.[^<>\s]*)?>       # <i>, </b>, <c.colorE5E5E5>
    | </?(?:v|lang)(?:\.[^<>\s]*)?(?:\s[^<>]*)?>    # <v.loud Mary>
    | </?(?:font|span)(?:\s[^<>]*)?>                # <font color="red">
    | <\d{1,4}:\d\d(?::\d\d)?[.,]\d{1,3}>           # <00:00:01.200>
    | \{\\[^{}]*\}                                  # {\an8}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)
# Not U+200C and U+200D: Persian and Indic words, and joined emoji, are spelled with them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SOUND = re.compile(r"\[[^\[\]]*\]|\([^()]*\)")


def decode(data: bytes) -> str:
    """Return the text of a file of unknown encoding; no bytes make it fail."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if utf16 := _utf16_without_mark(data[:2000]):
        return data.decode(utf16, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_damaged(data)


def _utf16_without_mark(head: bytes) -> str | None:
    """Western text in UTF-16 has a zero in every other byte; text in one byte has none."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even and odd:
        return None
    mostly = len(head) // 4
    return "utf-16-le" if odd > mostly else "utf-16-be" if even > mostly else None


def _decode_damaged(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    foreign = sum(map("\x7f".__lt__, text))
    # One cut character must not turn a whole Arabic file into Latin letters, whereas text in a
    # one-byte encoding hardly ever forms a valid sequence.
    if foreign - damaged > damaged:
        return text
    return data.decode("cp1252", "replace")


def clean(line: str) -> str:
    """Return the words of `line` in plain text, single-spaced."""
    if "<" in line or "{" in line:
        line = _TAG.sub("", _BREAK.sub(" ", line))
    if "&" in line:
        line = _unescape(line)
    return " ".join(_INVISIBLE.sub("", line).split())


def _unescape(line: str) -> str:
    try:
        # Twice, because YouTube's captions come as `&amp;#39;`.
        return html.unescape(html.unescape(line))
    except ValueError:
        # A character number of thousands of digits is beyond what Python converts.
        return line


def has_words(text: str) -> bool:
    """Tell whether something is said, or sung, and not only `[Music]` or a note sign."""
    return any(map(str.isalnum, _SOUND.sub("", text)))
