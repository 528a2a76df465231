"""Caption files become segments: SubRip, WebVTT and YouTube's json3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from vidwiz.plugin_api import PluginError
from vidwiz_local.captions.compressed import NotGzipError, gunzip
from vidwiz_local.captions.encoding import EncodedText, UnknownEncodingError, recognise
from vidwiz_local.captions.formats import NotCaptionsError, read_json3, read_srt, read_vtt
from vidwiz_local.captions.text import has_words
from vidwiz_local.captions.timeline import to_segments

if TYPE_CHECKING:
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

_READERS = {"json3": read_json3, "vtt": read_vtt, "srt": read_srt}


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
        cues = _READERS.get(caption_format, read_srt)(_recognised(data, name, language))
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
