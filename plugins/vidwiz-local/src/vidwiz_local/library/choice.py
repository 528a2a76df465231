"""Which of a video's captions are taken: the languages asked for, then the one that is spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz_captions import FORMATS
from vidwiz_local.library.languages import OTHER_SCRIPT, distance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz_local.library.files import LibraryFile


def choose_captions(
    captions: Sequence[LibraryFile], asked: Sequence[str], spoken: str | None
) -> list[LibraryFile]:
    """Return the captions that answer the call, best first; the later ones are for broken files.

    The languages asked for, then the one spoken in the video. Only when neither is there comes one
    more: a file without a language, which is likely the video's own; English; the first by name.
    Captions of what is said in foreign languages alone come when there are no others.
    """
    whole = [file for file in captions if not file.says.tags.is_forced]
    chosen = _choose(whole, asked, spoken)
    return chosen or _choose(captions, asked, spoken)


def _choose(
    captions: Sequence[LibraryFile], asked: Sequence[str], spoken: str | None
) -> list[LibraryFile]:
    spoken = spoken or next(
        (file.language for file in captions if file.says.tags.is_original), None
    )
    wanted = [*asked, *([spoken] if spoken else [])]
    chosen = [file for tag in wanted for file in _in_language(captions, tag)]
    if not chosen:
        chosen = [file for file in captions if file.language is None]
        chosen.sort(key=_rank)
    if not chosen and captions:
        spoken_in = [file for file in captions if not file.says.tags.is_translated] or captions
        first = min(str(file.language) for file in spoken_in)
        chosen = _in_language(spoken_in, "en") or _in_language(spoken_in, first)
    return list(dict.fromkeys(chosen))


def _in_language(captions: Sequence[LibraryFile], tag: str) -> list[LibraryFile]:
    """Return those in the language of `tag`, in the script asked for, made by people first."""
    near = [
        (far, file)
        for file in captions
        if file.language and (far := distance(tag, file.language)) is not None
    ]

    def rank(pair: tuple[int, LibraryFile]) -> tuple[object, ...]:
        far, file = pair
        subtags = str(file.language).count("-")
        tags = file.says.tags
        return (
            far >= OTHER_SCRIPT,
            file.says.is_loose,
            tags.is_automatic,
            far,
            subtags,
            tags.is_track,
            file.language,
            *_rank(file),
        )

    return [file for _, file in sorted(near, key=rank)]


def _rank(file: LibraryFile) -> tuple[bool, bool, bool, int]:
    """Rank files of one language: first those whose whole name is understood, by their format."""
    tags = file.says.tags
    formats: tuple[str, ...] = FORMATS
    return (
        file.says.is_loose,
        bool(tags.unknown),
        tags.is_automatic,
        formats.index(file.says.kind),
    )
