"""Caption files become segments: SubRip, WebVTT and YouTube's json3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vidwiz.plugin_api import PluginError
from vidwiz_local.captions.formats import NotCaptionsError, read_json3, read_srt, read_vtt
from vidwiz_local.captions.text import decode, has_words
from vidwiz_local.captions.timeline import to_segments

if TYPE_CHECKING:
    from vidwiz.plugin_api import Segment

CaptionFormat = Literal["json3", "vtt", "srt"]

MAX_BYTES = 32 * 1024 * 1024
"""Far above a day of speech in the wordiest format; what is larger is something else."""

_READERS = {"json3": read_json3, "vtt": read_vtt, "srt": read_srt}


def parse(
    data: bytes | str, caption_format: CaptionFormat, *, name: str = "The file"
) -> tuple[Segment, ...]:
    """Return what is said, in the order of time, each spoken word once and no two at once.

    Raises `PluginError`: `parse_error` when `data` is no such file, `empty_transcript` when it
    holds nothing but noise. `name` is what the message calls the file.
    """
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024**2
        raise PluginError("parse_error", f"{name} is too large for captions (over {limit} MB).")
    text = decode(data) if isinstance(data, bytes) else data.removeprefix("\ufeff")
    try:
        cues = _READERS[caption_format](text)
    except NotCaptionsError as exc:
        raise PluginError("parse_error", f"{name} is not a caption file: {exc}.") from exc
    segments = to_segments(cues)
    if not any(has_words(segment.text) for segment in segments):
        raise PluginError("empty_transcript", f"The captions in {name} hold no words.")
    return segments
