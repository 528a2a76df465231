"""What the sweeper's looks, and switching AI notes, cost with very many waiting notes."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks.figures import Figure
from benchmarks.ledger import NOW, NUMBERS, prepare_app
from benchmarks.timing import durations_ms, median_ms
from vidwiz.db.engine import db
from vidwiz.db.transactions import read_transaction
from vidwiz.pipeline.flow import KINDS
from vidwiz.runtime import current
from vidwiz.services import dispatch, notes, publishing, retention, users
from vidwiz.tasks import failures, recovery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOTES = 100_000
TIMES = 20


def sweep() -> Iterator[Figure]:
    """Measure on both databases, with half of the notes' tasks waiting and half failed."""
    for database in ("postgresql", "sqlite"):
        with ExitStack() as stack:
            prepare_app(stack, database)
            _fill(database)
            floor = median_ms(_one_row, TIMES)
            for what, look in _LOOKS.items():
                yield Figure(
                    f"{database}: {what}, {NOTES:,} waiting notes",
                    median_ms(look, TIMES),
                    "ms",
                    floor,
                    "one row by its key",
                )
            for enabled in (False, True):
                (taken,) = durations_ms(partial(_switch, enabled=enabled), 1)
                what = f"switching AI notes {'on' if enabled else 'off'}"
                yield Figure(f"{database}: {what}, {NOTES:,} notes", taken, "ms")


def _fill(database: str) -> None:
    now, numbers = NOW[database], NUMBERS[database]
    made = f"{now}, {now}"
    with current().unit_of_work() as uow:
        user = users.create(uow, email="bench@example.org", name="Bench")
        for statement in (
            (
                "INSERT INTO videos (video_id, transcript_available, created_at, updated_at)"
                f" VALUES ('spoken00000', true, {made})"
            ),
            (
                "INSERT INTO notes (id, video_id, user_id, timestamp, seconds, generated_by_ai,"
                f" created_at, updated_at) SELECT i, 'spoken00000', {user.id}, '0:01', 1, false,"
                f" {made} FROM {numbers} AS numbers"
            ),
            (
                "INSERT INTO tasks (task_type, subject, video_id, note_id, status, priority,"
                " attempt, failures, max_attempts, waits, isolated, run_at, created_at, updated_at,"
                " completed_at) SELECT 'generate_note', 'note:' || i, 'spoken00000', i,"
                " CASE WHEN i % 2 = 0 THEN 'failed' ELSE 'pending' END, 0, 0, 0, 5, 0, false,"
                f" {now}, {made}, CASE WHEN i % 2 = 0 THEN {now} END FROM {numbers} AS numbers"
            ),
        ):
            values = {"rows": NOTES} if ":rows" in statement else {}
            uow.session.execute(sa.text(statement), values)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _one_row() -> None:
    with read_transaction() as session:
        session.execute(sa.text("SELECT text FROM notes WHERE id = 1")).all()


def _find_forgotten() -> None:
    with read_transaction() as session:
        dispatch.find_forgotten_notes(session)


def _find_publications() -> None:
    with read_transaction() as session:
        publishing.due_publications(session)


def _find_old_tasks() -> None:
    with read_transaction() as session:
        retention.old_tasks(session)


def _notify_due() -> None:
    with current().unit_of_work() as uow:
        recovery.notify_due(uow, KINDS.names, again_after=10.0)


def _recover() -> None:
    with current().unit_of_work() as uow:
        failures.recover_expired(uow, KINDS.names)


def _switch(*, enabled: bool) -> None:
    with current().unit_of_work() as uow:
        user = users.find_by_email(uow.session, "bench@example.org")
        assert user is not None
        notes.set_ai_notes(uow, user, enabled=enabled)


_LOOKS: dict[str, Callable[[], None]] = {
    "expired leases": _recover,
    "due tasks": _notify_due,
    "forgotten notes, a slice": _find_forgotten,
    "copies to publish": _find_publications,
    "old tasks": _find_old_tasks,
}
