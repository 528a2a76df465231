"""Conversations: chats of users and guests about a video."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz.api.blueprints import Blueprint
from vidwiz.api.schemas.conversations import ConversationIn, ConversationOut
from vidwiz.http.auth import GUESTS_TOO, READERS_AND_GUESTS
from vidwiz.http.replies import reply
from vidwiz.http.transactions import read_transaction, write_transaction
from vidwiz.services import conversations

if TYPE_CHECKING:
    from flask import Response

    from vidwiz.http.callers import Caller

blueprint = Blueprint("conversations", __name__, description="Chats about a video")
_CONVERSATION = ConversationOut()


@blueprint.post("/conversations", access=GUESTS_TOO)
@blueprint.arguments(ConversationIn())
@blueprint.response(201, ConversationOut)
def create_conversation(caller: Caller, asked: dict[str, Any]) -> Response:
    """Begin a conversation; what the video lacks is fetched."""
    with write_transaction(caller) as uow:
        conversation = conversations.create(
            uow,
            owner=caller.owner,
            video=asked["video_id"],
            allowance=caller.new_videos(),
        )
        return reply(_CONVERSATION, conversation, status=201)


@blueprint.get("/conversations", access=READERS_AND_GUESTS)
@blueprint.response(200, ConversationOut(many=True))
def list_conversations(caller: Caller) -> Response:
    """List one's own conversations, the newest first."""
    with read_transaction(caller) as session:
        found = conversations.of_owner(session, owner=caller.owner)
        return reply(_CONVERSATION, found, many=True)


@blueprint.get("/conversations/<id:conversation_id>", access=READERS_AND_GUESTS)
@blueprint.response(200, ConversationOut)
def get_conversation(caller: Caller, conversation_id: int) -> Response:
    """Return one of one's conversations."""
    with read_transaction(caller) as session:
        found = conversations.get(session, conversation_id, owner=caller.owner)
        return reply(_CONVERSATION, found)
