"""Caption files become segments, in the formats and states that people have them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from vidwiz.plugin_api import PluginError
from vidwiz_captions.ass import read_ass
from vidwiz_captions.compressed import NotGzipError, gunzip
from vidwiz_captions.cues import Cue, NotCaptionsError
from vidwiz_captions.encoding import EncodedText, UnknownEncodingError, recognise
from vidwiz_captions.json3 import read_json3
from vidwiz_captions.lrc import read_lrc
from vidwiz_captions.text import has_words
from vidwiz_captions.timed_text import read_sbv, read_srt, read_txt, read_vtt
from vidwiz_captions.timeline import to_segments
from vidwiz_captions.xml_captions import read_xml

if TYPE_CHECKING:
    from collections.abc import Callable

    from vidwiz.plugin_api import Segment

CaptionFormat = Literal[
    "json3", "srv3", "srv2", "srv1", "ttml", "dfxp", "vtt", "srt", "ass", "ssa", "sbv", "lrc", "txt"
]
FORMATS: tuple[CaptionFormat, ...] = get_args(CaptionFormat)
"""Best first. json3 and srv3 have each word once, in plain text; vtt repeats the lines of YouTube's
automatic captions, which can be undone; srt is mostly a conversion of vtt and has lost what tells
more. The last are copies by hand; a txt is captions only when most of its lines have times."""

MAX_BYTES = 32 * 1024 * 1024
"""Far above a day of speech in the wordiest format; what is larger is something else.

Reading a file takes at most `MEMORY_FACTOR` times its size in memory, the file itself and the
segments included, so at most 320 MB. The most for its size takes json3 with a character beyond
U+FFFF, since Python then keeps each of its characters in four bytes.
"""
MEMORY_FACTOR = 10

_READERS: dict[CaptionFormat, Callable[[EncodedText], list[Cue]]] = {
    "json3": read_json3,
    **dict.fromkeys(("srv3", "srv2", "srv1", "ttml", "dfxp"), read_xml),
    "vtt": read_vtt,
    "srt": read_srt,
    **dict.fromkeys(("ass", "ssa"), read_ass),
    "sbv": read_sbv,
    "lrc": read_lrc,
    "txt": read_txt,
}


def parse(
    data: bytes | str,
    caption_format: CaptionFormat,
    *,
    name: str = "The file",
    language: str | None = None,
) -> tuple[Segment, ...]:
    """Return what is said, in the order of time, each spoken word once and no two at once.

    Raises `PluginError`: `parse_error` when `data` is no such file, too large, or in an encoding
    that is not known, `empty_transcript` when it holds nothing but noise. `name` is what the
    message calls the file; `language` is a hint for files in old encodings.
    """
    if len(data) > MAX_BYTES:
        raise _too_large(name)
    try:
        cues = _READERS[caption_format](_recognised(data, name, language))
    except NotCaptionsError as exc:
        raise PluginError("parse_error", f"{name} is not a caption file: {exc}.") from exc
    segments = to_segments(cues)
    if not any(has_words(segment.text) for segment in segments):
        raise PluginError("empty_transcript", f"The captions in {name} hold no words.")
    return segments


def decompressed(data: bytes, *, name: str) -> bytes:
    """Return the content of a `.gz` file; raise `PluginError` (`parse_error`).

    At most `MAX_BYTES` are unpacked: a file of which more comes out is refused.
    """
    try:
        content = gunzip(data, MAX_BYTES)
    except NotGzipError as exc:
        message = f"{name} is not a whole gzip file."
        raise PluginError("parse_error", message) from exc
    if len(content) > MAX_BYTES:
        raise _too_large(name)
    return content


def _too_large(name: str) -> PluginError:
    limit = MAX_BYTES // 1024**2
    return PluginError("parse_error", f"{name} is too large for captions (over {limit} MB).")


def _recognised(data: bytes | str, name: str, language: str | None) -> EncodedText:
    if isinstance(data, str):
        return EncodedText(data.removeprefix("\ufeff").encode("utf-8", "ignore"), "utf-8")
    try:
        return recognise(data, language=language)
    except UnknownEncodingError as exc:
        message = f"{name} is in an encoding that is not known; save it as UTF-8."
        raise PluginError("parse_error", message) from exc
