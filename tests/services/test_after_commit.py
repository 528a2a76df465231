"""Work after a commit: in order, each by itself, and never without the commit."""

import dataclasses

import pytest
import sqlalchemy as sa

from tests.support import VIDEO, RecordingQueue, ensure_video, make_note, make_user, tasks, writing
from vidwiz.db.transactions import unit_of_work
from vidwiz.errors import StaleError
from vidwiz.models import Task, TaskStatus, now_plus
from vidwiz.pipeline import submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.work import NotNeeded, TranscriptResult
from vidwiz.plugin_api import Handling
from vidwiz.plugin_api.fakes import spoken
from vidwiz.ports import NoteChanged, VideoChanged
from vidwiz.runtime import current
from vidwiz.services import notes, videos
from vidwiz.tasks import claims, failures, scheduling, subjects
from vidwiz.tasks.types import TaskFailure, TaskType, WorkerId

pytestmark = pytest.mark.usefixtures("core")


@pytest.fixture
def events(core):
    heard = []
    end = current().events.listen(heard.append)
    yield heard
    end()


def test_work_runs_in_order_after_the_commit():
    done = []
    with writing() as uow:
        for number in range(3):
            uow.after_commit(lambda _, number=number: done.append((number, len(tasks()))))
        videos.ensure(uow, VIDEO)
        assert done == []
    assert done == [(0, 2), (1, 2), (2, 2)]


def test_work_that_fails_stops_neither_the_rest_nor_the_caller(caplog):
    done = []
    with writing() as uow:
        uow.after_commit(lambda _: done.append("before"))
        uow.after_commit(lambda _: 1 / 0)
        uow.after_commit(lambda _: done.append("after"))
        videos.ensure(uow, VIDEO)
    assert done == ["before", "after"]
    assert len(tasks()) == 2
    assert "ZeroDivisionError" in caplog.text


def test_nothing_runs_after_a_rollback(events):
    done = []
    with pytest.raises(ZeroDivisionError), writing() as uow:
        uow.after_commit(lambda _: done.append("work"))
        videos.ensure(uow, VIDEO)
        raise ZeroDivisionError
    assert done == events == []


def test_work_may_open_a_transaction_of_its_own():
    with writing() as uow:
        uow.after_commit(lambda parts: _ensure(parts, "another0001"))
        videos.ensure(uow, VIDEO)
    assert len(tasks()) == 4


def _ensure(parts, video_id):
    with parts.unit_of_work() as uow:
        videos.ensure(uow, video_id)


def test_a_queue_that_raises_costs_the_caller_nothing():
    class BrokenQueue(RecordingQueue):
        def notify(self, task_type, task_ids):
            raise KeyError(task_type)

    with unit_of_work(dataclasses.replace(current(), queue=BrokenQueue())) as uow:
        videos.ensure(uow, VIDEO)
    assert len(tasks(status=TaskStatus.PENDING)) == 2


def test_all_tasks_of_a_type_are_sent_together(queue):
    ada = make_user()
    for second in range(3):
        make_note(ada, f"0:{second:02d}")
    queue.notifications.clear()
    bring_transcript()
    sent = dict(queue.notifications)
    assert len(sent[TaskType.GENERATE_NOTE]) == 3
    assert len(queue.notifications) == 2


def bring_transcript():
    kind = KINDS.named(TaskType.FETCH_TRANSCRIPT)
    captions = spoken(*("Some words are said.",) * 40)
    stored = kind.store(current().store, VIDEO, TranscriptResult(captions, "test"))
    with writing() as uow:
        submissions.write_result(uow, kind, subjects.transcript_of(VIDEO), stored)


def test_changes_of_a_video_are_events(events):
    ensure_video()
    assert events == [VideoChanged(VIDEO)]
    events.clear()
    bring_transcript()
    assert events == [VideoChanged(VIDEO)]
    events.clear()
    ensure_video(title="A title")
    assert VideoChanged(VIDEO) in events


