"""Settling imports: noting which of their videos have ended, and which imports are over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.models import (
    ACTIVE_ROWS,
    ImportItem,
    ImportState,
    ItemState,
    PeriodicRun,
    Task,
    TaskStatus,
    VideoImport,
    now,
)
from vidwiz.models.upsert import insert
from vidwiz.models.video_lists import UNFINISHED_IMPORTS
from vidwiz.services.importing.progress import BEGUN, END, IS_BEGUN
from vidwiz.tasks import query, scheduling, subjects
from vidwiz.tasks.types import TaskType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork

SETTLED = "settled imports"
# One look of the sweeper; the next goes on.
_SLICE = 5000
# Below what either database takes in one statement.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What one look found: unfinished imports, and which of their videos have ended unnoted."""

    items: dict[int, list[int]]
    begin: int
    end: int
    """The next look begins after this item; 0 is the beginning."""


def to_settle(session: Session) -> Unsettled:
    """Return unfinished imports of which something has ended that nobody has noted yet.

    Of what is begun a slice is looked at, so that a look stays short however many videos wait;
    the next look goes on behind it, so that none is kept from being seen by those that wait.
    """
    run = session.get(PeriodicRun, SETTLED)
    begin = run.cursor if run is not None else 0
    unfinished = sa.select(VideoImport.id).where(UNFINISHED_IMPORTS)
    some = (
        sa.select(ImportItem.id)
        .where(ImportItem.import_id.in_(unfinished), IS_BEGUN, ImportItem.id > begin)
        .order_by(ImportItem.id)
        .limit(_SLICE)
    )
    item_ids = session.scalars(some).all()
    items: dict[int, list[int]] = {import_id: [] for import_id in _without_work(session)}
    if item_ids:
        between = sa.and_(ImportItem.id > begin, ImportItem.id <= item_ids[-1])
        ended = BEGUN.where(ImportItem.import_id.in_(unfinished), between).subquery().c
        rows = session.execute(sa.select(ended.import_id, ended.id).where(ended.end.is_not(None)))
        for import_id, item_id in rows:
            items.setdefault(import_id, []).append(item_id)
    return Unsettled(items, begin, item_ids[-1] if len(item_ids) == _SLICE else 0)


def _without_work(session: Session) -> list[int]:
    """Return unfinished imports of which all videos have ended, or that nobody works on."""
    open_items = sa.exists().where(
        ImportItem.import_id == VideoImport.id,
        ImportItem.state.in_([ItemState.NEW.value, ItemState.BEGUN.value]),
    )
    at_work = sa.exists().where(
        Task.task_type == TaskType.EXPAND_LIST.value,
        Task.subject == sa.literal(subjects.IMPORT_PREFIX) + sa.cast(VideoImport.id, sa.String),
        ACTIVE_ROWS,
        UNFINISHED_IMPORTS,
    )
    is_running = VideoImport.state == ImportState.RUNNING.value
    over = sa.or_(sa.and_(is_running, ~open_items), sa.and_(~is_running, ~at_work))
    wanted = sa.select(VideoImport.id).where(UNFINISHED_IMPORTS, over)
    return list(session.scalars(wanted.order_by(VideoImport.id)))


def keep_place(uow: UnitOfWork, looked: Unsettled) -> None:
    """Have the next look go on where this one ended."""
    new = {"cursor": looked.end, "started_at": now()}
    uow.session.execute(
        insert(uow.session, PeriodicRun)
        .values(name=SETTLED, **new)
        .on_conflict_do_update(index_elements=[PeriodicRun.name], set_=new)
    )


def settle(uow: UnitOfWork, found: VideoImport, item_ids: Sequence[int] | None = None) -> None:
    """Note which videos of the locked import have ended, and whether it is over itself.

    Only these items are looked at, by default all.
    """
    if found.finished_at is not None:
        return
    of_import = sa.and_(ImportItem.import_id == found.id, END.is_not(None))
    if item_ids is None:
        _note_ends(uow, of_import)
    for begin in range(0, len(item_ids or ()), _AT_ONCE):
        some = (item_ids or ())[begin : begin + _AT_ONCE]
        _note_ends(uow, sa.and_(of_import, ImportItem.id.in_(some)))
    if found.state == ImportState.RUNNING:
        if not _has_open_items(uow.session, found.id):
            finish(found, ImportState.COMPLETED)
    else:
        _settle_unfinished(uow, found)
    uow.session.flush()


def _settle_unfinished(uow: UnitOfWork, found: VideoImport) -> None:
    """End an import whose own task has ended without it, or give it another task."""
    item = subjects.next_of_import(found.id)
    newest = query.newest_tasks(uow.session, [item.subject]).get((item.task_type, item.subject))
    if newest is None or newest.status is TaskStatus.COMPLETED:
        scheduling.schedule(uow, item)
    elif newest.status in (TaskStatus.FAILED, TaskStatus.CANCELLED):
        failed = newest.status is TaskStatus.FAILED
        finish(found, ImportState.FAILED if failed else ImportState.CANCELLED)
        cancel_new(uow, found.id)


def cancel_new(uow: UnitOfWork, import_id: int) -> None:
    """Cancel the videos of the locked import that were not added yet."""
    uow.session.execute(
        sa.update(ImportItem)
        .where(ImportItem.import_id == import_id, ImportItem.state == ItemState.NEW.value)
        .values(state=ItemState.CANCELLED.value)
        .execution_options(synchronize_session=False)
    )


def finish(found: VideoImport, state: ImportState) -> None:
    """End the locked import so."""
    found.state = state.value
    found.finished_at = now()


def _note_ends(uow: UnitOfWork, which: sa.ColumnElement[bool]) -> None:
    rows = uow.session.execute(BEGUN.where(which)).all()
    for state in {row.end for row in rows}:
        ids = [row.id for row in rows if row.end == state]
        for begin in range(0, len(ids), _AT_ONCE):
            _set_state(uow, ids[begin : begin + _AT_ONCE], state)


def _set_state(uow: UnitOfWork, item_ids: Iterable[int], state: str) -> None:
    uow.session.execute(
        sa.update(ImportItem)
        .where(ImportItem.id.in_(list(item_ids)), ImportItem.state == ItemState.BEGUN.value)
        .values(state=state)
        .execution_options(synchronize_session=False)
    )


def _has_open_items(session: Session, import_id: int) -> bool:
    states = [ItemState.NEW.value, ItemState.BEGUN.value]
    open_item = sa.select(ImportItem.id).where(
        ImportItem.import_id == import_id, ImportItem.state.in_(states)
    )
    return session.scalar(open_item.limit(1)) is not None
