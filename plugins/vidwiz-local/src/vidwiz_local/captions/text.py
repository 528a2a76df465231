"""The text of captions: from markup to plain words."""

from __future__ import annotations

import html
import re

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
