"""The tables, as typed SQLAlchemy models."""

from vidwiz.models.base import Base, now, now_plus
from vidwiz.models.conversation import ChatMessage, Conversation
from vidwiz.models.note import Note
from vidwiz.models.task import (
    ACTIVE,
    ACTIVE_ROWS,
    FetcherState,
    Priority,
    Task,
    TaskStatus,
    Turn,
)
from vidwiz.models.user import ApiToken, QuotaUse, StoredAnswer, User
from vidwiz.models.video import LibraryEntry, Transcript, Video

__all__ = [
    "ACTIVE",
    "ACTIVE_ROWS",
    "ApiToken",
    "Base",
    "ChatMessage",
    "Conversation",
    "FetcherState",
    "LibraryEntry",
    "Note",
    "Priority",
    "QuotaUse",
    "StoredAnswer",
    "Task",
    "TaskStatus",
    "Transcript",
    "Turn",
    "User",
    "Video",
    "now",
    "now_plus",
]
