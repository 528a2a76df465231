"""Follows: keeping up with playlists and channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz.api.blueprints import Blueprint
from vidwiz.api.schemas.common import MessageOut, page_numbers
from vidwiz.api.schemas.video_lists import FollowIn, FollowOut, FollowsOut, ListPageIn
from vidwiz.http.auth import READERS, USERS
from vidwiz.http.replies import reply
from vidwiz.http.transactions import read_transaction, write_transaction
from vidwiz.pipeline import import_requests
from vidwiz.pipeline.shown_lists import present_follows
from vidwiz.runtime import current
from vidwiz.services.importing import follows

if TYPE_CHECKING:
    from flask import Response

    from vidwiz.http.callers import Caller

blueprint = Blueprint("follows", __name__, description="Playlists and channels to keep up with")
_FOLLOW = FollowOut()
_FOLLOWS = FollowsOut()


@blueprint.post("/follows", access=USERS)
@blueprint.arguments(FollowIn())
@blueprint.response(201, FollowOut)
@blueprint.alt_response(200, schema=FollowOut, description="It was followed", success=True)
def create_follow(caller: Caller, asked: dict[str, Any]) -> Response:
    """Import the new videos of a playlist or channel from now on."""
    url = import_requests.followed_address(current().sites(), asked["url"])
    with write_transaction(caller) as uow:
        follow, is_new = follows.create(
            uow,
            caller.account.id,
            url,
            every_hours=asked["every_hours"],
            backfill=asked["backfill"],
        )
        (shown,) = present_follows(uow.session, [follow])
        return reply(_FOLLOW, shown, status=201 if is_new else 200)


@blueprint.get("/follows", access=READERS)
@blueprint.arguments(ListPageIn(), location="query")
@blueprint.response(200, FollowsOut)
def list_follows(caller: Caller, asked: dict[str, Any]) -> Response:
    """List what one follows, the newest first."""
    with read_transaction(caller) as session:
        page, size = asked["page"], asked["per_page"]
        found, total = follows.page(session, caller.account.id, number=page, size=size)
        numbers = page_numbers(total=total, page=page, per_page=size)
        return reply(_FOLLOWS, {"follows": present_follows(session, found), **numbers})


@blueprint.delete("/follows/<id:follow_id>", access=USERS)
@blueprint.response(200, MessageOut)
def delete_follow(caller: Caller, follow_id: int) -> dict[str, str]:
    """Follow the list no longer; what was imported stays."""
    with write_transaction(caller) as uow:
        follows.remove(uow, follow_id, user_id=caller.account.id)
    return {"message": "The list is followed no longer."}
