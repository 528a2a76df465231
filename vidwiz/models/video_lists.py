"""Imports of many videos at once, what they consist of, and the lists that users follow."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - Mapped[] is evaluated at run time
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vidwiz.models.base import Base, Json, UtcDateTime, now

UNFINISHED_IMPORTS = sa.text("finished_at IS NULL")
LONGEST_KEY = 300


class ImportKind(StrEnum):
    """Where an import's videos come from."""

    LIST = "list"
    URLS = "urls"
    FILE = "file"
    FOLLOW = "follow"


class ImportState(StrEnum):
    """How far an import is; the last three are final."""

    LISTING = "listing"
    """The site is still to be asked which videos the list has."""
    ADDING = "adding"
    """Videos are put into the library and scheduled, some at a time."""
    RUNNING = "running"
    """All are scheduled, and some have not ended."""
    COMPLETED = "completed"
    FAILED = "failed"
    """The list could not be read."""
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """How far one video of an import is."""

    KNOWN = "known"
    """The user had it before, so nothing is to be done."""
    NEW = "new"
    BEGUN = "begun"
    """It is in the library and scheduled."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class VideoImport(Base):
    """One import; how many of its videos are done is counted from its items.

    `source_key` says what is imported, so that the same thing is not imported twice at a time.
    """

    __tablename__ = "imports"
    __table_args__ = (
        sa.Index(
            "uq_imports_unfinished",
            *("user_id", "source_key"),
            unique=True,
            sqlite_where=UNFINISHED_IMPORTS,
            postgresql_where=UNFINISHED_IMPORTS,
        ),
        sa.Index("ix_imports_user", "user_id", "id"),
        sa.Index(
            "ix_imports_unfinished",
            "id",
            sqlite_where=UNFINISHED_IMPORTS,
            postgresql_where=UNFINISHED_IMPORTS,
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(16))
    source_key: Mapped[str] = mapped_column(sa.String(LONGEST_KEY))
    url: Mapped[str | None] = mapped_column(sa.Text)
    title: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.String(16))
    unreadable: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    unreadable_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportItem(Base):
    """One video of an import. `saved` says whether the import put it into the library."""

    __tablename__ = "import_items"
    __table_args__ = (
        sa.Index("uq_import_items_video", "import_id", "video_id", unique=True),
        sa.Index("ix_import_items_state", "import_id", "state", "id"),
        sa.Index("ix_import_items_video_id", "video_id", "state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("imports.id", ondelete="CASCADE"))
    video_id: Mapped[str] = mapped_column(sa.String(128))
    url: Mapped[str | None] = mapped_column(sa.Text)
    title: Mapped[str | None] = mapped_column(sa.Text)
    duration: Mapped[float | None] = mapped_column(sa.Float)
    state: Mapped[str] = mapped_column(sa.String(16))
    saved: Mapped[bool] = mapped_column(default=False)


class Follow(Base):
    """A playlist or channel whose new videos are imported as they come.

    `list_key` is the list's name among the sites once it is known, its address before.
    """

    __tablename__ = "follows"
    __table_args__ = (
        sa.Index("uq_follows_list", "user_id", "list_key", unique=True),
        sa.Index("ix_follows_due", "next_check_at", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(sa.Text)
    list_key: Mapped[str] = mapped_column(sa.String(LONGEST_KEY))
    title: Mapped[str | None] = mapped_column(sa.Text)
    every_hours: Mapped[int]
    backfill: Mapped[bool] = mapped_column(default=False)
    last_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_check_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now())


class FollowedVideo(Base):
    """A video that was in a followed list when it was looked at."""

    __tablename__ = "followed_videos"

    follow_id: Mapped[int] = mapped_column(
        sa.ForeignKey("follows.id", ondelete="CASCADE"), primary_key=True
    )
    video_id: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