def test_changes_of_a_note_are_events(events):
    ada = make_user()
    made = make_note(ada)
    mine = NoteChanged(made.id, VIDEO)
    assert events.count(mine) == 1
    for act in (
        lambda uow: notes.fill(uow, made.id, "A text that the AI wrote.", made_by=None),
        lambda uow: notes.update(uow, made.id, user_id=ada.id, changes={"text": "Mine."}),
        lambda uow: notes.delete(uow, made.id, user_id=ada.id),
    ):
        events.clear()
        with writing() as uow:
            act(uow)
        assert events == [mine]


def test_what_changes_nothing_is_no_event(events):
    made = make_note(make_user(), text="Mine.")
    events.clear()
    with writing() as uow:
        assert not notes.fill(uow, made.id, "A text that the AI wrote.", made_by=None)
    assert events == []


def test_a_listener_that_fails_keeps_nobody_else_from_hearing(events, caplog):
    end = current().events.listen(lambda _: 1 / 0)
    also = []
    end_also = current().events.listen(also.append)
    ensure_video()
    assert events == also == [VideoChanged(VIDEO)]
    end()
    end_also()
    ensure_video("another0001")
    assert len(also) == 1
    assert "a listener failed" in caplog.text


class TestStages:
    """What becomes of a task is seen as a stage, so each step of it is an event."""

    @pytest.fixture
    def held(self, events):
        ensure_video()
        events.clear()
        with writing() as uow:
            (held,) = claims.claim(uow, TaskType.FETCH_METADATA, WorkerId("me"), lease_seconds=30.0)
        return held

    def test_seeing_a_video_again_is_no_event(self, events):
        ensure_video()
        events.clear()
        ensure_video()
        assert events == []

    def test_a_claim(self, held, events):
        assert events == [VideoChanged(VIDEO)]

    @pytest.mark.parametrize("handling", [Handling.RETRY, Handling.WAIT, Handling.PERMANENT])
    def test_a_failure(self, held, events, handling):
        events.clear()
        with writing() as uow:
            failures.fail(uow, held, TaskFailure("x", "X.", handling))
        assert events == [VideoChanged(VIDEO)]

    def test_a_failure_that_does_not_count_is_none(self, held, events):
        with writing() as uow:
            scheduling.cancel_task(uow, held.task_id)
        events.clear()
        with pytest.raises(StaleError), writing() as uow:
            failures.fail(uow, held, TaskFailure("x", "X.", Handling.RETRY))
        assert events == []

    def test_giving_back_and_cancelling(self, held, events):
        for act in (
            lambda uow: claims.release(uow, held),
            lambda uow: scheduling.cancel_task(uow, held.task_id),
        ):
            events.clear()
            with writing() as uow:
                act(uow)
            assert events == [VideoChanged(VIDEO)]

    def test_a_lost_lease(self, held, events):
        with writing() as uow:
            uow.session.execute(sa.update(Task).values(lease_expires_at=now_plus(-1)))
        events.clear()
        with writing() as uow:
            failures.recover_expired(uow, KINDS.names)
        assert events == [VideoChanged(VIDEO)]

    def test_the_end_of_work_that_was_not_needed(self, held, events):
        events.clear()
        with writing() as uow:
            submissions.write_result(uow, KINDS.named(held.task_type), held, NotNeeded())
        assert events == [VideoChanged(VIDEO)]

    def test_a_note_is_told_apart_from_its_video(self, events):
        ada = make_user()
        bring_video()
        marked = make_note(ada, "0:10")
        events.clear()
        with writing() as uow:
            claims.claim(uow, TaskType.GENERATE_NOTE, WorkerId("me"), lease_seconds=30.0)
        assert events == [NoteChanged(marked.id, VIDEO)]


def bring_video():
    ensure_video()
    bring_transcript()
