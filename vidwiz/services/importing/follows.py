"""Follows: playlists and channels whose new videos are imported as they come."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.errors import ConflictError, InvalidInputError, NotFoundError
from vidwiz.models import (
    Follow,
    FollowedVideo,
    ImportKind,
    Priority,
    now,
    now_plus,
)
from vidwiz.models.upsert import insert_ignoring
from vidwiz.services import users
from vidwiz.services.importing import imports
from vidwiz.services.importing.imports import ImportSource, key_of_url
from vidwiz.tasks import query, scheduling, subjects
from vidwiz.tasks.stages import stage_of_task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork
    from vidwiz.services.importing.entries import ImportedVideo
    from vidwiz.services.importing.naming import Named
    from vidwiz.tasks.stages import Stage

SHORTEST_HOURS = 1
LONGEST_HOURS = 720
USUAL_HOURS = 6
MOST_FOLLOWS = 500
"""Of one user; each costs requests as long as it is there."""
NEWEST = 15
"""As many as a feed of YouTube's has."""
_HOUR = 3600.0
# Follows that were made together are not checked together for ever.
_JITTER = 0.1
_DUE_AT_ONCE = 50
_AT_ONCE = 500


def create(
    uow: UnitOfWork,
    user_id: int,
    url: str,
    *,
    every_hours: int = USUAL_HOURS,
    backfill: bool = False,
) -> tuple[Follow, bool]:
    """Follow a list from now on; return the follow and whether it is new.

    The first check notes what the list has, and imports that only with `backfill`. For a list
    that is followed already the interval is changed. Raises `InvalidInputError` for an interval
    that is none, `ConflictError` for too many follows.
    """
    if not SHORTEST_HOURS <= every_hours <= LONGEST_HOURS:
        raise InvalidInputError(
            f"every_hours is from {SHORTEST_HOURS} to {LONGEST_HOURS}", field="every_hours"
        )
    # A second round is needed only where the same follow ends between two statements.
    while True:
        known = _same(uow.session, user_id, url)
        if known is not None:
            return _changed(uow, known, every_hours), False
        inserted = _insert(uow, user_id, url, every_hours, backfill=backfill)
        if inserted is not None:
            scheduling.schedule(uow, subjects.check_of_follow(inserted))
            return get(uow.session, inserted, user_id=user_id), True


def _insert(
    uow: UnitOfWork, user_id: int, url: str, every_hours: int, *, backfill: bool
) -> int | None:
    """Insert the follow if there is room; return its id, None when another request has just."""
    users.lock(uow, user_id)
    if _count(uow.session, user_id) >= MOST_FOLLOWS:
        raise ConflictError(f"you follow {MOST_FOLLOWS} lists already", code="too_many_follows")
    inserted: int | None = uow.session.scalar(
        insert_ignoring(uow.session, Follow)
        .values(
            user_id=user_id,
            url=url,
            list_key=key_of_url(url),
            every_hours=every_hours,
            backfill=backfill,
            next_check_at=now_plus(_interval(every_hours)),
        )
        .returning(Follow.id)
    )
    return inserted


def _changed(uow: UnitOfWork, known: Follow, every_hours: int) -> Follow:
    if known.every_hours != every_hours:
        known.every_hours = every_hours
        known.next_check_at = now_plus(_interval(every_hours))
        uow.session.flush()
        uow.session.refresh(known)
    return known


