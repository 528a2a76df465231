"""The encoding of a file: told by its mark, by its form, or, for old ones, by what it would say."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from vidwiz_captions.guessing import Fit, asian_fit, fits, letters_of
from vidwiz_captions.languages import LATIN

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOMS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_CHUNK = 1024 * 1024  # bytes that are decoded at once

_WESTERN = "cp1252"
_OF_LATIN = (
    *(_WESTERN, "cp1250", "cp1254", "cp1257"),
    *("iso8859_2", "iso8859_9", "iso8859_15", "iso8859_13"),
)
_OF_SCRIPTS = (
    *("cp1251", "cp1253", "cp1255", "cp1256", "cp874", "cp862"),
    *("koi8_r", "koi8_u", "cp866", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8"),
)
"""What files of captions are in fact written in, the likelier first: Windows, then DOS and Unix."""
_OF_ASIA = {"cp932": "ja", "euc_jp": "ja", "gb18030": "zh", "big5": "zh", "cp949": "ko"}
_WITH_HINT = {"vi": "cp1258"}  # its letters are in no order that would tell
_SERVED = {
    _WESTERN: "en de fr es pt it nl sv da no fi is ca sq et",
    "iso8859_15": "de fr es pt it nl sv da no fi is ca sq et",
    **dict.fromkeys(("cp1250", "iso8859_2"), "pl cs sk hu ro hr sl sq"),
    **dict.fromkeys(("cp1254", "iso8859_9"), "tr az"),
    **dict.fromkeys(("cp1257", "iso8859_13"), "et lv lt"),
    "cp1251": "ru uk be bg sr mk",
    "koi8_r": "ru",
    "koi8_u": "ru uk",
    "cp866": "ru",
    "iso8859_5": "ru uk be bg sr mk",
    **dict.fromkeys(("cp1253", "iso8859_7"), "el"),
    **dict.fromkeys(("cp1255", "iso8859_8", "cp862"), "he"),
    "cp1256": "ar fa",
    "iso8859_6": "ar",
    "cp874": "th",
}
"""By encoding the languages that it was made for."""
_SAME_AS = {"iw": "he", "yi": "he", "ur": "fa", "bs": "hr", "sh": "hr", "nb": "no", "nn": "no"}
_ESCAPES = {b"\x1b$)C": "iso2022_kr", b"\x1b$B": "iso2022_jp_2", b"\x1b$@": "iso2022_jp_2"}
_WINDOWS = {
    ord(character): byte
    for byte in range(0x80, 0xA0)
    if (character := bytes([byte]).decode(_WESTERN, "ignore"))
}
_FEWEST_TWICE = 4  # characters beyond ASCII of which it can be told that UTF-8 was encoded twice
_ONE_SIDED = 8  # times more zeros in every other byte than in the rest
_LEAST_ZEROS = 0.05  # share of bytes
_WHOLE = 8  # times the damaged characters that UTF-8 must have of whole ones
_SAMPLE = 64 * 1024  # bytes of text that are judged
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_MISQUOTED = re.compile(rb"[A-Za-z](?:[\x82\x84]|[\x93\x94][a-z])")
"""Quotation marks of Windows where none can be: they are `é`, `ä` and `ö` of DOS."""
_COMMON_MARKS = frozenset("…–—‘’‚“”„«»‹›•·°§©®™€£±\xa0")
_HINT = 4.0  # how much the language that is said counts, in the measure of `Fit.score`
_HINT_OF_ENGLISH = 1.0  # which is said of most files, whatever they are in
_MARGIN = 1.5  # by how much the best reading must be better than the second
_MARGIN_OF_LETTERS = 4.0  # the same where letters alone decide, and not words
_FEWEST = 12  # letters of a script of which it can be told, where the language is not known
_SHARE = 0.1  # and the share of its score, in much text


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
    if escaped := _escaped(data):
        return EncodedText(data, escaped)
    if _fits(data, "utf-8") or _is_damaged_utf8(data):
        return EncodedText(_encoded_once(data), "utf-8")
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


def _encoded_once(data: bytes) -> bytes:
    """Undo what a program did that took UTF-8 for Western text and encoded it a second time."""
    sample = _sample(data).decode("utf-8", "ignore")
    if len(_beyond_ascii(sample)) < _FEWEST_TWICE or not _was_encoded_twice(sample):
        return data
    whole = data.decode("utf-8", "replace")
    return _as_western(whole) if _was_encoded_twice(whole) else data


def _was_encoded_twice(text: str) -> bool:
    try:
        _as_western(text).decode("utf-8")
    except UnicodeError:
        return False
    return True


def _as_western(text: str) -> bytes:
    """Return the bytes of Western text, of which five that Windows leaves out are as in Latin-1."""
    return text.translate(_WINDOWS).encode("latin-1")


def _utf16_without_mark(head: bytes) -> str | None:
    """Tell it by its times, which have a zero in every other byte whatever the words are in."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) <= min(even, odd) * _ONE_SIDED or max(even, odd) < len(head) * _LEAST_ZEROS:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _escaped(data: bytes) -> str | None:
    """Return the encoding of mail and news, which is ASCII with escapes in between."""
    for escape, encoding in _ESCAPES.items():
        if escape in data and _fits(data, encoding):
            return encoding
    return None


