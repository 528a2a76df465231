"""The text of captions: from markup to plain words."""

from __future__ import annotations

import html
import re

# Only what is a tag in some caption format goes, so that `a < b`, `<3` and `<T>` stay. No part can
# run over the next `<` or `{`, which keeps the search linear on any text.
_TAG = re.compile(
    r"""
      </?(?:[bciqsu]|em|strong|small|big|su[bp]|mark|strike|del|ins|center|nobr|ruby|r[btp])
        (?:\.[^<>\s]*)?(?:\s[^<>=\n]*=[^<>\n]*)?\s?/?>         # <i>, </b>, <c.colorE5E5E5>
    | </?(?:v|lang|font|span)(?:\.[^<>\s]*)?(?:\s[^<>\n]*)?>    # <v.loud Mary>, <font color="red">
    | <(?=[^<>:]*:)[\d:;.,\s]{3,40}>                            # <00:00:01.200>
    | <!--[^<]*?-->
    | <\|[^<>|\n]{0,40}\|>                                      # <|en|>, of a speech recogniser
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Tags that people speak of (`<div>`), so only those go that hold a whole line or have attributes.
_BLOCK = (
    r"(?:p|div|a|li|[uo]l|t[drh]|table|tbody|thead|h[1-6]|body|html|head|title|section|article"
    r"|pre|code|blockquote|img|hr|script|style|svg|link|meta|tt)"
)
_BLOCK_ATTRIBUTES = re.compile(rf"<{_BLOCK}\s[^<>=\n]*=[^<>\n]*>", re.IGNORECASE)
_BLOCK_NEXT = re.compile(rf"</({_BLOCK})>[ \t]*<\1>", re.IGNORECASE)
_BLOCK_OPEN = re.compile(rf"^[ \t]*(?:<{_BLOCK}>)+(?=[^\s<])", re.IGNORECASE | re.MULTILINE)
_BLOCK_CLOSE = re.compile(rf"(?<=[^\s>])(?:</{_BLOCK}>)+[ \t]*$", re.IGNORECASE | re.MULTILINE)
_SPACED_TAG = re.compile(r"<[ ]?([biu])[ ]?>([^<>]*)<[ ]?/[ ]?\1[ ]?>", re.IGNORECASE)  # translated
_BREAK = re.compile(r"</?br\s?/?>", re.IGNORECASE)

# Codes of SubStation Alpha and MicroDVD; after the first come the points of a drawing.
_DRAWING_CODE = re.compile(r"\{[^{}]*\\p[1-9](?![a-z])[^{}]*\}[^{}]*")
_CODE = re.compile(
    r"""
      \{\s?\\[^{}]*\}                                        # {\an8}
    | \{[yfscpohl]:[^{}\n]{0,40}\}                           # {y:i}, {c:$0000ff}
    | \{(?:an?\d{1,2}|[ibusq][01]|p\d|k[fo]?\d{1,4}|fs\d{1,3}
        |(?:pos|move|fade?|org|clip)\([^(){}\n]*\))\}        # {an8}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NUMBER = r"[ \t]+-?\d+(?:\.\d+)?"
_DRAWING = re.compile(
    rf"^[ \t]*m(?:{_NUMBER}){{2}}(?:[ \t]+[mnlbspc]|{_NUMBER})*[ \t.]*$", re.MULTILINE
)
_BREAK_CODE = re.compile(r"\\([Nnh])")
# C:\new, src\new\main, src\new.txt; `tea\Ntakes\nfour` is none.
_PATH = re.compile(
    r"(?:(?<![A-Za-z])[A-Za-z]:\\|\\\\)\S*"
    r"|(?<!\S)[\w.~%-]+(?:\\[nNh][\w.~%-]*)*\\(?:[^\W_nNh]|[nNh][\w~%-]*\.[a-z]{1,4}\b)[^\s]*"
)
# Commands of LaTeX that begin like these codes. The others are words in some language as well, so
# they are commands only beside one that is none.
_COMMAND = re.compile(
    r"(?<![\w\\])\\(?:nabla|neq|notin|nonumber|newline|newcommand|hbar|hline|hspace|href|hfill|hskip"
    r"|hat(?=\{))(?![A-Za-z])"
)
_ANY_COMMAND = re.compile(r"\\(?:[a-gi-mo-z]|[A-MO-Z][a-z])[a-z]+")
_DOUBTFUL_COMMAND = re.compile(r"(?<![\w\\])\\(?:nu|Nu|ne|ni|not|hat)(?![A-Za-z])")

# Not U+200C and U+200D: Persian and Indic words, and joined emoji, are spelled with them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SOUND = re.compile(r"\[[^\[\]]*\]|\([^()]*\)")


def clean(line: str) -> str:
    """Return the words of `line` in plain text, single-spaced."""
    return " ".join(clean_lines(line).split())


def clean_lines(text: str) -> str:
    """Return the plain text of a caption, its lines single-spaced and none empty."""
    if "&" in text:
        text = unescaped(text)  # first, since tags may be written in entities
    text = visible(text)
    if "<" in text:
        text = _without_tags(text)
    if "{" in text:
        text = _CODE.sub("", _DRAWING_CODE.sub("", text))
    if "\\" in text:
        text = _without_break_codes(text)
    if "m " in text:
        text = _DRAWING.sub("", text)
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))


def visible(text: str) -> str:
    """Return the text without characters that show nothing."""
    return _INVISIBLE.sub("", text)


def _without_tags(text: str) -> str:
    text = _TAG.sub("", _BREAK.sub("\n", text))
    if "<" in text:
        text = _BLOCK_ATTRIBUTES.sub("", _BLOCK_NEXT.sub("\n", text))
        text = _BLOCK_CLOSE.sub("", _BLOCK_OPEN.sub("", text))
        text = _SPACED_TAG.sub(r"\2", text)
    return text


def _without_break_codes(text: str) -> str:
    r"""Make lines of `\N` and spaces of `\n` and `\h`, not in paths and LaTeX."""
    is_latex = _COMMAND.search(text) or _ANY_COMMAND.search(_PATH.sub("", text))
    kept = (_PATH, _COMMAND, _DOUBTFUL_COMMAND) if is_latex else (_PATH,)
    return _breaks(text, kept)


def _breaks(text: str, kept: tuple[re.Pattern[str], ...]) -> str:
    """Put breaks for the codes, but not in what any of the patterns `kept` finds."""
    if kept:
        parts, at = [], 0
        for found in kept[0].finditer(text):
            parts += [_breaks(text[at : found.start()], kept[1:]), found[0]]
            at = found.end()
        return "".join([*parts, _breaks(text[at:], kept[1:])])
    return _BREAK_CODE.sub(lambda code: "\n" if code[1] == "N" else " ", text)


def unescaped(line: str) -> str:
    """Return the text with its entities decoded, also those of entities."""
    try:
        # Twice, because YouTube's captions come as `&amp;#39;`.
        return html.unescape(html.unescape(line))
    except ValueError:
        # A character number of thousands of digits is beyond what Python converts.
        return line


def has_words(text: str) -> bool:
    """Tell whether something is said, or sung, and not only `[Music]` or a note sign."""
    return any(map(str.isalnum, _SOUND.sub("", text)))
