"""Videos: making one known, finding it, and who saved it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.errors import NotFoundError
from vidwiz.models import LibraryEntry, Note, Priority, TaskStatus, Video
from vidwiz.models.folding import folded
from vidwiz.models.upsert import insert_ignoring
from vidwiz.ports import VideoChanged
from vidwiz.services import quotas, video_ids
from vidwiz.services.cleaning import clean_metadata
from vidwiz.statements import videos as statements
from vidwiz.statements.effects import STORE_METADATA
from vidwiz.tasks import query, scheduling, subjects

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from vidwiz.plugin_api import VideoMetadata
    from vidwiz.ports import UnitOfWork
    from vidwiz.services.quotas import Allowance
    from vidwiz.services.video_ids import NamedVideo
    from vidwiz.tasks.types import WorkItem


@dataclass(frozen=True, slots=True)
class Ensured:
    """What there is of a video that has been made known."""

    is_new: bool = False
    transcript_available: bool = False
    duration: float | None = None
    """In seconds; None where it is not known."""


def ensure(
    uow: UnitOfWork,
    video: str | NamedVideo,
    *,
    title: str | None = None,
    priority: int = Priority.PERSON,
    allowance: Allowance | None = None,
) -> Ensured:
    """Make the video known and schedule what is missing; say what there is of it.

    Metadata and transcript are scheduled unless they are there, on their way, or failed for good.
    While anything is missing the video's row is locked until the end of the transaction, against
    a result that arrives at this moment; so call this before touching what belongs to the video.
    A new video is counted against the allowance; raises `QuotaExceededError` when that is used
    up, and `InvalidInputError` for a new video that may not become known here. Only an id is
    enough for a video of YouTube, and for one that is known.
    """
    asked = video_ids.named(video) if isinstance(video, str) else video
    video_id = asked.video_id
    state = uow.connection.execute(statements.STATE, {"video_id": video_id}).first()
    if state is None and _insert(uow, asked, title, allowance):
        # Nobody else sees the row before the commit, so that nothing can be on its way.
        scheduling.schedule_all(uow, _fetches(video_id), priority=priority)
        return Ensured(is_new=True)
    if state is not None and state.has_metadata and state.transcript_available:
        return Ensured(transcript_available=True, duration=state.duration)
    known = lock(uow, video_id)
    if known.title is None and title is not None:
        known.title = title
        uow.publish(VideoChanged(video_id))
    schedule_missing(uow, known, priority=priority)
    duration = (known.video_metadata or {}).get("duration")
    return Ensured(transcript_available=known.transcript_available, duration=duration)


def _insert(
    uow: UnitOfWork, asked: NamedVideo, title: str | None, allowance: Allowance | None
) -> bool:
    """Insert and count the video; False, and nothing counted, when somebody else just did."""
    values = {"video_id": asked.check_new(), "title": title, "url": asked.url}
    if allowance is not None:
        # Before the row, as an import has it: of two that wait for each other, one would fail.
        quotas.use(uow, allowance)
    if uow.connection.scalar(statements.INSERT.on(uow.connection), values) is not None:
        return True
    if allowance is not None:
        quotas.give_back(uow, allowance)
    return False


def _fetches(video_id: str) -> list[WorkItem]:
    """Return what a new video lacks; the transcript first, as the summary waits for it."""
    return [subjects.transcript_of(video_id), subjects.metadata_of(video_id)]


def lock(uow: UnitOfWork, video_id: str) -> Video:
    """Lock the video's row and return it as it is now; raise `NotFoundError`.

    Everything that changes tasks or notes of a video locks it first, so that all transactions
    take their locks in one order: video, note, task. All lockers take the same lock, FOR NO KEY
    UPDATE, and so they queue: with a shared one, readers that overlap would keep a writer out.
    """
    video = uow.session.scalar(
        sa.select(Video)
        .where(Video.video_id == video_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if video is None:
        raise unknown(video_id)
    return video


def schedule_missing(uow: UnitOfWork, video: Video, *, priority: int) -> None:
    """Schedule the fetches that the locked video lacks."""
    missing = []
    # First, as the summary waits for it.
    if not video.transcript_available:
        missing.append(subjects.transcript_of(video.video_id))
    if video.video_metadata is None:
        missing.append(subjects.metadata_of(video.video_id))
    subject = subjects.of_video(video.video_id)
    newest = query.newest_tasks(uow.session, [subject]) if missing else {}
    for item in missing:
        task = newest.get((item.task_type, subject))
        if task is None or task.status is not TaskStatus.FAILED:
            scheduling.schedule(uow, item, priority=priority)


def get(session: Session, video_id: str) -> Video:
    """Return the video; raise `NotFoundError`."""
    video = _find(session, video_id)
    if video is None:
        raise unknown(video_id)
    return video


def has_metadata(session: Session, video_id: str) -> bool:
    """Say whether the video has metadata, as the database has it now; raise `NotFoundError`."""
    return _ask(session, video_id, Video.video_metadata.is_not(None))


def has_transcript(session: Session, video_id: str) -> bool:
    """Say whether the video has a shared transcript, as above."""
    return _ask(session, video_id, Video.transcript_available.is_(True))


def _ask(session: Session, video_id: str, question: sa.ColumnElement[bool]) -> bool:
    answer = session.scalar(sa.select(question).where(Video.video_id == video_id))
    if answer is None:
        raise unknown(video_id)
    return answer


def _find(session: Session, video_id: str) -> Video | None:
    return session.scalar(sa.select(Video).where(Video.video_id == video_id))


def unknown(video_id: str) -> NotFoundError:
    """Return the error for a video that is not known."""
    return NotFoundError(f"the video {video_id} is not known here", code="video_not_found")


def save(uow: UnitOfWork, video_id: str, user_id: int) -> bool:
    """Put the video into the user's library; False when it was there."""
    inserted = uow.session.scalar(
        insert_ignoring(uow.session, LibraryEntry)
        .values(user_id=user_id, video_id=video_id)
        .returning(LibraryEntry.user_id)
    )
    return inserted is not None


