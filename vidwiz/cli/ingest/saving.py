"""What `vidwiz ingest` writes: videos in a user's library, and marks in them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from vidwiz.errors import NotFoundError
from vidwiz.services import notes, timestamps, videos

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.models import User
    from vidwiz.ports import UnitOfWork
    from vidwiz.services.video_ids import NamedVideo


def save(uow: UnitOfWork, user: User, named: Sequence[NamedVideo], marks: Sequence[str]) -> None:
    """Save each video and put each mark into it, where it is not yet; all of it or nothing.

    The videos are locked in one order, whoever asks, so that two that ask wait for each other.
    """
    for video in sorted(named, key=lambda video: video.video_id):
        video_id = video.video_id
        with suppress(NotFoundError):
            videos.lock(uow, video_id)
        videos.ensure(uow, video)
        videos.save(uow, video_id, user.id)
        _mark(uow, user, video_id, marks)


def _mark(uow: UnitOfWork, user: User, video_id: str, marks: Sequence[str]) -> None:
    """Make the notes that are missing: asking twice for the same marks makes no second ones."""
    mine = notes.of_video(uow.session, video_id, user_id=user.id)
    there = {note.seconds for note in mine if note.text is None or note.generated_by_ai}
    for mark in marks:
        seconds = timestamps.seconds(mark)
        if seconds not in there:
            notes.create(uow, user_id=user.id, video_id=video_id, timestamp=mark)
            there.add(seconds)
