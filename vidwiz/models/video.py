"""Videos, who saved them, and the transcripts that belong to them."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - Mapped[] is evaluated at run time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from vidwiz.models.base import Base, Json, UtcDateTime, now
from vidwiz.models.folding import folded

if TYPE_CHECKING:
    from sqlalchemy.engine.default import DefaultExecutionContext


def _folded_title(context: DefaultExecutionContext) -> str | None:
    values: dict[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    title = values.get("title")
    return None if title is None else folded(title)


class Video(Base):
    """One video, shared by all users; `video_id` is the id that everybody knows it by.

    `title_folded` follows `title` by itself, in an INSERT and when the attribute is set. `url` is
    the address of a video of another site than YouTube, which its id does not tell.
    """

    __tablename__ = "videos"

    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[str] = mapped_column(sa.String(128), unique=True)
    url: Mapped[str | None] = mapped_column(sa.Text)
    title: Mapped[str | None] = mapped_column(sa.Text)
    title_folded: Mapped[str | None] = mapped_column(sa.Text, default=_folded_title)
    video_metadata: Mapped[dict[str, Any] | None] = mapped_column("metadata", Json)
    metadata_source: Mapped[str | None] = mapped_column(sa.String(64))
    transcript_available: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now(), onupdate=now())

    @validates("title")
    def _fold(self, _name: str, title: str | None) -> str | None:
        self.title_folded = None if title is None else folded(title)
        return title


class LibraryEntry(Base):
    """A user saved a video."""

    __tablename__ = "library"

    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    video_id: Mapped[str] = mapped_column(
        sa.ForeignKey("videos.video_id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now())


class Transcript(Base):
    """Points to an immutable object in the store; without owner it is the shared one.

    `sha256` is the version: a text that was made from another one does not count.
    `publish_at` is when the published copy is next tried, while `published_at` is null.
    """

    __tablename__ = "transcripts"
    __table_args__ = (
        sa.Index(
            "uq_transcripts_shared",
            "video_id",
            unique=True,
            sqlite_where=sa.text("owner_id IS NULL"),
            postgresql_where=sa.text("owner_id IS NULL"),
        ),
        sa.Index("uq_transcripts_owned", "video_id", "owner_id", unique=True),
        sa.Index(
            "ix_transcripts_undispatched",
            "id",
            sqlite_where=sa.text("dispatched_at IS NULL"),
            postgresql_where=sa.text("dispatched_at IS NULL"),
        ),
        sa.Index(
            "ix_transcripts_to_publish",
            *("publish_at", "id"),
            sqlite_where=sa.text("owner_id IS NULL AND published_at IS NULL"),
            postgresql_where=sa.text("owner_id IS NULL AND published_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[str] = mapped_column(sa.ForeignKey("videos.video_id", ondelete="CASCADE"))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    object_key: Mapped[str] = mapped_column(sa.String(255))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    language: Mapped[str | None] = mapped_column(sa.String(35))
    source: Mapped[str] = mapped_column(sa.String(64))
    summary: Mapped[str | None] = mapped_column(sa.Text)
    suggested_questions: Mapped[list[str] | None] = mapped_column(Json)
    summary_made_by: Mapped[dict[str, Any] | None] = mapped_column(Json)
    dispatched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    publish_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=now(), server_default="1970-01-01 00:00:00"
    )
    publish_failures: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now(), onupdate=now())
