"""Subjects: what a task is about, as the text that its uniqueness rests on."""

from __future__ import annotations

NOTE_PREFIX = "note:"


def of_video(video_id: str) -> str:
    """Return the subject of both fetches."""
    return f"video:{video_id}"


def of_transcript(transcript_id: int) -> str:
    """Return the subject of a summary."""
    return f"transcript:{transcript_id}"


def of_note(note_id: int) -> str:
    """Return the subject of a note's text."""
    return f"{NOTE_PREFIX}{note_id}"
