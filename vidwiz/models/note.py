"""Notes: a user's marks in videos."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - Mapped[] is evaluated at run time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vidwiz.models.base import Base, Json, UtcDateTime, now


class Note(Base):
    """A mark at a timestamp; without text it waits for the AI, if its owner wants that."""

    __tablename__ = "notes"
    __table_args__ = (
        sa.Index("ix_notes_of_user", "user_id", "video_id", "id"),
        sa.Index(
            "ix_notes_waiting",
            *("video_id", "id"),
            sqlite_where=sa.text("text IS NULL"),
            postgresql_where=sa.text("text IS NULL"),
        ),
        sa.Index(
            "ix_notes_waiting_by_id",
            "id",
            sqlite_where=sa.text("text IS NULL"),
            postgresql_where=sa.text("text IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[str] = mapped_column(sa.ForeignKey("videos.video_id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    timestamp: Mapped[str] = mapped_column(sa.String(16))
    seconds: Mapped[int]
    text: Mapped[str | None] = mapped_column(sa.Text)
    generated_by_ai: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now(), onupdate=now())