def _same(session: Session, user_id: int, url: str) -> Follow | None:
    """Lock and return the user's follow of this address, also if its list's name is known."""
    return session.scalar(
        sa.select(Follow)
        .where(
            Follow.user_id == user_id,
            sa.or_(Follow.list_key == key_of_url(url), Follow.url == url),
        )
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _count(session: Session, user_id: int) -> int:
    mine = sa.select(sa.func.count()).select_from(Follow).where(Follow.user_id == user_id)
    return session.scalar(mine) or 0


def _interval(every_hours: int) -> float:
    """Return the seconds until the next check, never less than what was asked for."""
    return every_hours * _HOUR * random.uniform(1, 1 + _JITTER)  # noqa: S311


def get(session: Session, follow_id: int, *, user_id: int) -> Follow:
    """Return one of the user's follows; raise `NotFoundError`."""
    found = session.get(Follow, follow_id)
    if found is None or found.user_id != user_id:
        raise NotFoundError(f"you have no follow {follow_id}", code="follow_not_found")
    return found


def page(session: Session, user_id: int, *, number: int, size: int) -> tuple[list[Follow], int]:
    """Return a page of the user's follows, the newest first, and how many there are."""
    found = session.scalars(
        sa.select(Follow)
        .where(Follow.user_id == user_id)
        .order_by(Follow.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return list(found), _count(session, user_id)


def stages(session: Session, found: Sequence[Follow]) -> dict[int, Stage]:
    """Return how the newest check of each follow is, or ended."""
    items = {follow.id: subjects.check_of_follow(follow.id) for follow in found}
    tasks = query.newest_tasks(session, [item.subject for item in items.values()])
    return {
        follow_id: stage_of_task(tasks.get((item.task_type, item.subject)))
        for follow_id, item in items.items()
    }


def remove(uow: UnitOfWork, follow_id: int, *, user_id: int) -> None:
    """Follow the list no longer; what was imported stays. Raises `NotFoundError`."""
    get(uow.session, follow_id, user_id=user_id)
    follow = lock(uow, follow_id)
    if follow is None:
        # Another request has just removed it.
        return
    uow.session.delete(follow)
    uow.session.flush()
    scheduling.cancel(uow, subjects.check_of_follow(follow_id))


def schedule_due(uow: UnitOfWork) -> int:
    """Schedule the checks that are due, and set when the next ones are; return how many.

    Any number of processes may do this at once: each follow is taken by one of them.
    """
    due = uow.session.scalars(
        sa.select(Follow)
        .where(Follow.next_check_at <= now())
        .order_by(Follow.next_check_at, Follow.id)
        .limit(_DUE_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for follow in due:
        scheduling.schedule(uow, subjects.check_of_follow(follow.id), priority=Priority.IMPORT)
        # Now, and not when the check has ended: a check that fails keeps the next from nothing.
        follow.next_check_at = now_plus(_interval(follow.every_hours))
    uow.session.flush()
    return len(due)


def any_due(session: Session) -> bool:
    """Say whether a check is due."""
    due = sa.select(Follow.id).where(Follow.next_check_at <= now()).limit(1)
    return session.scalar(due) is not None


def seen_in(session: Session, follow_id: int) -> frozenset[str]:
    """Return the videos that the list had at earlier checks."""
    seen = sa.select(FollowedVideo.video_id).where(FollowedVideo.follow_id == follow_id)
    return frozenset(session.scalars(seen))


def lock(uow: UnitOfWork, follow_id: int) -> Follow | None:
    """Lock the follow and return it as it is now; None when it is gone."""
    return uow.session.scalar(
        sa.select(Follow)
        .where(Follow.id == follow_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def take_check(
    uow: UnitOfWork, follow: Follow, named: Named, *, key: str, title: str | None
) -> int:
    """Note what a check of the locked follow has found, and import what is new; count that."""
    if follow.last_check_at is None and not _take_key(uow, follow, key):
        return 0
    is_first = follow.last_check_at is None
    seen = seen_in(uow.session, follow.id)
    new = [video for video in named.videos if video.video_id not in seen]
    follow.title = title or follow.title
    follow.last_check_at = now()
    uow.session.flush()
    _note_seen(uow, follow.id, new)
    if not new or (is_first and not follow.backfill):
        return 0
    source = ImportSource(
        kind=ImportKind.FOLLOW,
        key=f"follow:{follow.id}:{new[0].video_id}",
        url=follow.url,
        title=follow.title,
        videos=new,
    )
    imports.create(uow, follow.user_id, source)
    return len(new)


def _take_key(uow: UnitOfWork, follow: Follow, key: str) -> bool:
    """Give a new follow its list's name; where the user follows that already, remove this one."""
    # One at a time for each user: two addresses of one list may be checked at the same moment.
    users.lock(uow, follow.user_id)
    other = sa.select(Follow.id).where(
        Follow.user_id == follow.user_id, Follow.list_key == key, Follow.id != follow.id
    )
    if uow.session.scalar(other) is not None:
        uow.session.delete(follow)
        uow.session.flush()
        return False
    follow.list_key = key
    uow.session.flush()
    return True


def _note_seen(uow: UnitOfWork, follow_id: int, new: Sequence[ImportedVideo]) -> None:
    for begin in range(0, len(new), _AT_ONCE):
        rows = [
            {"follow_id": follow_id, "video_id": video.video_id}
            for video in new[begin : begin + _AT_ONCE]
        ]
        uow.session.execute(insert_ignoring(uow.session, FollowedVideo), rows)
