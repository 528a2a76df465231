"""Periodic work that one of many processes does at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.models import PeriodicRun, now, now_plus
from vidwiz.models.upsert import insert_ignoring

if TYPE_CHECKING:
    from vidwiz.ports import UnitOfWork


def begin_periodic_run(uow: UnitOfWork, name: str, *, every: float) -> bool:
    """Begin a run of this work; False when another began less than `every` seconds ago."""
    # The first run of all begins with its row, however long the pause between two.
    first = uow.session.scalar(
        insert_ignoring(uow.session, PeriodicRun)
        .values(name=name, started_at=now())
        .returning(PeriodicRun.name)
    )
    if first is not None:
        return True
    # A little less than the pause between rounds, so that one's own last run is always over.
    begun = uow.session.execute(
        sa.update(PeriodicRun)
        .where(PeriodicRun.name == name, PeriodicRun.started_at < now_plus(-0.8 * every))
        .values(started_at=now())
        .execution_options(synchronize_session=False)
    )
    return bool(begun.rowcount == 1)  # type: ignore[attr-defined]
