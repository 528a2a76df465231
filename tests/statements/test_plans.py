"""PostgreSQL's generic plans, made while all tables are empty, as a fresh installation makes them.

A connection keeps such a plan while the tables grow. So it must find a task by its primary key,
and what is due by the index that is made for that.
"""

import re

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import psycopg

from tests.fixtures.databases import migrate
from vidwiz.statements import effects, inputs, tasks

_DIALECT = psycopg.dialect(paramstyle="numeric_dollar")

# Where a claim looks: for what is due, and for what is refused elsewhere only.
LOOKS = {"ix_tasks_due", "ix_tasks_blocked", "ix_fetcher_states_open"}
EXPECTED = {
    "claim next": (tasks.CLAIM_NEXT, {"pk_tasks", *LOOKS}),
    "complete and claim": (tasks.COMPLETE_AND_CLAIM_NEXT, {"pk_tasks", *LOOKS}),
    "complete": (tasks.COMPLETE, {"pk_tasks"}),
    "complete active": (tasks.COMPLETE_ACTIVE, {"uq_tasks_active"}),
    "find active": (tasks.FIND_ACTIVE, {"uq_tasks_active"}),
    "raise priority": (tasks.RAISE_PRIORITY, {"pk_tasks"}),
    "renew": (tasks.RENEW, {"pk_tasks"}),
    "release": (tasks.RELEASE, {"pk_tasks"}),
    "store a summary": (effects.STORE_SUMMARY, {"pk_transcripts", "uq_videos_video_id"}),
    "fill a note": (effects.FILL_NOTE_OF_VERSION, {"pk_notes", "uq_transcripts_shared"}),
    "read for a note": (
        inputs.NOTE_INPUTS,
        {"pk_notes", "pk_users", "uq_transcripts_shared", "uq_videos_video_id"},
    ),
    "is due": (tasks.IS_DUE, LOOKS),
}


@pytest.fixture
def connection(empty_url, tmp_path):
    """Return a connection to tables of which PostgreSQL has no statistics yet."""
    migrate(empty_url, tmp_path)
    engine = sa.create_engine(empty_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection.connection.driver_connection


def indexes(connection, statement):
    """Return the indexes of the generic plan; a scan of a whole table is one called `all`."""
    rows = connection.execute(f"EXPLAIN (GENERIC_PLAN) {statement.compile(dialect=_DIALECT)}")
    plan = "\n".join(row[0] for row in rows.fetchall())
    found = re.findall(r"(?:using|Bitmap Index Scan on) (\w+)", plan)
    return {*found, *("all" for _ in re.findall(r"Seq Scan", plan))}


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_a_claim_reads_rows_in_the_order_of_the_index(connection):
    """A sort would read every row that waits."""
    plan = connection.execute(
        f"EXPLAIN (GENERIC_PLAN) {tasks.CLAIM_NEXT.compile(dialect=_DIALECT)}"
    ).fetchall()
    assert not [row for (row,) in plan if "Sort" in row], plan


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_a_plan_of_an_empty_table_uses_the_index_that_is_made_for_it(connection):
    found = {name: indexes(connection, statement) for name, (statement, _) in EXPECTED.items()}
    assert found == {name: expected for name, (_, expected) in EXPECTED.items()}