_SORTS = {
    "created_at_desc": (Video.created_at.desc(), Video.id.desc()),
    "created_at_asc": (Video.created_at, Video.id),
    # Those without a title come last in both directions.
    "title_asc": (Video.title_folded.is_(None), Video.title_folded, Video.id),
    "title_desc": (Video.title_folded.is_(None), Video.title_folded.desc(), Video.id.desc()),
}
SORTS = tuple(_SORTS)
_SHORTEST_QUERY = 2


def saved_by(
    session: Session, user_id: int, *, query: str = "", sort: str = SORTS[0], page: int, size: int
) -> tuple[list[Video], int]:
    """Return a page of what the user saved or noted, and how many there are in all."""
    saved = sa.select(LibraryEntry.video_id).where(LibraryEntry.user_id == user_id)
    noted = sa.select(Note.video_id).where(Note.user_id == user_id)
    wanted = sa.select(Video).where(sa.or_(Video.video_id.in_(saved), Video.video_id.in_(noted)))
    if len(query) >= _SHORTEST_QUERY:
        wanted = wanted.where(Video.title_folded.contains(folded(query), autoescape=True))
    total = session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0
    videos = session.scalars(wanted.order_by(*_SORTS[sort]).limit(size).offset((page - 1) * size))
    return list(videos), total


def store_metadata(uow: UnitOfWork, video_id: str, metadata: VideoMetadata, *, source: str) -> None:
    """Keep what a fetcher said of a video; its title replaces the one a user gave.

    Takes the video's lock. Raises `NotFoundError` for a video that is not known.
    """
    metadata = clean_metadata(metadata)
    values = {
        "of_video": video_id,
        "new_metadata": metadata.as_dict(),
        "new_source": source,
        "new_title": metadata.title,
        "new_title_folded": None if metadata.title is None else folded(metadata.title),
    }
    if uow.connection.execute(STORE_METADATA, values).rowcount == 0:
        raise unknown(video_id)
    uow.publish(VideoChanged(video_id))
