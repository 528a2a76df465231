"""What the sweeper asks every few seconds is found by an index, however many rows there are."""

import re

import pytest
import sqlalchemy as sa

from tests.support import ensure_video, make_note, make_user, work_here, writing
from vidwiz.db.engine import db
from vidwiz.db.transactions import read_transaction
from vidwiz.models import Task, now_plus
from vidwiz.pipeline.flow import KINDS
from vidwiz.services import dispatch, publishing, retention, transcripts
from vidwiz.tasks import failures, recovery

READS = {
    "forgotten notes": dispatch.find_forgotten_notes,
    "copies to publish": publishing.due_publications,
    "transcripts to dispatch": transcripts.undispatched,
    "old tasks": retention.old_tasks,
}
WRITES = {
    "expired leases": lambda uow: failures.recover_expired(uow, KINDS.names),
    "due tasks": lambda uow: recovery.notify_due(uow, KINDS.names, again_after=10.0),
}
LARGE = "notes|tasks|transcripts"


@pytest.fixture
def asked(core):
    """Return the SELECTs that are sent from now on, with their parameters."""
    ada = make_user()
    ensure_video()
    work_here(core, KINDS.names)
    make_note(ada, "0:10")
    with writing() as uow:
        uow.session.execute(sa.update(Task).values(run_at=now_plus(-1)))
    seen = []

    def remember(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", remember)
    yield seen
    sa.event.remove(db.engine, "before_cursor_execute", remember)


def whole_tables_read(statement, parameters):
    """Return the steps of the plan that read all of a large table."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row.detail for row in plan]
            return [step for step in steps if re.match(rf"SCAN ({LARGE})\b(?!.*INDEX)", step)]
        # So few rows are read faster as a whole; where an index can serve, this takes it.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        return [row[0] for row in plan if re.search(rf"Seq Scan on ({LARGE})\b", row[0])]


@pytest.mark.parametrize("what", READS)
def test_a_look_reads_no_whole_table(core, asked, what):
    with read_transaction() as session:
        READS[what](session)
    check(asked)


@pytest.mark.parametrize("what", WRITES)
def test_a_step_that_writes_reads_no_whole_table(core, asked, what):
    with writing() as uow:
        WRITES[what](uow)
    check(asked)


def check(asked):
    queries = [query for query in asked if re.search(rf"FROM ({LARGE})\b", query[0])]
    assert queries
    for statement, parameters in queries:
        assert whole_tables_read(statement, parameters) == [], statement


def test_a_query_without_an_index_is_noticed(core, asked):
    with db.engine.connect() as connection:
        connection.execute(sa.text("SELECT id FROM tasks WHERE failures = 3")).all()
    assert whole_tables_read(*asked[-1])
