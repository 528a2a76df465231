"""Videos: saving one, and looking at what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz.api.blueprints import Blueprint
from vidwiz.api.schemas.common import page_numbers
from vidwiz.api.schemas.videos import VideoIn, VideoOut, VideosIn, VideosOut
from vidwiz.http.auth import READERS, USERS
from vidwiz.http.presenters import present_listed_video, present_video
from vidwiz.http.replies import reply
from vidwiz.http.transactions import read_transaction, write_transaction
from vidwiz.services import video_ids, video_stages, videos

if TYPE_CHECKING:
    from flask import Response

    from vidwiz.http.callers import Caller

blueprint = Blueprint("videos", __name__, description="Videos, shared by all users")
_VIDEO = VideoOut()
_VIDEOS = VideosOut()


@blueprint.post("/videos", access=USERS)
@blueprint.arguments(VideoIn())
@blueprint.response(201, VideoOut)
@blueprint.alt_response(200, schema=VideoOut, description="It was in the library", success=True)
def save_video(caller: Caller, asked: dict[str, Any]) -> Response:
    """Save a video; what is missing of it is fetched."""
    with write_transaction(caller) as uow:
        video_id = asked["video"].video_id
        videos.ensure(uow, asked["video"], title=asked["title"], allowance=caller.new_videos())
        is_saved = videos.save(uow, video_id, caller.account.id)
        shown = present_video(uow.session, video_id)
        return reply(_VIDEO, shown, status=201 if is_saved else 200)


@blueprint.get("/videos", access=READERS)
@blueprint.arguments(VideosIn(), location="query")
@blueprint.response(200, VideosOut)
def list_videos(caller: Caller, asked: dict[str, Any]) -> Response:
    """List the videos that one saved or noted."""
    with read_transaction(caller) as session:
        found, total = videos.saved_by(
            session,
            caller.account.id,
            query=asked["q"],
            sort=asked["sort"],
            page=asked["page"],
            size=asked["per_page"],
        )
        their_stages = video_stages.of_videos(session, found)
        shown = [present_listed_video(video, their_stages[video.video_id]) for video in found]
        numbers = page_numbers(total=total, page=asked["page"], per_page=asked["per_page"])
        return reply(_VIDEOS, {"videos": shown, **numbers})


@blueprint.get("/videos/<video:video_id>", access=READERS)
@blueprint.response(200, VideoOut)
def get_video(caller: Caller, video_id: str) -> Response:
    """Return a video with its summary and stages."""
    video_ids.check(video_id)
    with read_transaction(caller) as session:
        return reply(_VIDEO, present_video(session, video_id))
