"""What AI texts cost: the tokens used each day, and parts of long transcripts that are paid for."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - Mapped[] is evaluated at run time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vidwiz.models.base import Base, UtcDateTime, now


class DailyTokens(Base):
    """How many tokens were used on one UTC day; `user_id` 0 is what all users share.

    No foreign key: what was spent for a user who is gone was spent.
    """

    __tablename__ = "daily_tokens"

    day: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    provider: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    model: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    calls: Mapped[int]
    input_tokens: Mapped[int] = mapped_column(sa.BigInteger)
    output_tokens: Mapped[int] = mapped_column(sa.BigInteger)
    cached_tokens: Mapped[int] = mapped_column(sa.BigInteger)


class TextPart(Base):
    """What a model wrote about one part of a long transcript, kept until the summary is made.

    `key` is a digest of the provider, its model and the whole prompt.
    """

    __tablename__ = "text_parts"
    __table_args__ = (sa.Index("ix_text_parts_created_at", "created_at"),)

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    input_tokens: Mapped[int] = mapped_column(sa.BigInteger)
    output_tokens: Mapped[int] = mapped_column(sa.BigInteger)
    cached_tokens: Mapped[int] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now())
