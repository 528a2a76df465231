"""A result, the end of its task and what follows from it stand or fall together."""

import pytest

from tests.support import (
    VIDEO,
    captions,
    ensure_video,
    make_note,
    make_user,
    metadata,
    note,
    tasks,
    writing,
)
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import StaleError
from vidwiz.models import TaskStatus
from vidwiz.pipeline import submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.work import MetadataResult, NoteResult, SummaryResult
from vidwiz.runtime import runtime_of
from vidwiz.services import transcripts, videos
from vidwiz.tasks import claims, failures
from vidwiz.tasks.types import TaskType, WorkerId
from vidwiz.worker.database_ledger import StoredTranscripts
from vidwiz.worker.database_texts import DatabaseTokens

NOTE_TEXT = "The yeast eats the sugar and gives off the gas that lifts the dough."
SUMMARY = SummaryResult("Bread rises. " * 20, ("Why does bread rise?",) * 3)
TRANSCRIPTS = KINDS.named(TaskType.FETCH_TRANSCRIPT)


@pytest.fixture
def stored(core):
    return transcripts.put_object(runtime_of(core).store, VIDEO, captions(), source="test")


def claim(task_type, *, lease=30.0):
    with writing() as uow:
        return claims.claim(uow, task_type, WorkerId("me"), lease_seconds=lease, limit=10)


def one(task_type, **options):
    (found,) = claim(task_type, **options)
    return found


def apply(held, result):
    with writing() as uow:
        submissions.write_result(uow, KINDS.named(held.task_type), held, result)


def overtake(task_type):
    """Return an attempt whose lease ran out and whose task somebody else holds."""
    late = one(task_type, lease=-1.0)
    with writing() as uow:
        failures.recover_expired(uow, KINDS.names)
    assert one(task_type).attempt == late.attempt + 1
    return late


def transcript():
    with read_transaction() as session:
        return transcripts.shared(session, VIDEO)


def video():
    with read_transaction() as session:
        return videos.get(session, VIDEO)


def store_transcript(stored):
    apply(one(TaskType.FETCH_TRANSCRIPT), stored)


def test_a_transcript_its_tasks_end_and_its_followers_commit_together(core, stored):
    marked = make_note(make_user())
    held = one(TaskType.FETCH_TRANSCRIPT)
    with writing() as uow:
        submissions.write_result(uow, TRANSCRIPTS, held, stored)
    # The transaction is over, and nothing else has run since.
    kinds = [(row.task_type, row.status) for row in tasks()]
    assert (TaskType.FETCH_TRANSCRIPT, TaskStatus.COMPLETED) in kinds
    assert (TaskType.GENERATE_SUMMARY, TaskStatus.PENDING) in kinds
    assert [row.note_id for row in tasks(task_type=TaskType.GENERATE_NOTE)] == [marked.id]
    assert transcript().dispatched_at is not None
    assert video().transcript_available


def test_a_result_that_is_rolled_back_leaves_nothing(core, stored, queue):
    ensure_video()
    held = one(TaskType.FETCH_TRANSCRIPT)
    queue.notifications.clear()
    with pytest.raises(ZeroDivisionError), writing() as uow:
        submissions.write_result(uow, TRANSCRIPTS, held, stored)
        raise ZeroDivisionError
    assert transcript() is None
    assert not video().transcript_available
    assert len(tasks()) == 2
    assert queue.notifications == []


class TestOvertaken:
    """The effect of an attempt that lost its task goes with its word."""

    def test_metadata(self, core):
        ensure_video()
        late = overtake(TaskType.FETCH_METADATA)
        with pytest.raises(StaleError):
            apply(late, MetadataResult(metadata(title="Late"), "late"))
        assert video().title is None

    def test_transcript(self, core, stored):
        ensure_video()
        late = overtake(TaskType.FETCH_TRANSCRIPT)
        with pytest.raises(StaleError):
            apply(late, stored)
        assert transcript() is None

    def test_summary(self, core, stored):
        ensure_video()
        store_transcript(stored)
        late = overtake(TaskType.GENERATE_SUMMARY)
        with pytest.raises(StaleError):
            apply(late, SUMMARY)
        assert transcript().summary is None

    def test_note(self, core, stored):
        marked = make_note(make_user())
        store_transcript(stored)
        late = overtake(TaskType.GENERATE_NOTE)
        with pytest.raises(StaleError):
            apply(late, NoteResult(NOTE_TEXT, None))
        assert note(marked.id).text is None


def test_a_note_that_its_owner_wrote_meanwhile_stays(core, stored):
    marked = make_note(make_user())
    store_transcript(stored)
    held = one(TaskType.GENERATE_NOTE)
    with writing() as uow:
        uow.session.get(type(marked), marked.id).text = "Written without any cancelling."
    apply(held, NoteResult(NOTE_TEXT, None))
    assert note(marked.id).text == "Written without any cancelling."
    assert not note(marked.id).generated_by_ai


def test_one_note_of_a_batch_ends_without_the_others(core, stored):
    ada = make_user()
    first, second = make_note(ada, "0:10"), make_note(ada, "0:20")
    store_transcript(stored)
    held_first, _ = claim(TaskType.GENERATE_NOTE)
    apply(held_first, NoteResult(NOTE_TEXT, {"provider": "x"}))
    assert note(first.id).generated_by_ai
    assert note(second.id).text is None
    assert [row.status for row in tasks(task_type=TaskType.GENERATE_NOTE)] == [
        TaskStatus.COMPLETED,
        TaskStatus.IN_PROGRESS,
    ]


def test_a_summary_is_not_wanted_twice(core, stored):
    ensure_video()
    store_transcript(stored)
    held = one(TaskType.GENERATE_SUMMARY)
    runtime = runtime_of(core)
    reader = StoredTranscripts(runtime, DatabaseTokens(runtime))
    summaries = KINDS.named(TaskType.GENERATE_SUMMARY)
    assert summaries.inputs(reader, held) is not None
    apply(held, SUMMARY)
    assert summaries.inputs(reader, held) is None
