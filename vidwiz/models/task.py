"""The ledger's tables: tasks, periodic runs, and the circuit breakers of fetchers."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - Mapped[] is evaluated at run time
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vidwiz.models.base import Base, Json, UtcDateTime, now


class TaskStatus(StrEnum):
    """Where a task is in its life; the last three are terminal and never change."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (TaskStatus.PENDING, TaskStatus.IN_PROGRESS)


class Priority:
    """Lower goes first."""

    PERSON = 0
    IMPORT = 10
    REGENERATION = 20
    ALL = (PERSON, IMPORT, REGENERATION)


def _text_enum(kind: type[StrEnum]) -> sa.Enum:
    """Store the value as text that both databases and people can read."""
    return sa.Enum(
        kind, native_enum=False, length=32, values_callable=lambda e: [member.value for member in e]
    )


PENDING_ROWS = sa.text("status = 'pending'")
BLOCKED_ROWS = sa.text("status = 'pending' AND blocked_network IS NOT NULL")
RUNNING_ROWS = sa.text("status = 'in_progress'")
ENDED_ROWS = sa.text("completed_at IS NOT NULL")
OPEN_BREAKERS = sa.text("open_until IS NOT NULL")
ACTIVE_ROWS = sa.text("status IN ('pending', 'in_progress')")


def _partial_index(
    name: str, *columns: str, where: sa.TextClause, unique: bool = False
) -> sa.Index:
    return sa.Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


class Task(Base):
    """One piece of work.

    `attempt` is the fencing token, `failures` counts against `max_attempts`, `waits` counts waits
    for something known (`waits_by_code`: how many, and since when, for each code), and `isolated`
    keeps a task that lost its worker out of batches. `blocked_network` is where a site refused the
    last attempt; a worker on another network need not wait until `run_at`.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        # Decides that work is scheduled once, however many ask for it at the same moment.
        _partial_index("uq_tasks_active", "task_type", "subject", where=ACTIVE_ROWS, unique=True),
        # Keep claims flat: only pending rows are in them, in the order in which they are claimed.
        _partial_index("ix_tasks_due", "task_type", "priority", "run_at", "id", where=PENDING_ROWS),
        _partial_index(
            "ix_tasks_due_of_video",
            *("video_id", "task_type", "priority", "run_at", "id"),
            where=PENDING_ROWS,
        ),
        _partial_index(
            "ix_tasks_blocked",
            *("task_type", "blocked_network", "priority", "run_at", "id"),
            where=BLOCKED_ROWS,
        ),
        _partial_index("ix_tasks_lease", "lease_expires_at", where=RUNNING_ROWS),
        sa.Index("ix_tasks_subject", "subject", "task_type", "id"),
        sa.Index("ix_tasks_video", "video_id", "id"),
        sa.Index("ix_tasks_status", "status", "task_type", "id"),
        _partial_index("ix_tasks_ended", "completed_at", "id", where=ENDED_ROWS),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Text and no enumeration: a newer version may have put kinds there that this one lacks.
    task_type: Mapped[str] = mapped_column(sa.String(32))
    subject: Mapped[str] = mapped_column(sa.String(160))
    video_id: Mapped[str] = mapped_column(sa.String(128))
    note_id: Mapped[int | None]
    status: Mapped[TaskStatus] = mapped_column(_text_enum(TaskStatus), default=TaskStatus.PENDING)
    priority: Mapped[int] = mapped_column(default=Priority.PERSON)
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=5)
    waits: Mapped[int] = mapped_column(default=0)
    waits_by_code: Mapped[dict[str, Any] | None] = mapped_column(Json)
    isolated: Mapped[bool] = mapped_column(default=False)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now())
    lease_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    worker_name: Mapped[str | None] = mapped_column(sa.String(128))
    worker_kind: Mapped[str | None] = mapped_column(sa.String(16))
    worker_network: Mapped[str | None] = mapped_column(sa.String(64))
    blocked_network: Mapped[str | None] = mapped_column(sa.String(64))
    poked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    task_details: Mapped[dict[str, Any] | None] = mapped_column(Json)
    result_details: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error_code: Mapped[str | None] = mapped_column(sa.String(64))
    error_message: Mapped[str | None] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now())
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now(), onupdate=now())


class PeriodicRun(Base):
    """When periodic work last began, so that one of many processes does it at a time.

    `cursor` is where the next run goes on, for work that is done in slices.
    """

    __tablename__ = "periodic_runs"

    name: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cursor: Mapped[int] = mapped_column(default=0, server_default="0")


class FetcherState(Base):
    """How one fetcher does on one network: its circuit breaker, and what it did lately.

    The breaker is closed where `open_until` is null; `refusals` counts those in a row, `code` is
    the last one's, and `probing` says that one caller was let through to find out. `successes` and
    `failures` are of the time since `counted_since`.
    """

    __tablename__ = "fetcher_states"
    __table_args__ = (_partial_index("ix_fetcher_states_open", "network", where=OPEN_BREAKERS),)

    provider: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    network: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    refusals: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None] = mapped_column(sa.String(64))
    open_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    probing: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    successes: Mapped[int] = mapped_column(default=0, server_default="0")
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    counted_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_failure_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_failure_code: Mapped[str | None] = mapped_column(sa.String(64))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now(), onupdate=now())
