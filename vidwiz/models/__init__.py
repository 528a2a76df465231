"""The tables, as typed SQLAlchemy models."""

from vidwiz.models.base import Base, now, now_plus
from vidwiz.models.conversation import ChatMessage, Conversation
from vidwiz.models.note import Note
from vidwiz.models.task import (
    ACTIVE,
    ACTIVE_ROWS,
    BLOCKED_ROWS,
    PENDING_ROWS,
    RUNNING_ROWS,
    FetcherState,
    PeriodicRun,
    Priority,
    Task,
    TaskStatus,
)
from vidwiz.models.text import DailyTokens, TextPart
from vidwiz.models.user import ApiToken, IdempotencyRecord, QuotaUse, User
from vidwiz.models.video import LibraryEntry, Transcript, Video
from vidwiz.models.video_lists import (
    Follow,
    FollowedVideo,
    ImportItem,
    ImportKind,
    ImportState,
    ItemState,
    VideoImport,
)

__all__ = [
    "ACTIVE",
    "ACTIVE_ROWS",
    "BLOCKED_ROWS",
    "PENDING_ROWS",
    "RUNNING_ROWS",
    "ApiToken",
    "Base",
    "ChatMessage",
    "Conversation",
    "DailyTokens",
    "FetcherState",
    "Follow",
    "FollowedVideo",
    "IdempotencyRecord",
    "ImportItem",
    "ImportKind",
    "ImportState",
    "ItemState",
    "LibraryEntry",
    "Note",
    "PeriodicRun",
    "Priority",
    "QuotaUse",
    "Task",
    "TaskStatus",
    "TextPart",
    "Transcript",
    "User",
    "Video",
    "VideoImport",
    "now",
    "now_plus",
]
