"""Videos to write about: real captions as they are, and the same as speech recognition has them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vidwiz.plugin_api import VideoRef
from vidwiz.services.writing import VideoContext
from vidwiz_captions import parse
from vidwiz_local.library import LibraryFetcher, LibrarySettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vidwiz.plugin_api import Segment

BESIDE_THE_PROJECT = Path(__file__).parents[2].parent / "shared" / "data" / "captions"
_CAPTIONS = re.compile(r"(?P<id>[\w-]{11})\.(?P<language>[\w-]+)\.srt")
_END = re.compile(r"[.?!。？！؟…]+(?=\s|$|[^\s\w])|[。？！]")
_LONGEST_SENTENCE = 30  # words of a mean sentence; in captions with more, many ends are not marked
_SPARSE = 0.5  # characters a second below which nothing but sounds is written down
_ROW_WORDS = 7  # of a row of YouTube's automatic captions


@dataclass(frozen=True)
class Video:
    """One video in one language; `kind` says which share of the report it counts for.

    `source` has its speech with punctuation, where that is known.
    """

    name: str
    kind: str
    about: VideoContext
    segments: tuple[Segment, ...]
    source: tuple[Segment, ...]


def videos(folder: Path) -> Iterator[Video]:
    """Yield every caption file of a library folder, and English ones a second time as rolling."""
    fetcher = LibraryFetcher(LibrarySettings(folder))
    for path in sorted(folder.glob("*.srt")):
        match = _CAPTIONS.fullmatch(path.name)
        if match is None:
            continue
        url = f"https://youtu.be/{match['id']}"
        known = fetcher.fetch_metadata(VideoRef("youtube", match["id"], url))
        about = VideoContext(
            title=known.title,
            channel=known.channel,
            duration=known.duration,
            language=match["language"],
            chapters=tuple((one.start_time, one.title) for one in known.chapters or ()),
        )
        segments = parse(path.read_bytes(), "srt", language=match["language"])
        english = match["language"] == "en"
        kind = _kind(segments, about) or ("English" if english else "foreign")
        yield Video(path.stem, kind, about, segments, segments)
        if kind == "English":
            yield Video(path.stem, "rolling", about, as_recognised(segments), segments)


def _kind(segments: Sequence[Segment], about: VideoContext) -> str | None:
    """Say what sets a video apart from those that say something in whole sentences."""
    text = " ".join(segment.text for segment in segments)
    if len(text) < _SPARSE * (about.duration or 0):
        return "nearly silent"
    # Of scripts without spaces a word has two or three characters.
    length = max(len(text.split()), len(text) / 6)
    return "sloppy" if length > _LONGEST_SENTENCE * len(_END.findall(text)) else None


def as_recognised(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return what YouTube's automatic captions of the same speech would be read as.

    Small letters, no punctuation, two rows of which each is shown twice.
    """
    words = [
        (word, segment.offset + segment.duration * index / len(said))
        for segment in segments
        for said in (re.sub(r"[^\w' ]", " ", segment.text.casefold()).split(),)
        for index, word in enumerate(said)
    ]
    rows = [words[at : at + _ROW_WORDS] for at in range(0, len(words), _ROW_WORDS)]
    cues = []
    above = ""
    for number, row in enumerate(rows):
        start = row[0][1]
        end = rows[number + 1][0][1] if number + 1 < len(rows) else row[-1][1] + 1
        text = " ".join(word for word, _ in row)
        cues.append(f"{_stamp(start)} --> {_stamp(end)}\n{above}\n{text}\n")
        above = text
    return parse("WEBVTT\n\n" + "\n".join(cues), "vtt")


def _stamp(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes // 60):02}:{int(minutes % 60):02}:{rest:06.3f}"


def of_length(videos: Sequence[Video], hours: float) -> tuple[Segment, ...]:
    """Return the speech of videos, one after another and from the start again, for some hours."""
    found: list[Segment] = []
    begins = 0.0
    while begins < hours * 3600:
        for video in videos:
            found += [
                replace(segment, offset=segment.offset + begins) for segment in video.segments
            ]
            begins = found[-1].offset + found[-1].duration
            if begins >= hours * 3600:
                break
    return tuple(segment for segment in found if segment.offset < hours * 3600)
