"""The encoding of a file: told by its mark, by its form, or, for old ones, by what it would say."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charset_normalizer import CharsetMatch

_BOMS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_CHUNK = 1024 * 1024  # bytes that are decoded at once

# What files of captions are in fact written in, the likelier first: Windows, then DOS and Unix.
_WESTERN = "cp1252"
_USUAL = (
    *(_WESTERN, "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp932", "gb18030", "big5", "cp949", "cp874"),
    *("iso8859_2", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8", "iso8859_9"),
    *("koi8_r", "koi8_u", "cp866", "euc_jp"),
)
_CYRILLIC = ("cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866")
_CENTRAL = ("cp1250", "iso8859_2")
_OF_LANGUAGE = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk", "ky", "mn", "tg"), _CYRILLIC),
    "sr": (*_CYRILLIC, *_CENTRAL),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "ro", "hr", "sl", "bs", "sq"), _CENTRAL),
    "el": ("cp1253", "iso8859_7"),
    **dict.fromkeys(("tr", "az"), ("cp1254", "iso8859_9")),
    **dict.fromkeys(("he", "iw", "yi"), ("cp1255", "iso8859_8")),
    **dict.fromkeys(("ar", "fa", "ur", "ps"), ("cp1256", "iso8859_6")),
    **dict.fromkeys(("et", "lv", "lt"), ("cp1257",)),
    "vi": ("cp1258",),
    "ja": ("cp932", "euc_jp"),
    "zh": ("gb18030", "big5"),
    "ko": ("cp949",),
    "th": ("cp874",),
}
_SAMPLE = 64 * 1024  # bytes of text that charset-normalizer is shown
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_MOST_ODD = 0.1  # share of signs, among characters beyond ASCII, that text in a language may have
# Of fewer characters beyond ASCII nobody can tell Hebrew from Russian. Western text has few of
# them, and is understood even when one of them is wrong.
_FEWEST = 32
_COMMON_MARKS = frozenset("…–—‘’‚“”„«»‹›•·°§©®™€£±\xa0")


class UnknownEncodingError(Exception):
    """No encoding makes these bytes plausible text."""


@dataclass(frozen=True, slots=True)
class EncodedText:
    """Bytes whose encoding is known; `start` is where the text begins, after a mark."""

    data: bytes
    encoding: str
    start: int = 0

    def text(self) -> str:
        """Return the whole; what is damaged becomes U+FFFD."""
        return str(memoryview(self.data)[self.start :], self.encoding, "replace")

    def chunks(self) -> Iterator[str]:
        """Yield it piece by piece, so that it need not be in memory a second time."""
        return _decoded(self.data, self.encoding, "replace", self.start)


def recognise(data: bytes, *, language: str | None = None) -> EncodedText:
    """Return the text of a file of unknown encoding; raise `UnknownEncodingError`.

    Bytes with zeros that are in no form of Unicode come back as they are, in Latin-1.

    `language` is the tag of the language that it is likely in. It only decides between encodings
    that are all plausible, since the tags in file names are often wrong.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return EncodedText(data, encoding, len(mark))
    if utf16 := _utf16_without_mark(data[:2000]):
        return EncodedText(data, utf16)
    if _fits(data, "utf-8") or _is_damaged_utf8(data):
        return EncodedText(data, "utf-8")
    if b"\0" in data[:1000]:
        return EncodedText(data, "latin-1")  # no text at all; whoever reads it says so
    return EncodedText(data, _old_encoding(data, language))


def _decoded(data: bytes, encoding: str, errors: str, start: int = 0) -> Iterator[str]:
    pieces = (data[at : at + _CHUNK] for at in range(start, len(data), _CHUNK))
    return codecs.iterdecode(pieces, encoding, errors)


def _fits(data: bytes, encoding: str) -> bool:
    try:
        for _ in _decoded(data, encoding, "strict"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(head: bytes) -> str | None:
    """Western text in UTF-16 has a zero in every other byte; text in one byte has none."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even and odd:
        return None
    mostly = len(head) // 4
    return "utf-16-le" if odd > mostly else "utf-16-be" if even > mostly else None


def _is_damaged_utf8(data: bytes) -> bool:
    """One cut character must not turn a whole Arabic file into Latin letters.

    Text in another encoding hardly ever forms a valid sequence.
    """
    damaged = foreign = 0
    for text in _decoded(data, "utf-8", "replace"):
        damaged += text.count("\ufffd")
        foreign += len(text) - len(text.encode("ascii", "ignore"))
    return foreign - damaged > damaged


def _old_encoding(data: bytes, language: str | None) -> str:
    """Return the encoding in which the lines that are not ASCII make the most sense."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few files need it, and it is large

    sample = _sample(data)
    if set(_beyond_ascii(sample.decode(_WESTERN, "replace"))) <= _COMMON_MARKS:
        return _WESTERN  # all Windows encodings have these at the same place
    likely = _OF_LANGUAGE.get((language or "").lower().replace("_", "-").partition("-")[0], ())
    asked = list(dict.fromkeys((*likely, *_USUAL)))
    found = from_bytes(sample, cp_isolation=asked, enable_fallback=False)

    def rank(match: CharsetMatch) -> tuple[bool, float, float, int]:
        known = [name for name in match.could_be_from_charset if name in asked]
        return (
            likely != () and not set(known) & set(likely),
            match.chaos,
            -match.coherence,
            min(map(asked.index, known), default=len(asked)),
        )

    for match in sorted(found, key=rank):
        # Those in which the sample reads alike are one match.
        names = [name for name in asked if name in match.could_be_from_charset]
        fitting = next((name for name in names if _fits(data, name)), None)
        if fitting and _is_plausible(str(match)):
            if len(_beyond_ascii(str(match))) < _FEWEST and not {*likely, _WESTERN} & {*names}:
                break
            return fitting
    raise UnknownEncodingError


def _sample(data: bytes) -> bytes:
    """Return the lines that are not ASCII: the times of captions say nothing of a language."""
    lines: list[bytes] = []
    size = at = 0
    while size < _SAMPLE and (found := _NOT_ASCII.search(data, at)) is not None:
        begin = max(data.rfind(b"\n", at, found.start()) + 1, at, found.start() - _SAMPLE)
        end = data.find(b"\n", found.end(), found.end() + _SAMPLE)
        at = end if end >= 0 else found.end() + _SAMPLE
        lines.append(data[begin:at])
        size += len(lines[-1])
    return b"\n".join(lines)


def _beyond_ascii(text: str) -> list[str]:
    return [character for character in text if not character.isascii()]


def _is_plausible(text: str) -> bool:
    """Tell whether text can be what somebody wrote.

    In every language of Latin letters most letters are plain ones; where they are not, it is
    another script, read wrongly.
    """
    foreign = _beyond_ascii(text)
    odd = sum(unicodedata.category(character) in _ODD for character in foreign)
    latin = sum(unicodedata.name(character, "").startswith("LATIN") for character in foreign)
    plain = sum(character.isascii() and character.isalpha() for character in text)
    return odd <= len(foreign) * _MOST_ODD and latin <= plain


_ODD = frozenset({"Cc", "Cn", "Co", "Cs", "So", "Sm", "Sk"})
"""Controls, unassigned, boxes and other signs. Quotation marks and currencies are common text."""
