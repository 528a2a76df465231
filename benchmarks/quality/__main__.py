"""`python -m benchmarks.quality [--captions FOLDER] [--texts FILE]`: figures, and texts to read."""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from benchmarks.quality import corpus, measures
from vidwiz.plugin_api import CompletionOptions, Material, PluginError, Purpose
from vidwiz.plugin_api.base import NoSettings
from vidwiz.services import asking, passages, writing
from vidwiz_extractive import ExtractiveProvider
from vidwiz_extractive.passages import best_passages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.quality.corpus import Video

FIRST_MARK, BETWEEN_MARKS = 20, 45  # seconds
BARS = {
    ("notes that are whole sentences", "English"): 0.8,
    ("notes that are whole sentences", "foreign"): 0.8,
    ("chapter found first", "as they are"): 0.57,
    ("chapter among the first three", "as they are"): 0.79,
}
SECONDS = {1.0: 0.3, 10.0: 2.0}
_GENERIC = re.compile(r"introduction|recap|final words|a bonus problem", re.IGNORECASE)
_PROVIDER = ExtractiveProvider(NoSettings())


@click.command()
@click.option(
    "--captions",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=corpus.BESIDE_THE_PROJECT,
    help="A folder of info.json and srt files in yt-dlp's layout.",
)
@click.option("--texts", type=click.File("w"), help="Where to write every text, to be read.")
def main(captions: Path, texts: IO[str] | None) -> None:
    """Measure the texts of the provider without a model; exits with 1 when a bar is missed."""
    shares: dict[tuple[str, str], list[float]] = defaultdict(list)
    videos = list(corpus.videos(captions))
    for video in videos:
        for what, value in _measured(video, texts):
            shares[what, video.kind].append(value)
        for what, value in _retrieval(video):
            kind = "rolling" if video.kind == "rolling" else "as they are"
            shares[what, kind].append(value)
    table = Table("what", "of", "measured", "bar", "met")
    met = True
    for (what, kind), values in sorted(shares.items()):
        bar = BARS.get((what, kind))
        value = statistics.mean(values)
        met = met and (bar is None or value >= bar)
        table.add_row(
            what, f"{len(values)} {kind}", f"{value:.0%}", *_bar(bar, value >= (bar or 0))
        )
    for hours, most in SECONDS.items():
        taken = _seconds_for(videos, hours)
        met = met and taken <= most
        row = (f"seconds for {hours:g} h", "summary and questions", f"{taken:.2f}")
        table.add_row(*row, f"<= {most:g}", "yes" if taken <= most else "NO")
    Console(width=120).print(table)
    sys.exit(0 if met else 1)


def _bar(bar: float | None, is_met: bool) -> tuple[str, str]:  # noqa: FBT001
    return ("", "") if bar is None else (f">= {bar:.0%}", "yes" if is_met else "NO")


def _measured(video: Video, texts: IO[str] | None) -> Iterator[tuple[str, float]]:
    """Yield what is measured of all texts of one video; write the texts down."""
    reference = measures.Reference(video.source, video.about.language or "en")
    of = asking.source(video.about, video.segments, by_model=False)
    request = asking.summary_request(of)
    written = json.loads(_PROVIDER.complete(request.messages, request.options).text)
    summary, questions = written["summary"], written["questions"]
    lines = [f"\n## {video.name} ({video.kind}): {video.about.title}", summary, *questions]
    first = measures.first_sentence(summary, video.about.language or "en")
    yield "summaries that begin with a sentence that stands alone", measures.stands_alone(first)
    yield "thirds of the video in the summary", reference.covered_thirds(summary)
    yield "summaries of 200 to 800 characters", 200 <= len(summary) <= 800
    sources = [
        video.about.title or "",
        *(title for _, title in video.about.chapters),
        " ".join(segment.text for segment in video.segments),
    ]
    for question in questions:
        yield "questions of a template", measures.is_template(question, sources)
    for mark, note in _notes(video):
        whole = reference.is_whole(note)
        yield "notes that begin where a sentence does", reference.begins_whole(note)
        if video.segments is video.source:
            yield "notes that are whole sentences", whole
        yield "notes that are cut, and say so", not whole and note.endswith("…")
        lines.append(f"{mark // 60}:{mark % 60:02} {'=' if whole else ' '} {note}")
    if texts:
        texts.write("\n".join(lines) + "\n")


def _notes(video: Video) -> Iterator[tuple[int, str]]:
    end = video.segments[-1].offset
    of = asking.source(video.about, video.segments, by_model=False)
    for mark in range(FIRST_MARK, int(end), BETWEEN_MARKS):
        try:
            writing.check_mark(video.about, video.segments, mark)
        except PluginError:
            continue  # nothing is said there, and nothing is asked
        request = asking.note_request(of, video.segments, mark)
        yield mark, _PROVIDER.complete(request.messages, request.options).text


def _retrieval(video: Video) -> Iterator[tuple[str, float]]:
    """Ask for each chapter by its title; a passage is right when a part of it is in the chapter."""
    if video.about.language != "en":
        return  # the titles are in English
    parts = passages.of_segments(video.segments)
    starts = [start for start, _ in video.about.chapters] + [float("inf")]
    for index, (start, title) in enumerate(video.about.chapters):
        if _GENERIC.fullmatch(title):
            continue  # nobody would ask for it
        found = best_passages(parts, title, video.about.language)
        right = [one.end > start and one.start < starts[index + 1] for one in found[:3]]
        yield "chapter found first", right[:1] == [True]
        yield "chapter among the first three", any(right)


def _seconds_for(videos: Sequence[Video], hours: float) -> float:
    segments = corpus.of_length([video for video in videos if video.kind == "English"], hours)
    parts = passages.of_segments(segments)
    options = CompletionOptions(
        purpose=Purpose.SUMMARY,
        material=Material(title="Linear algebra and more", passages=parts),
        json_schema=writing.SUMMARY_SCHEMA,
    )
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        _PROVIDER.complete((), options)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
