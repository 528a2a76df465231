"""Adding an import's videos, some in a transaction, and cancelling those that have not begun."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import sqlalchemy as sa

from vidwiz.errors import InvalidInputError
from vidwiz.models import (
    ImportItem,
    ImportState,
    ItemState,
    LibraryEntry,
    Priority,
    Task,
    TaskStatus,
    User,
    Video,
    VideoImport,
)
from vidwiz.ports import VideoChanged
from vidwiz.services import quotas, videos
from vidwiz.services.importing import imports, settling
from vidwiz.services.video_ids import NamedVideo
from vidwiz.tasks import scheduling, subjects
from vidwiz.tasks.types import TaskFailure, TaskType, WorkItem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork
    from vidwiz.services.importing.naming import Named
    from vidwiz.services.quotas import Allowance

ADDED_AT_ONCE = 50
CANCELLED_AT_ONCE = 200
_FETCHES = (TaskType.FETCH_METADATA.value, TaskType.FETCH_TRANSCRIPT.value)
# Those whose limit ended their day do not all begin in the first second of the next.
_JITTER_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class NextStep:
    """More of an import is to be done after so many seconds."""

    item: WorkItem
    after_seconds: float = 0.0


def schedule(uow: UnitOfWork, step: NextStep) -> None:
    """Schedule what is still to be done of an import."""
    task_id = scheduling.schedule(uow, step.item, priority=Priority.IMPORT)
    if step.after_seconds > 0:
        why = TaskFailure.of_code("daily_limit")
        scheduling.put_off(uow, task_id, seconds=step.after_seconds, why=why)


def take_list(
    uow: UnitOfWork, found: VideoImport, named: Named, title: str | None
) -> NextStep | None:
    """Note the videos that the site listed for the locked import."""
    if found.state != ImportState.LISTING:
        return None
    found.title = title or found.title
    found.unreadable, found.unreadable_count = named.unreadable.shown, named.unreadable.count
    found.state = ImportState.ADDING.value
    uow.session.flush()
    imports.add_items(uow, found.id, found.user_id, named.videos)
    return NextStep(subjects.next_of_import(found.id))


def add_some(uow: UnitOfWork, found: VideoImport, *, daily_videos: int) -> NextStep | None:
    """Put the next videos of the locked import into the library and schedule what they lack.

    Returns None when all are added. New videos beyond the user's daily limit wait for the next day.
    """
    items = uow.session.scalars(
        sa.select(ImportItem)
        .where(ImportItem.import_id == found.id, ImportItem.state == ItemState.NEW.value)
        .order_by(ImportItem.id)
        .limit(ADDED_AT_ONCE)
    ).all()
    if not items:
        found.state = ImportState.RUNNING.value
        settling.settle(uow, found)
        return None
    user = uow.session.get(User, found.user_id)
    allowance = None if user is None else quotas.videos_of_user(user, daily_videos)  # type: ignore[arg-type]
    # Counted before any video is locked, as a request does that brings one of these.
    counted = {item.id: allowance for item in items if _counts(uow.session, item, allowance)}
    refused = {id_ for id_ in counted if not quotas.take(uow, cast("Allowance", allowance))}
    # All transactions lock videos in one order.
    for item in sorted(items, key=lambda item: item.video_id):
        if item.id not in refused:
            _add(uow, item, found.user_id, counted.get(item.id))
    uow.session.flush()
    step = subjects.next_of_import(found.id)
    if any(item.state == ItemState.NEW for item in items):
        jitter = random.uniform(0, _JITTER_SECONDS)  # noqa: S311
        return NextStep(step, quotas.seconds_left_today() + jitter)
    return NextStep(step)


def _counts(session: Session, item: ImportItem, allowance: Allowance | None) -> bool:
    known = sa.select(Video.id).where(Video.video_id == item.video_id)
    return allowance is not None and session.scalar(known) is None


def _add(uow: UnitOfWork, item: ImportItem, user_id: int, counted: Allowance | None) -> None:
    """Add the video; what it was counted against is given back when it turns out not to be new."""
    is_new = False
    try:
        video = NamedVideo(item.video_id, item.url)
        is_new = videos.ensure(uow, video, title=item.title, priority=Priority.IMPORT).is_new
    except InvalidInputError:
        item.state = ItemState.FAILED.value
    else:
        item.saved = videos.save(uow, item.video_id, user_id)
        item.state = ItemState.BEGUN.value
    if counted is not None and not is_new:
        quotas.give_back(uow, counted)


def cancel(uow: UnitOfWork, import_id: int, *, user_id: int) -> VideoImport:
    """Cancel what has not begun of the user's import; one that is over stays as it is.

    Videos that are being fetched go on. The rest is cancelled by `cancel_some`, which is scheduled
    in case that the caller does not live to do it. Raises `NotFoundError`.
    """
    imports.get(uow.session, import_id, user_id=user_id)
    found = imports.lock(uow, import_id)
    assert found is not None
    settling.settle(uow, found)
    if found.finished_at is None:
        settling.finish(found, ImportState.CANCELLED)
        settling.cancel_new(uow, found.id)
        scheduling.cancel(uow, subjects.next_of_import(found.id))
        scheduling.schedule(uow, subjects.next_of_import(found.id))
        uow.session.flush()
        uow.session.refresh(found)
    return found


def cancel_some(uow: UnitOfWork, found: VideoImport) -> int:
    """Cancel the next fetches that only this cancelled, locked import asked for; count videos.

    A video stays that a person asked for, that somebody else has saved, or that another import
    waits for. What is cancelled goes out of the library again.
    """
    if found.state != ImportState.CANCELLED:
        return 0
    seen = uow.session.scalars(_unwanted(found).limit(CANCELLED_AT_ONCE)).all()
    locked = sorted(seen)
    for video_id in locked:
        videos.lock(uow, video_id)
    # Once more, as somebody may have asked for one before it was locked.
    chosen = uow.session.scalars(_unwanted(found).where(ImportItem.video_id.in_(locked))).all()
    if not chosen:
        return 0
    wanted = [subjects.of_video(video_id) for video_id in chosen]
    pending = sa.and_(
        Task.subject.in_(wanted),
        Task.task_type.in_(_FETCHES),
        Task.status == TaskStatus.PENDING,
        Task.priority >= Priority.IMPORT,
    )
    scheduling.cancel_where(uow, pending)
    _drop(uow, found, chosen)
    return len(chosen)


def _drop(uow: UnitOfWork, found: VideoImport, ids: Sequence[str]) -> None:
    """Take cancelled videos out of the import and of the library."""
    uow.session.execute(
        sa.update(ImportItem)
        .where(ImportItem.import_id == found.id, ImportItem.video_id.in_(ids))
        .values(state=ItemState.CANCELLED.value)
        .execution_options(synchronize_session=False)
    )
    uow.session.execute(
        sa.delete(LibraryEntry)
        .where(LibraryEntry.user_id == found.user_id, LibraryEntry.video_id.in_(ids))
        .execution_options(synchronize_session=False)
    )
    for video_id in ids:
        uow.publish(VideoChanged(video_id))


def _unwanted(found: VideoImport) -> sa.Select[str]:
    """Select the videos of a cancelled import whose fetch waits and that nobody else wants.

    Whoever saves, notes or talks about a video raises its task above those of imports.
    """
    item = ImportItem
    other, its_import = sa.orm.aliased(ImportItem), sa.orm.aliased(VideoImport)
    waits = sa.exists().where(
        Task.subject == sa.literal(subjects.VIDEO_PREFIX) + item.video_id,
        Task.task_type == TaskType.FETCH_TRANSCRIPT.value,
        # In a form that no index has, so that each task is found by its subject.
        sa.cast(Task.status, sa.String).concat("") == TaskStatus.PENDING.value,
        Task.priority >= Priority.IMPORT,
    )
    saved_by_others = sa.exists().where(
        LibraryEntry.video_id == item.video_id, LibraryEntry.user_id != found.user_id
    )
    unfinished = sa.select(its_import.id).where(
        its_import.finished_at.is_(None), its_import.id != found.id
    )
    in_others = sa.exists().where(
        other.video_id == item.video_id,
        other.state == ItemState.BEGUN.value,
        other.import_id.in_(unfinished),
    )
    return (
        sa.select(item.video_id)
        .where(item.import_id == found.id, item.state == ItemState.BEGUN.value)
        .where(item.saved.is_(True), waits, ~saved_by_others, ~in_others)
        # In the order of the index, so that all the others are not looked at for some.
        .order_by(item.id)
    )
