"""Conversations with a video, by a user or a guest."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - Mapped[] is evaluated at run time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vidwiz.models.base import Base, Json, UtcDateTime, now


class Conversation(Base):
    """A chat about one video; exactly one of user and guest owns it."""

    __tablename__ = "conversations"
    __table_args__ = (
        sa.CheckConstraint("(user_id IS NULL) <> (guest_id IS NULL)", name="one_owner"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[str] = mapped_column(
        sa.ForeignKey("videos.video_id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    guest_id: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now(), onupdate=now())


class ChatMessage(Base):
    """One message of a conversation, in the order of ids."""

    __tablename__ = "messages"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads it once

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[str] = mapped_column(sa.String(16))
    content: Mapped[str] = mapped_column(sa.Text)
    message_metadata: Mapped[dict[str, Any] | None] = mapped_column("metadata", Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now())
