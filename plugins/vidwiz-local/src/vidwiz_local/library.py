"""The fetcher that takes metadata and captions from a folder in yt-dlp's layout."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from vidwiz.plugin_api import (
    MetadataFetcher,
    PluginError,
    PluginInfo,
    Transcript,
    TranscriptFetcher,
    VideoMetadata,
    VideoRef,
)
from vidwiz_local.captions import CaptionFormat, parse
from vidwiz_local.library_files import LibraryFile, choose_captions, find_files, not_in_library
from vidwiz_local.library_metadata import read_info, spoken_language, to_metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """The folder, which may be made later; core takes it from `VIDWIZ_LIBRARY_DIR`."""

    folder: Path


class LibraryFetcher(MetadataFetcher, TranscriptFetcher):
    """Serves the videos whose `ID.info.json` and `ID.LANG.srt|vtt|json3` lie in a folder.

    The folder is looked through anew by each call, so that what is put there is found at once.
    """

    info: ClassVar[PluginInfo] = PluginInfo(
        name="library",
        title="Library folder",
        timeout_seconds=60.0,  # the largest captions take some seconds, on small machines more
    )
    Settings: ClassVar[type] = LibrarySettings
    settings: LibrarySettings

    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        files = find_files(self.settings.folder, ref)
        title = next((file.title for file in files if file.title), None)
        infos = [file for file in files if file.kind == "info.json"]
        if infos:
            info = _first_good(infos, lambda file: read_info(file.read(), name=file.name))
            return to_metadata(ref.id, info, title=title)
        if title is None:
            raise not_in_library("The library folder has no info.json for this video.")
        return VideoMetadata(id=ref.id, title=title)

    def fetch_transcript(self, ref: VideoRef, languages: Sequence[str]) -> Transcript:
        files = find_files(self.settings.folder, ref)
        spoken = _spoken_language(files)
        captions = choose_captions(files, languages, spoken)
        if not captions:
            raise not_in_library("The library folder has no captions for this video.")
        return _first_good(captions, lambda file: _read_captions(file, spoken))


def _spoken_language(files: Sequence[LibraryFile]) -> str | None:
    """Captions can do without an info.json, so a broken one is no failure here."""
    for file in files:
        if file.kind == "info.json":
            with contextlib.suppress(PluginError):
                return spoken_language(read_info(file.read(), name=file.name))
    return None


def _read_captions(file: LibraryFile, spoken: str | None) -> Transcript:
    segments = parse(
        file.read(),
        cast(CaptionFormat, file.kind),
        name=file.name,
        # Where the name's tag is wrong, it is mostly the tag of English.
        language=spoken if file.language in {None, "en"} else file.language,
    )
    return Transcript(segments, file.language)


def _first_good(files: Sequence[LibraryFile], read: Callable[[LibraryFile], _Result]) -> _Result:
    """Return what the first readable file gives; the failure of the first when none is."""
    failures = []
    for file in files:
        try:
            return read(file)
        except PluginError as failure:
            failures.append(failure)
    raise failures[0]
