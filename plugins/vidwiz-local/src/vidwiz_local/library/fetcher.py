"""The fetcher that takes metadata and captions from a folder in yt-dlp's layout."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from vidwiz.plugin_api import (
    Handling,
    MetadataFetcher,
    PluginError,
    PluginInfo,
    Transcript,
    TranscriptFetcher,
    VideoMetadata,
    VideoRef,
)
from vidwiz_captions import CaptionFormat, parse
from vidwiz_local.library.choice import choose_captions
from vidwiz_local.library.files import FilesOfVideo, LibraryFile, find_files, not_in_library
from vidwiz_local.library.ids import KnownIds
from vidwiz_local.library.index import LibraryIndex
from vidwiz_local.library.metadata import (
    best,
    read_info,
    refuse_other,
    spoken_language,
    to_metadata,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """The folder, which may be made later; core takes it from `VIDWIZ_LIBRARY_DIR`.

    `cache` is a file in which the ids in info.json files are kept; without it they are read by each
    process that needs them.
    """

    folder: Path
    cache: Path | None = None


class LibraryFetcher(MetadataFetcher, TranscriptFetcher):
    """Serves the videos whose `ID.info.json` and `ID.LANG.srt|vtt|json3|...` lie in a folder.

    The names are kept between calls, but each call looks whether a folder changed, so that what is
    put there is found at once.
    """

    info: ClassVar[PluginInfo] = PluginInfo(
        name="library",
        title="Library folder",
        timeout_seconds=60.0,  # the largest captions take some seconds, on small machines more
    )
    Settings: ClassVar[type] = LibrarySettings
    settings: LibrarySettings

    def __init__(self, settings: LibrarySettings) -> None:
        super().__init__(settings)
        self._index = LibraryIndex(settings.folder, KnownIds(settings.cache))

    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        files = find_files(self._index, ref, for_metadata=True)
        infos, failure = _read_infos(files, ref)
        if infos:
            return best([to_metadata(ref.id, info) for info in infos], title=files.title)
        if files.title is not None:
            return VideoMetadata(id=ref.id, title=files.title)
        raise failure or not_in_library("The library folder has no info.json for this video.")

    def fetch_transcript(self, ref: VideoRef, languages: Sequence[str]) -> Transcript:
        files = find_files(self._index, ref, for_metadata=False)
        # Captions can do without an info.json, so a broken one is no failure here.
        infos, _ = _read_infos(files, ref)
        spoken = next((tag for info in infos if (tag := spoken_language(info))), None)
        captions = choose_captions(files.captions, languages, spoken)
        if not captions:
            raise not_in_library(files.why_none())
        return _first_good(captions, spoken)


def _read_infos(
    files: FilesOfVideo, ref: VideoRef
) -> tuple[list[dict[str, Any]], PluginError | None]:
    """Return the info.json files that are the video's, and the failure of the first other one.

    Raises `PluginError` when the only one is still being written.
    """
    found = []
    failures = []
    for file in files.infos:
        try:
            info = read_info(file.read(), name=file.name)
            refuse_other(info, ref, name=file.name)
            found.append(info)
        except PluginError as failure:
            log.warning("an info.json is left out", extra={"reason": failure.message})
            failures.append(failure)
    growing = next((one for one in failures if one.handling is Handling.RETRY), None)
    if growing is not None and not found:
        raise growing
    return found, failures[0] if failures else None


def _read_captions(file: LibraryFile, spoken: str | None) -> Transcript:
    segments = parse(
        file.read(),
        cast("CaptionFormat", file.says.kind),
        name=file.name,
        # Where the name's tag is wrong, it is mostly the tag of English.
        language=spoken if file.language in {None, "en"} else file.language,
    )
    return Transcript(segments, file.language)


def _first_good(captions: Sequence[LibraryFile], spoken: str | None) -> Transcript:
    """Return what the first readable file gives; the failure of the first when none is.

    Of a file that is still being written, another format is as good, but no other language.
    """
    failures: list[PluginError] = []
    growing: PluginError | None = None
    language = None
    for file in captions:
        if growing is not None and file.language != language:
            break
        try:
            return _read_captions(file, spoken)
        except PluginError as failure:
            failures.append(failure)
            if failure.handling is Handling.RETRY and growing is None:
                growing, language = failure, file.language
    raise growing or failures[0]
