"""Texts of one provider are made anew by another: each stays until its successor is there."""

import threading

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import only_sqlite
from tests.support import (
    OTHER_VIDEO,
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
from vidwiz.models import Note, Priority, TaskStatus
from vidwiz.pipeline import retries, submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.plugin_api import PluginError, Purpose
from vidwiz.services import notes, redoing, transcripts
from vidwiz.tasks import query
from vidwiz.tasks.types import TaskType

FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
SUMMARY, NOTE = TaskType.GENERATE_SUMMARY, TaskType.GENERATE_NOTE
OLD = "old-provider"
FRESH = "What the new provider says about the moment, which is another text."


def shared(video_id=VIDEO):
    with read_transaction() as session:
        return transcripts.shared(session, video_id)


@pytest.fixture
def ada(core):
    return make_user()


@pytest.fixture
def marked(core, ada):
    """Return a note; its text and the summary of its video are the old provider's."""
    made = make_note(ada, "1:00")
    work_here(core, [*FETCHES, SUMMARY, NOTE])
    let_old_have_made(made.id)
    return made


def let_old_have_made(*note_ids):
    with writing() as uow:
        transcript = transcripts.shared(uow.session, VIDEO)
        transcript.summary = "Old. " * 50
        transcript.summary_made_by = {"provider": OLD}
        for note_id in note_ids:
            found = uow.session.get(Note, note_id)
            found.made_by = {"provider": OLD}
            found.text = "An old text that the old provider made of it."


def redo(provider=OLD):
    after = (0, 0)
    while after is not None:
        with writing() as uow:
            after = redoing.schedule(uow, provider, after=after)


def estimated(provider=OLD):
    with read_transaction() as session:
        return redoing.estimate(session, provider)


def active():
    return [row.task_type for row in tasks() if row.status is TaskStatus.PENDING]


def test_texts_stay_until_their_successors_are_there(core, llm, marked):
    llm.answers[Purpose.NOTE] = FRESH
    redo()
    waiting = [row for row in tasks() if row.status is TaskStatus.PENDING]
    assert sorted(row.task_type for row in waiting) == [NOTE, SUMMARY]
    assert {row.priority for row in waiting} == {Priority.REGENERATION}
    assert note(marked.id).text.startswith("An old text")
    assert shared().summary.startswith("Old.")
    work_here(core, [SUMMARY, NOTE])
    assert note(marked.id).text == FRESH
    assert note(marked.id).generated_by_ai
    assert note(marked.id).made_by["provider"] == "fake-llm"
    assert shared().summary_made_by["provider"] == "fake-llm"
    assert shared().summary.startswith("Bread rises")


@only_sqlite
def test_it_may_be_asked_for_again_at_any_time(core, llm, marked):
    redo()
    redo()
    assert sorted(active()) == [NOTE, SUMMARY]
    work_here(core, [SUMMARY])
    redo()
    assert active() == [NOTE]
    work_here(core, [NOTE])
    calls = len(llm.calls)
    redo()
    assert active() == []
    assert estimated() == redoing.Estimate(0, 0, 0, 0)
    work_here(core, [SUMMARY, NOTE])
    assert len(llm.calls) == calls


def test_two_that_ask_at_once_ask_for_one_task(core, marked):
    begin = threading.Barrier(4)

    def ask():
        with core.app_context():
            begin.wait(20)
            redo()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(active()) == [NOTE, SUMMARY]


def test_what_its_owner_changed_stays(core, ada, marked):
    redo()
    with writing() as uow:
        notes.update(uow, marked.id, user_id=ada.id, changes={"text": "Mine."})
    assert [row.status for row in tasks(task_type=NOTE)][-1] is TaskStatus.CANCELLED
    redo()
    work_here(core, [NOTE])
    assert note(marked.id).text == "Mine."
    assert not note(marked.id).generated_by_ai


def test_a_text_that_its_owner_took_for_their_own_while_it_was_made_stays(core, llm, ada, marked):
    redo()

    def take():
        with core.app_context(), writing() as uow:
            notes.update(uow, marked.id, user_id=ada.id, changes={"generated_by_ai": False})

    llm.while_running = take
    work_here(core, [NOTE])
    assert note(marked.id).text.startswith("An old text")


@only_sqlite
def test_a_note_without_text_is_no_text_to_be_replaced(core, ada, marked):
    """Its owner blanked it: it waits, and is filled as any other."""
    with writing() as uow:
        notes.update(uow, marked.id, user_id=ada.id, changes={"text": None})
    redo()
    assert len([row for row in tasks(task_type=NOTE) if row.status is TaskStatus.PENDING]) == 1
    work_here(core, [NOTE])
    assert note(marked.id).made_by["provider"] == "fake-llm"


def test_only_texts_of_this_provider_are_made_anew(core, ada, marked):
    redo("another-provider")
    redo("fake-llm' OR '1'='1")
    assert active() == []
    with writing() as uow:
        uow.session.get(type(ada), ada.id).ai_notes_enabled = False
    redo()
    assert active() == [SUMMARY]


def test_an_operators_summary_that_comes_meanwhile_stays(core, llm, marked):
    redo()

    def write():
        with core.app_context(), writing() as uow:
            kind = KINDS.named(SUMMARY)
            submissions.write_summary(uow, kind, VIDEO, text="The operator's.", questions=None)

    llm.while_running = write
    work_here(core, [SUMMARY])
    assert shared().summary == "The operator's."


@only_sqlite
def test_a_failed_one_can_be_tried_again(core, llm, marked):
    llm.errors = [PluginError("invalid_request")]
    redo()
    work_here(core, [SUMMARY])
    row = tasks(task_type=SUMMARY)[-1]
    assert (row.status, row.error_code) == (TaskStatus.FAILED, "invalid_request")
    assert shared().summary.startswith("Old.")
    with writing() as uow:
        retries.retry(uow, KINDS, query.get(uow.session, row.id))
    assert tasks(task_type=SUMMARY)[-1].task_details == {"replaces": OLD}
    work_here(core, [SUMMARY])
    assert shared().summary_made_by["provider"] == "fake-llm"


def test_a_text_that_is_made_from_a_replaced_transcript_replaces_nothing(core, llm, marked):
    redo()

    def replace():
        llm.while_running = lambda: None
        with core.app_context(), writing() as uow:
            transcripts.shared(uow.session, VIDEO).sha256 = "f" * 64

    for task_type in (NOTE, SUMMARY):
        llm.while_running = replace
        work_here(core, [task_type])
    assert note(marked.id).text.startswith("An old text")
    assert shared().summary_made_by["provider"] == "fake-llm"


@only_sqlite
def test_more_texts_than_one_lot_are_all_asked_for(core, ada):
    ensure_video()
    count = redoing.AT_ONCE + 3
    made = {"generated_by_ai": True, "made_by": {"provider": OLD}, "text": "x"}
    at = {"user_id": ada.id, "video_id": VIDEO, "timestamp": "0:10", "seconds": 10}
    with writing() as uow:
        uow.session.execute(sa.insert(Note), [{**at, **made}] * count)
    redo()
    assert len(tasks(task_type=NOTE)) == count
    assert estimated().notes == count


@only_sqlite
def test_an_estimate_grows_with_what_is_said(core, marked):
    one = estimated()
    assert (one.summaries, one.notes) == (1, 1)
    assert one.input_tokens > 2000
    assert redoing.of_video(None)[0] < redoing.of_video(3600)[0] < redoing.of_video(36_000)[0]
    assert redoing.of_video(36_000)[0] < 200_000
    ensure_video(OTHER_VIDEO)
    work_here(core, [*FETCHES, SUMMARY])
    assert estimated() == one
