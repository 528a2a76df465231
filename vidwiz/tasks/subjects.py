"""Subjects: what a task is about, as the text that its uniqueness rests on."""

from __future__ import annotations

from vidwiz.tasks.types import NO_VIDEO, TaskType, WorkItem

VIDEO_PREFIX = "video:"
NOTE_PREFIX = "note:"
TRANSCRIPT_PREFIX = "transcript:"
IMPORT_PREFIX = "import:"
FOLLOW_PREFIX = "follow:"


def of_video(video_id: str) -> str:
    """Return the subject of both fetches."""
    return f"{VIDEO_PREFIX}{video_id}"


def of_transcript(transcript_id: int) -> str:
    """Return the subject of a summary."""
    return f"{TRANSCRIPT_PREFIX}{transcript_id}"


def of_note(note_id: int) -> str:
    """Return the subject of a note's text."""
    return f"{NOTE_PREFIX}{note_id}"


def metadata_of(video_id: str) -> WorkItem:
    """Return the work of fetching a video's metadata."""
    return WorkItem(TaskType.FETCH_METADATA, of_video(video_id), video_id)


def transcript_of(video_id: str) -> WorkItem:
    """Return the work of fetching a video's transcript."""
    return WorkItem(TaskType.FETCH_TRANSCRIPT, of_video(video_id), video_id)


def summary_of(transcript_id: int, video_id: str) -> WorkItem:
    """Return the work of summarising a transcript."""
    return WorkItem(TaskType.GENERATE_SUMMARY, of_transcript(transcript_id), video_id)


def text_of_note(note_id: int, video_id: str) -> WorkItem:
    """Return the work of filling a note."""
    return WorkItem(TaskType.GENERATE_NOTE, of_note(note_id), video_id, note_id)


def next_of_import(import_id: int) -> WorkItem:
    """Return the work of listing an import's videos, and of adding them, some at a time."""
    return WorkItem(TaskType.EXPAND_LIST, f"{IMPORT_PREFIX}{import_id}", NO_VIDEO)


def check_of_follow(follow_id: int) -> WorkItem:
    """Return the work of looking for new videos in a followed list."""
    return WorkItem(TaskType.EXPAND_LIST, f"{FOLLOW_PREFIX}{follow_id}", NO_VIDEO)


def list_id(item: WorkItem) -> int:
    """Return which import or follow the work is about."""
    return int(item.subject.partition(":")[2])


def transcript_id(item: WorkItem) -> int:
    """Return which transcript a summary is of."""
    return int(item.subject.partition(":")[2])
