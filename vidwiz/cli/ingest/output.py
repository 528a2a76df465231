"""What `vidwiz ingest` shows in the end: for people, or one JSON document for programs."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.text import Text

from vidwiz.cli.ingest.progress import describe_stage
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import StoreError
from vidwiz.services import timestamps, transcripts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.cli.ingest.watching import Mark, Watched
    from vidwiz.ports import TranscriptStore
    from vidwiz.tasks.stages import Stage


_INDENT = "  "


def as_json(store: TranscriptStore, found: Sequence[Watched]) -> str:
    """Return all of it as one JSON document, in the names of the HTTP API."""
    document = {
        "ready": all(watched.is_ready for watched in found),
        "videos": [_video(store, watched) for watched in found],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _video(store: TranscriptStore, watched: Watched) -> dict[str, Any]:
    video, made = watched.video, _made(store, watched)
    return {
        "video_id": video.video_id,
        "title": video.title,
        "metadata": video.video_metadata,
        "transcript_available": video.transcript_available,
        **made,
        "stages": watched.stages.as_dict(),
        "notes": [_note(mark) for mark in watched.marks],
    }


def _made(store: TranscriptStore, watched: Watched) -> dict[str, Any]:
    with read_transaction() as session:
        row = transcripts.shared(session, watched.video.video_id)
    if row is None:
        return {"transcript": None, "summary": None, "suggested_questions": None}
    length: dict[str, Any] = {"segments": None, "characters": None}
    try:
        segments = transcripts.load(store, row.object_key)
        length = {
            "segments": len(segments),
            "characters": sum(len(segment.text) for segment in segments),
        }
    except StoreError:
        pass  # what was made from it is still worth showing
    return {
        "transcript": {"language": row.language, "source": row.source, **length},
        "summary": row.summary,
        "suggested_questions": row.suggested_questions,
    }


def _note(mark: Mark) -> dict[str, Any]:
    note, stage = mark.note, mark.stage
    return {
        "id": note.id,
        "timestamp": note.timestamp,
        "text": note.text,
        "generated_by_ai": note.generated_by_ai,
        "ai": {
            "state": stage.state,
            "code": stage.code,
            "message": stage.message,
            "next_try_at": stage.next_try_at,
        },
    }


def show(store: TranscriptStore, found: Sequence[Watched]) -> None:
    """Print what was made of each video, for people."""
    console = Console(highlight=False, soft_wrap=False)
    for watched in found:
        _show_one(console, watched, _made(store, watched))


def _show_one(console: Console, watched: Watched, made: dict[str, Any]) -> None:
    video = watched.video
    facts = video.video_metadata or {}
    console.print()
    console.print(Text(video.title or video.video_id, style="bold"))
    length = timestamps.label(facts["duration"]) if facts.get("duration") else None
    console.print(Text(" · ".join(filter(None, (facts.get("channel"), length, video.video_id)))))
    if made["transcript"]:
        console.print(Text(_transcript_line(made["transcript"]), style="dim"))
    if made["summary"]:
        _heading(console, "Summary")
        _indented(console, made["summary"])
    if made["suggested_questions"]:
        _heading(console, "Questions")
        for number, question in enumerate(made["suggested_questions"], 1):
            _indented(console, f"{number}. {question}")
    if watched.marks:
        _heading(console, "Notes")
        for mark in watched.marks:
            text = mark.note.text or f"({describe_stage(mark.stage)})"
            _indented(console, f"{mark.note.timestamp}  {text}")


def _transcript_line(transcript: dict[str, Any]) -> str:
    parts = [f"Transcript from {transcript['source']}"]
    if transcript["language"]:
        parts.append(transcript["language"])
    if transcript["segments"] is not None:
        parts.append(f"{transcript['segments']:,} segments")
        parts.append(f"{transcript['characters']:,} characters")
    return ", ".join(parts)


def _heading(console: Console, text: str) -> None:
    console.print(Text(text, style="bold cyan"))


def _indented(console: Console, text: str) -> None:
    for line in Text(text).wrap(console, console.width - len(_INDENT)):
        line.rstrip()
        console.print(Text(_INDENT) + line)


def show_missing(found: Sequence[Watched]) -> None:
    """Say of everything that is not ready why, and what can be done."""
    failed = False
    for watched in found:
        for name, stage in watched.parts():
            if stage.state != "ready":
                failed = failed or stage.state == "unavailable"
                click.echo(f"{watched.video.video_id}  {name}: {_reason(stage)}", err=True)
    if failed:
        click.echo(
            "Once the reason is gone, `vidwiz tasks retry --video VIDEO` tries again.", err=True
        )


def _reason(stage: Stage) -> str:
    if stage.state == "none":
        return "nothing works on it now; the next `vidwiz ingest` or `vidwiz up` looks again"
    return describe_stage(stage)
