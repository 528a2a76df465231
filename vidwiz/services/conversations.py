"""Conversations: chats of a user or a guest about one video."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.errors import NotFoundError
from vidwiz.models import Conversation
from vidwiz.services import videos
from vidwiz.statements.videos import INSERT_CONVERSATION

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork
    from vidwiz.services.quotas import Allowance
    from vidwiz.services.video_ids import NamedVideo


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose conversations they are: exactly one of both is set."""

    user_id: int | None = None
    guest_id: str | None = None

    def __post_init__(self) -> None:
        if (self.user_id is None) == (self.guest_id is None):
            raise ValueError("a conversation belongs to a user or to a guest")

    def owns(self) -> sa.ColumnElement[bool]:
        """Return the condition that selects the owner's conversations."""
        if self.user_id is not None:
            return Conversation.user_id == self.user_id
        return Conversation.guest_id == self.guest_id


def create(
    uow: UnitOfWork, *, owner: Owner, video: NamedVideo, allowance: Allowance | None = None
) -> Conversation:
    """Begin a conversation; the video becomes known, and what it lacks is scheduled.

    The returned object is a copy that the session does not know.
    """
    videos.ensure(uow, video, allowance=allowance)
    values = {"video_id": video.video_id, "user_id": owner.user_id, "guest_id": owner.guest_id}
    made = uow.connection.execute(INSERT_CONVERSATION, values).one()
    return Conversation(**values, **made._mapping)  # noqa: SLF001 - its public name for a mapping


def get(session: Session, conversation_id: int, *, owner: Owner) -> Conversation:
    """Return the owner's conversation; raise `NotFoundError`, also for somebody else's."""
    conversation = session.scalar(
        sa.select(Conversation).where(Conversation.id == conversation_id, owner.owns())
    )
    if conversation is None:
        raise NotFoundError(
            f"there is no conversation {conversation_id}", code="conversation_not_found"
        )
    return conversation


def of_owner(session: Session, *, owner: Owner, limit: int = 500) -> list[Conversation]:
    """Return the owner's conversations, the newest first."""
    return list(
        session.scalars(
            sa.select(Conversation)
            .where(owner.owns())
            .order_by(Conversation.id.desc())
            .limit(limit)
        )
    )
