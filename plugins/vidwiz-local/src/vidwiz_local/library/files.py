"""The files of a video in the library folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Handling, PluginError
from vidwiz_captions import decompressed
from vidwiz_local.library.metadata import is_of_another, read_info
from vidwiz_local.library.names import Name, beside_info, inside_folder, of_video, title_beside_id
from vidwiz_local.library.reading import read_file
from vidwiz_local.library.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vidwiz.plugin_api import VideoRef
    from vidwiz_local.library.index import LibraryIndex, Listing

_SHORTEST = 6  # characters of an id of another site that names a folder; a language has fewer
_INFO = ".info.json"
_MOST_NAMED = 3


def not_in_library(message: str) -> PluginError:
    """Make the failure of a video that another fetcher may know."""
    return PluginError("not_in_library", message, handling=Handling.SWITCH)


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """A file of one video, and what its name says."""

    path: Path
    says: Name

    @property
    def name(self) -> str:
        """The file's name as it may be shown."""
        return one_line(self.path.name)

    @property
    def is_info(self) -> bool:
        """Whether it holds the video's metadata."""
        return self.says.kind == "info.json"

    @property
    def language(self) -> str | None:
        """The tag of the language in its name."""
        return self.says.tags.language

    def read(self) -> bytes:
        """Return the content, or raise `parse_error`."""
        data = read_file(self.path, name=self.name)
        return decompressed(data, name=self.name) if self.says.is_compressed else data


@dataclass(frozen=True, slots=True)
class FilesOfVideo:
    """What the library has of a video, the nearest to the top of the folder first."""

    infos: list[LibraryFile]
    captions: list[LibraryFile]
    others: list[LibraryFile]
    """Captions that cannot be read for what their names say."""
    title: str | None
    """What the names of files and folders say of the title."""

    def why_none(self) -> str:
        """Say why there are no captions."""
        if not self.others:
            return "The library folder has no captions for this video."
        named = [
            f"{file.name} {'is not complete' if file.says.is_partial else 'was not understood'}"
            for file in self.others[:_MOST_NAMED]
        ]
        more = len(self.others) - len(named)
        listed = ", ".join(named) + (f", and {more} more" if more else "")
        return f"The library folder has no captions for this video that can be read; {listed}."


def find_files(index: LibraryIndex, ref: VideoRef, *, for_metadata: bool) -> FilesOfVideo:
    """Return the files of a video.

    Files that have the id only in an info.json beside them are looked for when no others are there
    for what is wanted, since that reads the beginnings of many.
    """
    try:
        named = list(_by_name(index, ref))
        files = _sorted(named, ref)
        if not (files.infos or files.title if for_metadata else files.captions):
            files = _sorted([*named, *_by_info(index, ref)], ref)
    except FileNotFoundError:
        return _sorted((), ref)  # the folder may be made later
    except OSError as exc:
        raise not_in_library(f"The library folder cannot be read ({exc.strerror}).") from exc
    return files


def _sorted(files: Iterable[LibraryFile], ref: VideoRef) -> FilesOfVideo:
    once = {file.path: file for file in files}.values()
    found = sorted(once, key=lambda file: (file.says.is_loose, len(file.path.parts), file.path))
    captions = [file for file in found if not file.is_info]
    return FilesOfVideo(
        infos=[file for file in found if file.is_info],
        captions=[file for file in captions if file.says.is_understood],
        others=[file for file in captions if not file.says.is_understood],
        title=next((f.says.title for f in found if f.says.title not in {"", ref.id}), None),
    )


def _by_name(index: LibraryIndex, ref: VideoRef) -> Iterator[LibraryFile]:
    for listing in index.folders():
        title = _title_of_folder(index, listing, ref)
        names: Iterable[tuple[str, Name | None]]
        if title is None:
            names = ((name, of_video(name, ref)) for name in listing.with_text(ref.id))
        else:
            names = _inside(index, listing, ref, title)
        for name, says in names:
            if says is not None:
                yield LibraryFile(Path(listing.path, name), says)


def _title_of_folder(index: LibraryIndex, listing: Listing, ref: VideoRef) -> str | None:
    """Return the title in the name of a folder that is named by the id; None for other folders."""
    below = listing.path.removeprefix(str(index.root))
    if ref.id not in below or (ref.site != "youtube" and len(ref.id) < _SHORTEST):
        return None
    titles = (title_beside_id(part, ref) for part in below.split("/"))
    return next((title for title in titles if title is not None), None)


def _inside(
    index: LibraryIndex, listing: Listing, ref: VideoRef, title: str
) -> Iterator[tuple[str, Name | None]]:
    """Yield the files of a folder that is named by the id, but for those of other videos."""
    others = [
        name[: -len(_INFO)]
        for name in listing.infos
        if (ids := index.ids.of(f"{listing.path}/{name}")) and is_of_another(ids[0], ref)
    ]
    for name in listing.all_names():
        says = of_video(name, ref)
        if says is None and not any(name.startswith(f"{stem}.") for stem in others):
            says = inside_folder(name)
        yield name, says and (says if says.title else replace(says, title=title))


def _by_info(index: LibraryIndex, ref: VideoRef) -> Iterator[LibraryFile]:
    """Yield the info.json files that have the id in them, and the captions of the same name."""
    for listing, info in index.infos_of(ref.id):
        stem = info[: -len(_INFO)]
        says = Name("info.json", one_line(stem))
        file = LibraryFile(Path(listing.path, info), says)
        if index.ids.of(str(file.path))[:1] != (ref.id,) and not _is_of(file, ref):
            continue
        yield file
        for name in listing.with_text(f"{stem}."):
            found = beside_info(name, stem)
            if found is not None and not _has_own_info(listing, name, stem):
                yield LibraryFile(Path(listing.path, name), replace(found, title=says.title))


def _is_of(info: LibraryFile, ref: VideoRef) -> bool:
    """Tell by the whole file whether an info.json is of this video."""
    try:
        return read_info(info.read(), name=info.name).get("id") == ref.id
    except PluginError:
        return False


def _has_own_info(listing: Listing, name: str, stem: str) -> bool:
    """Tell whether an info.json of another video has more of the beginning of this name."""
    words = name[len(stem) + 1 :].split(".")
    longer = (".".join([stem, *words[:count]]) for count in range(1, len(words)))
    return any(f"/{beginning}{_INFO}/" in listing.names for beginning in longer)
