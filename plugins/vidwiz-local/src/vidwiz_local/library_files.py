"""The files of the library folder: which belong to a video, and which captions come first."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from vidwiz.plugin_api import Handling, PluginError
from vidwiz_local.captions import FORMATS, MAX_BYTES, CaptionFormat
from vidwiz_local.captions.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vidwiz.plugin_api import VideoRef

Kind = Literal["info.json", "json3", "vtt", "srt"]

_NAME = re.compile(r"(?P<stem>.+)\.(?P<kind>info\.json|json3|vtt|srt)", re.IGNORECASE | re.DOTALL)
# `en`, `zh-Hans`, `en-orig`, and `en-eEY6OEpapPo`, which is a named track; not `live_chat`.
_TAG = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9_-]+)?", re.IGNORECASE)
_ORIGINAL = re.compile(r"[-_]orig$", re.IGNORECASE)
_FORMER_TAGS = {"iw": "he", "in": "id", "ji": "yi"}  # YouTube still uses them


def not_in_library(message: str) -> PluginError:
    """Make the failure of a video that another fetcher may know."""
    return PluginError("not_in_library", message, handling=Handling.SWITCH)


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """A file of one video; `language` is the tag in its name, `title` what stands before `[ID]`.

    Captions are automatic when speech recognition is known to have made them: yt-dlp names those of
    the spoken language `LANG-orig`.
    """

    path: Path
    kind: Kind
    title: str | None
    language: str | None = None
    is_automatic: bool = False

    @property
    def name(self) -> str:
        """The file's name as it may be shown."""
        return clean(self.path.name)

    def read(self) -> bytes:
        """Return the content, or raise `parse_error`."""
        try:
            # Opening a pipe would wait for its writer.
            if not self.path.is_file():
                raise PluginError("parse_error", f"{self.name} is not a file.")
            with self.path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except OSError as exc:
            reason = exc.strerror or "input error"
            raise PluginError("parse_error", f"{self.name} cannot be read ({reason}).") from exc
        if len(data) > MAX_BYTES:
            limit = MAX_BYTES // 1024**2
            raise PluginError("parse_error", f"{self.name} is too large (over {limit} MB).")
        return data


def find_files(folder: Path, ref: VideoRef) -> list[LibraryFile]:
    """Return the files of a video, those nearest to the top of the folder first."""
    # The last is how yt-dlp writes a colon, which Windows has in no file name.
    keys = (ref.id, f"{ref.site}:{ref.id}", f"{ref.site}\N{FULLWIDTH COLON}{ref.id}")
    files = [
        file
        for root, names in _walk(folder)
        for name in names
        if ref.id in name and (file := _recognise(root, name, keys)) is not None
    ]
    return sorted(files, key=lambda file: (len(file.path.parts), file.path))


def _walk(folder: Path) -> Iterator[tuple[str, list[str]]]:
    def refuse(error: OSError) -> None:
        if error.filename == str(folder) and not isinstance(error, FileNotFoundError):
            raise not_in_library(f"The library folder cannot be read ({error.strerror}).")

    seen = set()
    for root, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        # Links are followed, since libraries are often put together of them; each folder once.
        place = os.path.realpath(root)
        if place in seen:
            folders.clear()
            continue
        seen.add(place)
        yield root, names


def _recognise(root: str, name: str, keys: Sequence[str]) -> LibraryFile | None:
    match = _NAME.fullmatch(name)
    if match is None or name.startswith("._"):  # macOS keeps attributes under such names
        return None
    stem, kind = match["stem"], cast(Kind, match["kind"].lower())
    path = Path(root, name)
    title = _title(stem, keys)
    if title is not None:
        return LibraryFile(path, kind, clean(title) or None)
    stem, _, tag = stem.rpartition(".")
    title = _title(stem, keys)
    if title is None or kind == "info.json" or not _TAG.fullmatch(tag):
        return None
    language = _ORIGINAL.sub("", tag)
    return LibraryFile(path, kind, clean(title) or None, language, language != tag)


def _title(stem: str, keys: Sequence[str]) -> str | None:
    """Return what stands before the id, or None when the name is another video's."""
    for key in keys:
        if stem == key:
            return ""
        if stem.endswith(f"[{key}]"):
            return stem[: -len(key) - 2]
    return None


def choose_captions(
    files: Sequence[LibraryFile], asked: Sequence[str], spoken: str | None
) -> list[LibraryFile]:
    """Return the captions that answer the call, best first; the later ones are for broken files.

    The languages asked for, then the one spoken in the video. Only when neither is there comes one
    more: a file without a language, which is likely the video's own; English; the first by name.
    """
    captions = [file for file in files if file.kind != "info.json"]
    spoken = spoken or next((file.language for file in captions if file.is_automatic), None)
    wanted = [*asked, *([spoken] if spoken else [])]
    chosen = [file for tag in wanted for file in _in_language(captions, tag)]
    if not chosen:
        chosen = [file for file in captions if file.language is None]
        chosen.sort(key=_format_rank)
    if not chosen and captions:
        first = min(str(file.language) for file in captions)
        chosen = _in_language(captions, "en") or _in_language(captions, first)
    return list(dict.fromkeys(chosen))


def _in_language(captions: Sequence[LibraryFile], tag: str) -> list[LibraryFile]:
    """Return those in the language of `tag`: made by people first, then the nearest variant."""
    asked = _subtags(tag)
    if not asked:
        return []

    def rank(file: LibraryFile) -> tuple[bool, int, int, str, int]:
        own = _subtags(file.language)
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(own, asked, strict=False))
        shared = len(list(alike))
        return (file.is_automatic, -shared, len(own), str(file.language), _format_rank(file))

    return sorted((f for f in captions if _subtags(f.language)[:1] == asked[:1]), key=rank)


def _subtags(tag: str | None) -> list[str]:
    if not tag:
        return []
    base, *others = tag.lower().replace("_", "-").split("-")
    return [_FORMER_TAGS.get(base, base), *others]


def _format_rank(file: LibraryFile) -> int:
    return FORMATS.index(cast(CaptionFormat, file.kind))
