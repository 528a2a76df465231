"""What each step of a video costs in statements, BEGIN, COMMIT and ROLLBACK among them.

A number that grows here is a round trip that every video pays for. One that shrinks is good news:
write the smaller one down.
"""

import pytest
import sqlalchemy as sa

from tests.support import (
    captions,
    ensure_video,
    make_note,
    make_user,
    metadata,
    note,
    tasks,
    work_here,
)
from vidwiz.db.engine import db
from vidwiz.models import TaskStatus
from vidwiz.pipeline.flow import KINDS
from vidwiz.runtime import runtime_of
from vidwiz.tasks.types import TaskType, WorkerId
from vidwiz.worker.database_ledger import DatabaseLedger

METADATA, TRANSCRIPT = TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT
SUMMARY = TaskType.GENERATE_SUMMARY


class Statements:
    """What is sent to the database, as the server counts it."""

    def __init__(self, engine):
        self._seen = []
        self._is_sqlite = engine.dialect.name == "sqlite"
        sa.event.listen(engine, "begin", self._begin)
        sa.event.listen(engine, "before_cursor_execute", self._statement)
        sa.event.listen(engine, "commit", lambda connection: self._end(connection, "COMMIT"))
        sa.event.listen(engine, "rollback", lambda connection: self._end(connection, "ROLLBACK"))

    @staticmethod
    def _driver(connection):
        return connection.connection.driver_connection

    def _begin(self, connection):
        mode = connection.get_execution_options().get("sqlite_begin")
        # A reading transaction's BEGIN is seen as a statement.
        if self._is_sqlite and mode == "IMMEDIATE":
            self._seen.append("BEGIN IMMEDIATE")

    def _statement(self, connection, _cursor, statement, *_):
        driver = self._driver(connection)
        # psycopg sends BEGIN before the first statement of a transaction.
        if not self._is_sqlite and not driver.autocommit and _is_idle(driver):
            self._seen.append("BEGIN")
        self._seen.append(" ".join(statement.split()))

    def _end(self, connection, what):
        driver = self._driver(connection)
        if driver.in_transaction if self._is_sqlite else not _is_idle(driver):
            self._seen.append(what)

    def of(self, step):
        self._seen.clear()
        step()
        return list(self._seen)


def _is_idle(driver):
    return driver.info.transaction_status.name == "IDLE"


@pytest.fixture
def statements(core):
    return Statements(db.engine)


@pytest.fixture
def ledger(core):
    return DatabaseLedger(runtime_of(core), WorkerId("me"), KINDS)


def on(sqlite, postgresql):
    return sqlite if db.engine.dialect.name == "sqlite" else postgresql


# What one more task of a drain costs: on SQLite, and on PostgreSQL.
A_TASK = {METADATA: (5, 4), TRANSCRIPT: (10, 7), SUMMARY: (7, 6)}
# What a drain costs beside its tasks: its first claim, and the look for refused fetchers.
A_DRAIN = {METADATA: (4, 2), TRANSCRIPT: (4, 2), SUMMARY: (3, 1)}


@pytest.mark.parametrize("task_type", A_TASK)
@pytest.mark.parametrize("count", [1, 4])
def test_a_step_of_a_video_costs_so_many(
    core, statements, metadata_fetcher, transcript_fetcher, task_type, count
):
    for number in range(count):
        video_id = f"counted{number:04d}"
        metadata_fetcher.videos[video_id] = metadata(video_id)
        transcript_fetcher.transcripts[video_id] = captions()
        ensure_video(video_id)
    before = list(A_TASK)[: list(A_TASK).index(task_type)]
    work_here(core, before)
    sent = statements.of(lambda: work_here(core, [task_type]))
    assert [row.status for row in tasks(task_type=task_type)] == [TaskStatus.COMPLETED] * count
    assert len(sent) == on(*A_DRAIN[task_type]) + count * on(*A_TASK[task_type]), "\n".join(sent)


def test_a_video_costs_seventeen_on_postgresql():
    """One of them counts the tokens of its summary; a text that takes none has 16."""
    assert sum(on_postgresql for _, on_postgresql in A_TASK.values()) == 17


def test_a_note_costs_thirteen_by_itself(core, statements):
    """Two claims of a batch (4 and 3), the reading (1), and the writing (5)."""
    ensure_video()
    work_here(core, [METADATA, TRANSCRIPT])
    marked = make_note(make_user())
    sent = statements.of(lambda: work_here(core, [TaskType.GENERATE_NOTE]))
    assert note(marked.id).text
    assert len(sent) == 13, "\n".join(sent)


@pytest.mark.parametrize("step", ["claim", "claim of these", "renew", "release"])
def test_what_is_one_statement_is_sent_as_one(core, statements, ledger, step):
    ensure_video()
    (row,) = tasks(task_type=METADATA)
    held = None if "claim" in step else ledger.claim(METADATA)[0]
    steps = {
        "claim": lambda: ledger.claim(METADATA),
        "claim of these": lambda: ledger.claim(METADATA, [row.id + 1000, row.id]),
        "renew": lambda: ledger.renew(held),
        "release": lambda: ledger.release(held),
    }
    sent = statements.of(steps[step])
    (row,) = tasks(task_type=METADATA)
    assert row.status is (TaskStatus.PENDING if step == "release" else TaskStatus.IN_PROGRESS)
    # SQLite's writers begin in any case: so they wait in order.
    assert len(sent) == on(3, 1), "\n".join(sent)
