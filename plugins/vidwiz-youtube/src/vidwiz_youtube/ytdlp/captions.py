"""Which of a video's caption files is read, and how it becomes a transcript."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urljoin, urlsplit

import vidwiz_captions
from vidwiz.plugin_api import PluginError, Transcript
from vidwiz_youtube.failures import failure
from vidwiz_youtube.failures_ytdlp import block_in
from vidwiz_youtube.tracks import CaptionTrack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from vidwiz_captions import CaptionFormat

ORIGINAL = "-orig"
"""What yt-dlp appends to the language that is spoken in a YouTube video."""

_LANGUAGE = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{4}(?=-|$))?(?:-(?:[a-z]{2}|\d{3})(?=-|$))?(?=-|$)", re.IGNORECASE
)
"""The language, script and region of a BCP 47 tag."""

_NOT_SPEECH = frozenset({"live_chat", "danmaku", "comments", "chat", "rechat", "storyboard"})
"""What extractors list beside the languages."""

_SAME_AS: dict[str, CaptionFormat] = {"webvtt": "vtt", "tt": "ttml", "smi": "ttml", "dfxp": "dfxp"}
_YOUTUBE_FORMATS: tuple[CaptionFormat, ...] = ("json3", "srv1")
"""Those that have each spoken word once. YouTube's vtt repeats the lines of automatic captions."""

_IN_PIECES = ("m3u8", "m3u8_native")
MOST_PIECES = 1000


def tracks_of(info: Mapping[str, Any]) -> list[CaptionTrack]:
    """Return what there is in the languages of a video, without machine translations.

    The automatic track of the language that is spoken comes first among the automatic ones.
    """
    manual = _usable(info.get("subtitles"))
    automatic = _usable(info.get("automatic_captions"))
    # YouTube's speech recognition is listed as `en-orig` and as `en`.
    spoken = {tag: files for tag, files in automatic.items() if tag.endswith(ORIGINAL)}
    bare = {tag.removesuffix(ORIGINAL): files for tag, files in (spoken | automatic).items()}
    return [
        CaptionTrack(_language(tag), is_automatic, files)
        for is_automatic, languages in ((False, manual), (True, bare))
        for tag, files in languages.items()
    ]


def _language(tag: str) -> str:
    """Return the language in a tag, to which YouTube may have added a track's own id."""
    match = _LANGUAGE.match(tag.replace("_", "-"))
    return match[0] if match else tag


def _usable(languages: object) -> dict[str, tuple[Mapping[str, Any], ...]]:
    if not isinstance(languages, dict):
        return {}
    found = {}
    for language, files in languages.items():
        own = tuple(file for file in files or () if not _is_translation(file))
        if own and language not in _NOT_SPEECH:
            found[str(language)] = own
    return found


def _is_translation(file: Mapping[str, Any]) -> bool:
    return "tlang" in parse_qs(urlsplit(str(file.get("url") or "")).query)


def transcript(
    track: CaptionTrack, read: Callable[[str], bytes], *, is_youtube: bool = False
) -> Transcript:
    """Fetch the best file of a track with `read` and return what is said.

    Raises `PluginError` when none of its formats can be read, or the file holds no captions, and
    whatever `read` raises.
    """
    file, caption_format = _best(track, _YOUTUBE_FORMATS if is_youtube else vidwiz_captions.FORMATS)
    name = f"{track.language}.{caption_format}"
    content = _content(file, read)
    if not content.strip():
        # YouTube answers so where it wants a token that proves a browser.
        raise failure("po_token_required") if is_youtube else PluginError("empty_transcript")
    if is_youtube and (block := block_in(content)) is not None:
        raise block
    segments = vidwiz_captions.parse(content, caption_format, name=name, language=track.language)
    return Transcript(segments, track.language)


def _best(
    track: CaptionTrack, formats: tuple[CaptionFormat, ...]
) -> tuple[Mapping[str, Any], CaptionFormat]:
    by_format: dict[str, Mapping[str, Any]] = {}
    for file in cast(tuple[Mapping[str, Any], ...], track.key):
        by_format.setdefault(_format_of(file), file)
    for caption_format in formats:
        if caption_format in by_format:
            return by_format[caption_format], caption_format
    offered = ", ".join(sorted(name[:20] or "an unnamed format" for name in by_format))
    raise PluginError("parse_error", f"The captions come as {offered}, which cannot be read here.")


def _format_of(file: Mapping[str, Any]) -> str:
    url = str(file.get("url") or "")
    named = file.get("ext") or PurePosixPath(urlsplit(url).path).suffix.removeprefix(".")
    name = str(named).lower()
    return _SAME_AS.get(name, name)


def _content(file: Mapping[str, Any], read: Callable[[str], bytes]) -> bytes:
    if isinstance(file.get("data"), str):
        return str(file["data"]).encode()
    url = str(file.get("url") or "")
    content = read(url)
    if file.get("protocol") not in _IN_PIECES and not content.lstrip().startswith(b"#EXTM3U"):
        return content
    whole = bytearray()
    for piece in _pieces(content, url):
        whole += read(piece) + b"\n\n"
        if len(whole) > vidwiz_captions.MAX_BYTES:
            break  # which is refused as too large
    return bytes(whole)


def _pieces(playlist: bytes, url: str) -> Iterable[str]:
    """Return the addresses of the pieces of captions that come as an HLS playlist (RFC 8216)."""
    lines = playlist.decode("utf-8", "replace").splitlines()
    pieces = [urljoin(url, line.strip()) for line in lines if line.strip() and line[0] != "#"]
    if not pieces or len(pieces) > MOST_PIECES:
        message = f"The captions come in {len(pieces)} pieces, which cannot be read here."
        raise PluginError("parse_error", message)
    return pieces
