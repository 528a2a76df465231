"""The warm-up leaves nothing behind, and nothing to compile for the horses that are forked."""

import pytest
import sqlalchemy as sa

from tests.support import ensure_video, make_note, make_user, note, tasks, work_here
from vidwiz.db.engine import db
from vidwiz.db.transactions import read_transaction
from vidwiz.models import Base, TaskStatus
from vidwiz.pipeline.flow import KINDS
from vidwiz.runtime import runtime_of
from vidwiz.tasks.types import TaskType, WorkerId
from vidwiz.worker.database_ledger import DatabaseLedger
from vidwiz.worker.warm_up import warm_up


def compiled():
    return set(db.engine._compiled_cache)


@pytest.fixture
def video(core):
    """Make a video with a note before the warm-up: that is the web's work."""
    ensure_video()
    return make_note(make_user())


def test_it_leaves_nothing_behind(core):
    warm_up(core, runtime_of(core))
    with read_transaction() as session:
        for table in Base.metadata.sorted_tables:
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_it_takes_no_task_from_anybody(core, video):
    before = [(row.status, row.attempt) for row in tasks()]
    warm_up(core, runtime_of(core))
    assert [(row.status, row.attempt) for row in tasks()] == before


def test_a_video_and_its_note_compile_nothing_after_it(core, video):
    tasks()
    note(video.id)
    db.engine._compiled_cache.clear()
    warm_up(core, runtime_of(core))
    before = compiled()
    work_here(core, KINDS.names)
    new = [key[1] for key in compiled() - before]
    assert new == []
    assert {row.status for row in tasks()} == {TaskStatus.COMPLETED}
    assert note(video.id).generated_by_ai


def test_renewing_and_giving_back_compile_nothing_after_it(core, video):
    warm_up(core, runtime_of(core))
    before = compiled()
    ledger = DatabaseLedger(runtime_of(core), WorkerId("me"), KINDS)
    (held,) = ledger.claim(TaskType.FETCH_METADATA, [1, 2])
    assert ledger.renew(held)
    ledger.release(held)
    assert compiled() - before == set()