def _is_damaged_utf8(data: bytes) -> bool:
    """One cut character must not turn a whole Arabic file into Latin letters.

    Text in another encoding seldom forms a valid sequence, but a few characters may.
    """
    damaged = foreign = 0
    for text in _decoded(data, "utf-8", "replace"):
        damaged += text.count("\ufffd")
        foreign += len(text) - len(text.encode("ascii", "ignore"))
    return foreign - damaged > damaged * _WHOLE


def _old_encoding(data: bytes, language: str | None) -> str:
    """Return the encoding in which the lines that are not ASCII make the most sense."""
    sample = _sample(data)
    if (
        not _MISQUOTED.search(sample)
        and set(_beyond_ascii(sample.decode(_WESTERN, "replace"))) <= _COMMON_MARKS
    ):
        return _WESTERN  # all Windows encodings have these at the same place
    hint = (language or "").lower().replace("_", "-").partition("-")[0]
    hint = _SAME_AS.get(hint, hint)
    readings: dict[str, _Reading] = {}
    for encoding in (*_OF_LATIN, *_OF_SCRIPTS, *_OF_ASIA, *_hinted(hint)):
        try:
            # Without its end, which may be a character that was cut.
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            continue
        reading = _read(text, data[:_SAMPLE].decode(encoding, "replace"), encoding, hint)
        if reading is None or not _fits(data, encoding):
            continue
        # Those in which the sample reads alike are one reading, by the encoding named first.
        known = readings.get(text)
        if known is None:
            readings[text] = reading
        elif known.score < reading.score:
            readings[text] = reading._replace(encoding=known.encoding)
    return _best(list(readings.values()))


class _Reading(NamedTuple):
    encoding: str
    score: float
    margin: float


def _hint_counts(hint: str) -> float:
    return _HINT_OF_ENGLISH if hint == "en" else _HINT


def _hinted(language: str) -> tuple[str, ...]:
    return (_WITH_HINT[language],) if language in _WITH_HINT else ()


def _best(readings: list[_Reading]) -> str:
    readings.sort(key=lambda reading: -reading.score)
    if not readings:
        raise UnknownEncodingError
    first, *others = readings
    if others:
        margin = max(first.margin, abs(first.score) * _SHARE if first.score > 0 else 0)
        if first.score - others[0].score < margin:
            raise UnknownEncodingError
    return first.encoding


def _read(text: str, around: str, encoding: str, hint: str) -> _Reading | None:
    """Return how likely a text is what somebody wrote in that encoding; None where it is not."""
    if language := _OF_ASIA.get(encoding):
        found = [fit for fit in [asian_fit(text, language)] if fit]
    else:
        served = _SERVED.get(encoding, "").split()
        found = [fit for fit in fits(text, around) if fit.language in served]
    if not found and encoding in _hinted(hint):
        found = [Fit(hint, 0.0)]
    hinted = [Fit(f.language, f.score + _hint_counts(hint) * (f.language == hint)) for f in found]
    best = max(hinted, key=lambda fit: fit.score, default=None)
    if best is None:
        return None
    if best.language in LATIN:
        return _Reading(encoding, best.score, _MARGIN)
    if best.language != hint and letters_of(text) * (1 + (encoding in _OF_ASIA)) < _FEWEST:
        return None
    return _Reading(encoding, best.score, _MARGIN_OF_LETTERS)


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
