"""The ledger's statements: scheduling, claims, leases and the ends of attempts.

PostgreSQL keeps generic plans, perhaps of a time when the table was empty and one index was as
good as another. So each statement leaves it one index only: what is due is asked for in the order
of the index that is made for that, with states as literals, as partial indexes have them; and the
state of a task that is named by its id is asked for in a form that no index has.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from vidwiz.models import (
    ACTIVE,
    ACTIVE_ROWS,
    FetcherState,
    Priority,
    Task,
    TaskStatus,
    now,
    now_plus,
)
from vidwiz.statements.dialects import PerDialect

if TYPE_CHECKING:
    from collections.abc import Callable

TASKS = cast("sa.Table", Task.__table__)
_STATES = cast("sa.Table", FetcherState.__table__)
_C = TASKS.c
_DUE = TASKS.alias("due")

_TYPE = sa.bindparam("of_type", type_=_C.task_type.type)
_SUBJECT = sa.bindparam("of_subject", type_=_C.subject.type)
_TASK = sa.bindparam("of_task", type_=_C.id.type)
_ATTEMPT = sa.bindparam("of_attempt", type_=_C.attempt.type)
_PRIORITY = sa.bindparam("of_priority", type_=_C.priority.type)
_LEASE = now_plus(sa.bindparam("lease", type_=sa.Float))


def literal(value: str | int) -> sa.ColumnElement[Any]:
    """Return a constant of ours as it stands in the statement."""
    return sa.literal_column(f"'{value}'" if isinstance(value, str) else str(value))


def _has_state(*states: TaskStatus) -> sa.ColumnElement[bool]:
    """Compare a state without the help of an index."""
    return _C.status.concat(literal("")).in_([literal(state.value) for state in states])


_ACTIVE = _has_state(*ACTIVE)

# --- Scheduling ---


def unless_active(insert: Callable[[sa.Table], Any]) -> Any:  # noqa: ANN401 - a dialect's Insert
    """Return an INSERT into tasks that does nothing where the subject has an active task."""
    return insert(TASKS).on_conflict_do_nothing(
        index_elements=[_C.task_type, _C.subject], index_where=ACTIVE_ROWS
    )


def new_task() -> dict[str, sa.ColumnElement[Any]]:
    """Return what a new task begins with, as the model would fill it in."""
    numbers = ("attempt", "failures", "waits", "max_attempts")
    return {
        "status": literal(TaskStatus.PENDING.value),
        "isolated": sa.false(),
        **{name: literal(cast("Any", _C[name].default).arg) for name in numbers},
        **{name: now() for name in ("run_at", "created_at", "updated_at")},
    }


INSERT = PerDialect(
    lambda insert: (
        unless_active(insert)
        .values(
            task_type=_TYPE,
            subject=_SUBJECT,
            video_id=sa.bindparam("of_video"),
            note_id=sa.bindparam("of_note"),
            priority=_PRIORITY,
            **new_task(),
        )
        .returning(_C.id)
    )
)

COLUMNS_OF_ITEM = ("task_type", "subject", "video_id", "note_id")


@cache
def insert_of(count: int) -> PerDialect:
    """Return the INSERT of so many tasks, in their order.

    One with several VALUES would be compiled each time.
    """
    rows = [
        sa.select(
            *(
                sa.bindparam(f"{name}_{number}", type_=_C[name].type).label(name)
                for name in COLUMNS_OF_ITEM
            ),
            literal(number).label("place"),
        )
        for number in range(count)
    ]
    items = sa.union_all(*rows).subquery("items")
    new = {**{name: items.c[name] for name in COLUMNS_OF_ITEM}, "priority": _PRIORITY, **new_task()}
    # Without a WHERE, SQLite takes ON CONFLICT for a condition of a join.
    source = sa.select(*new.values()).where(sa.true()).order_by(items.c.place)
    return PerDialect(
        lambda insert: (
            unless_active(insert)
            .from_select([*new], source, include_defaults=False)
            .returning(_C.id, _C.task_type, _C.subject)
        )
    )


_ACTIVE_OF_SUBJECT = sa.and_(_C.task_type == _TYPE, _C.subject == _SUBJECT, ACTIVE_ROWS)
FIND_ACTIVE = sa.select(_C.id).where(_ACTIVE_OF_SUBJECT)
RAISE_PRIORITY = (
    sa.update(TASKS)
    .where(_C.id == _TASK, _ACTIVE, _C.priority > _PRIORITY)
    .values(
        priority=_PRIORITY,
        # Slots are kept for those who wait, so that it need not wait for those of all others.
        run_at=sa.case(
            (
                sa.and_(_has_state(TaskStatus.PENDING), _C.error_code == literal("paced")),
                sa.case((_C.run_at < now(), _C.run_at), else_=now()),
            ),
            else_=_C.run_at,
        ),
    )
)

SET_DETAILS = (
    sa.update(TASKS)
    .where(_C.id == _TASK)
    .values(task_details=sa.bindparam("details", type_=_C.task_details.type))
)

# --- Claims ---


def _due(*more: sa.ColumnElement[bool]) -> sa.Select[int]:
    return (
        sa.select(_DUE.c.id)
        .where(_DUE.c.task_type == _TYPE, _DUE.c.status == literal(TaskStatus.PENDING.value))
        .where(_DUE.c.run_at <= now(), *more)
        .order_by(_DUE.c.priority, _DUE.c.run_at, _DUE.c.id)
    )


def _next(*more: sa.ColumnElement[bool]) -> list[sa.Select[int]]:
    """Return one ordered look a priority, so that what is not due yet is never walked over."""
    return [
        _due(_DUE.c.priority == literal(priority), *more).limit(literal(1))
        for priority in Priority.ALL
    ]


_NETWORK = sa.bindparam("by_network", type_=_C.worker_network.type)
_REFUSED_HERE = sa.exists().where(
    _STATES.c.network == _NETWORK, _STATES.c.open_until.is_not(None), _STATES.c.open_until > now()
)


def _blocked_elsewhere(*more: sa.ColumnElement[bool]) -> list[sa.Select[int]]:
    """Return looks for what is refused on another network only, whenever it is due there.

    As two ranges of the index: what is blocked here is never walked over. A network on which
    anything is refused now is given none of it, or two of them would pass tasks to and fro.
    """
    blocked_on = _DUE.c.blocked_network
    return [
        sa.select(_DUE.c.id)
        .where(_DUE.c.task_type == _TYPE, _DUE.c.status == literal(TaskStatus.PENDING.value))
        .where(blocked_on.is_not(None), other, ~_REFUSED_HERE, *more)
        .order_by(blocked_on, _DUE.c.priority, _DUE.c.run_at, _DUE.c.id)
        .limit(literal(1))
        for other in (blocked_on < _NETWORK, blocked_on > _NETWORK)
    ]


def _first_free(*looks: sa.Select[int]) -> sa.ColumnElement[int]:
    """Return the first that nobody else is just claiming, and lock it."""
    locking = (look.with_for_update(skip_locked=True).scalar_subquery() for look in looks)
    return sa.func.coalesce(*locking)


def _claiming(chosen: sa.ColumnElement[bool]) -> Any:  # noqa: ANN401 - a typed RETURNING
    return (
        sa.update(TASKS)
        .where(chosen, _has_state(TaskStatus.PENDING))
        .values(
            status=literal(TaskStatus.IN_PROGRESS.value),
            attempt=_C.attempt + literal(1),
            lease_expires_at=_LEASE,
            started_at=now(),
            worker_name=sa.bindparam("by_name"),
            worker_kind=sa.bindparam("by_kind"),
            worker_network=_NETWORK,
        )
        .returning(
            *(_C.task_type, _C.subject, _C.video_id, _C.note_id, _C.id.label("task_id")),
            *(_C.attempt, _C.failures, _C.isolated, _C.priority, _C.task_details),
        )
    )


_ASKED_FOR = _due(_DUE.c.id.in_(sa.bindparam("ids", expanding=True))).limit(literal(1))
CLAIM_ONE_OF = _claiming(_C.id == _first_free(_ASKED_FOR, *_next(), *_blocked_elsewhere()))
"""Claims one of these if it is due, else what is due next."""
CLAIM_NEXT = _claiming(_C.id == _first_free(*_next(), *_blocked_elsewhere()))
_MORE = (
    _due(_DUE.c.video_id == sa.bindparam("of_video"), _DUE.c.isolated.is_(sa.false()))
    .limit(sa.bindparam("at_most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
    .cte("more")
)
CLAIM_MORE_OF_VIDEO = _claiming(_C.id.in_(sa.select(_MORE.c.id)))
IS_DUE = sa.select(
    sa.func.coalesce(
        *(look.scalar_subquery() for look in (*_next(), *_blocked_elsewhere()))
    ).is_not(None)
)
"""Says whether a task could be claimed, and takes no lock."""

# --- Attempts ---

_HELD = sa.and_(
    _C.id == _TASK,
    _C.attempt == _ATTEMPT,
    _has_state(TaskStatus.IN_PROGRESS),
    _C.lease_expires_at > now(),
)
"""The attempt runs, and its lease has not run out."""
_MINE = sa.and_(_C.id == _TASK, _C.attempt == _ATTEMPT, _ACTIVE)
"""The task has not ended, and nobody has claimed it since."""

SELECT_HELD = sa.select(Task).where(_HELD).with_for_update()
RENEW = sa.update(TASKS).where(_HELD).values(lease_expires_at=_LEASE)
RELEASE = (
    sa.update(TASKS)
    .where(_HELD)
    .values(
        status=literal(TaskStatus.PENDING.value), lease_expires_at=sa.null(), poked_at=sa.null()
    )
)


def _completing(which: sa.ColumnElement[bool]) -> Any:  # noqa: ANN401 - a typed RETURNING
    return (
        sa.update(TASKS)
        .where(which)
        .values(
            status=literal(TaskStatus.COMPLETED.value),
            completed_at=now(),
            lease_expires_at=sa.null(),
            result_details=sa.bindparam("result", type_=_C.result_details.type),
            error_code=sa.null(),
            error_message=sa.null(),
        )
        .returning(_C.priority)
    )


COMPLETE = _completing(_MINE)
COMPLETE_ACTIVE = _completing(_ACTIVE_OF_SUBJECT)


def _complete_and_claim_next() -> Any:  # noqa: ANN401 - rows of both
    """Return both in one statement, for PostgreSQL.

    Nothing is claimed unless the completion counts. As the claim asks for that first, the
    completed task is locked before the next one, which is never waited for. The completed task
    may still be pending in this statement's snapshot, and must not be claimed itself.
    """
    other = _DUE.c.id != _TASK
    done = _completing(_MINE).cte("done")
    claimed = _claiming(
        sa.and_(
            sa.exists(sa.select(done.c.priority)),
            _C.id == _first_free(*_next(other), *_blocked_elsewhere(other)),
        )
    ).cte("claimed")
    return sa.select(done.c.priority.label("ended_priority"), *claimed.c).select_from(
        done.outerjoin(claimed, sa.literal_column("TRUE"))
    )


COMPLETE_AND_CLAIM_NEXT = _complete_and_claim_next()
