"""A replaced transcript: what was made from the old version counts no more."""

import threading

import pytest
import sqlalchemy as sa

from tests.support import (
    VIDEO,
    ensure_video,
    make_note,
    make_user,
    note,
    tasks,
    work_here,
    writing,
)
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import StaleError
from vidwiz.models import Note, TaskStatus
from vidwiz.pipeline import submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.work import NoteResult, SummaryResult, TranscriptResult
from vidwiz.plugin_api.fakes import spoken
from vidwiz.runtime import current
from vidwiz.services import transcripts
from vidwiz.tasks import claims, subjects
from vidwiz.tasks.types import TaskType, WorkerId

FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
OTHER = spoken(*(f"Sentence {number} of the better captions." for number in range(60)))
TEXT = "The yeast eats the sugar and gives off the gas that lifts the dough."


@pytest.fixture
def fetched(core):
    ensure_video()
    work_here(core, FETCHES)
    return core


def replace(captions=OTHER, source="operator"):
    """Replace the transcript as an operator's route does."""
    kind = KINDS.named(TaskType.FETCH_TRANSCRIPT)
    stored = kind.store(current().store, VIDEO, TranscriptResult(captions, source))
    with writing() as uow:
        submissions.write_result(uow, kind, subjects.transcript_of(VIDEO), stored)


def claim(task_type):
    with writing() as uow:
        (held,) = claims.claim(uow, task_type, WorkerId("me"), lease_seconds=30.0)
    return held


def submit(held, result):
    with writing() as uow:
        submissions.write_result(uow, KINDS.named(held.task_type), held, result)


def transcript():
    with read_transaction() as session:
        return transcripts.shared(session, VIDEO)


def test_the_old_summary_goes_and_a_new_one_is_written(fetched, llm):
    work_here(fetched, [TaskType.GENERATE_SUMMARY])
    old = transcript()
    assert old.summary
    assert old.summary_made_by["transcript_sha256"] == old.sha256
    replace()
    new = transcript()
    assert (new.summary, new.suggested_questions, new.summary_made_by) == (None, None, None)
    assert new.sha256 != old.sha256
    work_here(fetched, [TaskType.GENERATE_SUMMARY])
    assert transcript().summary_made_by["transcript_sha256"] == new.sha256
    assert "Sentence 7 of the better captions." in llm.calls[-1][1][-1].content


def test_a_running_summary_of_the_old_version_is_refused(fetched):
    held = claim(TaskType.GENERATE_SUMMARY)
    replace()
    with pytest.raises(StaleError):
        submit(held, SummaryResult("Old words. " * 30, ("Why?",) * 3, {}))
    assert transcript().summary is None
    statuses = [row.status for row in tasks(task_type=TaskType.GENERATE_SUMMARY)]
    assert statuses == [TaskStatus.CANCELLED, TaskStatus.PENDING]


def test_a_running_note_of_the_old_version_is_refused_and_made_anew(fetched):
    marked = make_note(make_user(), "0:30")
    held = claim(TaskType.GENERATE_NOTE)
    replace()
    with pytest.raises(StaleError):
        submit(held, NoteResult(TEXT, {}))
    assert note(marked.id).text is None
    statuses = [row.status for row in tasks(note_id=marked.id)]
    assert statuses == [TaskStatus.CANCELLED, TaskStatus.PENDING]
    work_here(fetched, [TaskType.GENERATE_NOTE])
    assert note(marked.id).made_by["transcript_sha256"] == transcript().sha256


@pytest.mark.parametrize("task_type", [TaskType.GENERATE_SUMMARY, TaskType.GENERATE_NOTE])
def test_a_text_that_names_another_version_does_not_count(fetched, task_type):
    make_note(make_user(), "0:30")
    held = claim(task_type)
    results = {
        TaskType.GENERATE_SUMMARY: SummaryResult("Words. " * 40, ("Why?",) * 3, {}, "0" * 64),
        TaskType.GENERATE_NOTE: NoteResult(TEXT, {}, "0" * 64),
    }
    with pytest.raises(StaleError):
        submit(held, results[task_type])
    assert [row.status for row in tasks(task_type=task_type)] == [TaskStatus.IN_PROGRESS]


def test_filled_notes_and_those_of_users_stay(fetched):
    ada = make_user()
    filled, mine = make_note(ada, "0:30"), make_note(ada, "0:40", text="My own words.")
    work_here(fetched, [TaskType.GENERATE_NOTE])
    before = note(filled.id).text
    replace()
    assert note(filled.id).text == before
    assert note(mine.id).text == "My own words."
    assert len(tasks(task_type=TaskType.GENERATE_NOTE)) == 1


def test_the_same_transcript_again_discards_nothing(fetched):
    work_here(fetched, [TaskType.GENERATE_SUMMARY])
    before = transcript()
    replace(spoken(*(s.text for s in transcripts.load(current().store, before.object_key))))
    assert transcript().summary == before.summary
    assert len(tasks(task_type=TaskType.GENERATE_SUMMARY)) == 1


def test_a_transcript_that_is_replaced_again_and_again_keeps_its_invariants(fetched):
    """Replacing, and working on the texts, at the same time: every text is of its version."""
    ada = make_user()
    for second in range(10, 60, 10):
        make_note(ada, f"0:{second}")
    over = threading.Event()

    def work():
        while not over.is_set():
            work_here(fetched, [TaskType.GENERATE_SUMMARY, TaskType.GENERATE_NOTE])

    worker = threading.Thread(target=work)
    worker.start()
    for number in range(8):
        replace(spoken(*(f"Version {number}, sentence {line}." for line in range(60))))
    over.set()
    worker.join()
    work_here(fetched, [TaskType.GENERATE_SUMMARY, TaskType.GENERATE_NOTE])
    found = transcript()
    assert found.summary_made_by["transcript_sha256"] == found.sha256
    with read_transaction() as session:
        texts = session.scalars(sa.select(Note.text)).all()
    assert all(texts)
    assert not tasks(status=TaskStatus.PENDING)
    assert not tasks(status=TaskStatus.IN_PROGRESS)
