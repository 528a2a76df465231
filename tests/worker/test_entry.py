"""The entry point of every job: what was cut off is taken up again at once."""

import signal

import pytest
from redis import Redis
from sqlalchemy.exc import OperationalError

from tests.importing.helping import begin, look
from tests.importing.test_imports import source_of
from tests.support import OTHER_VIDEO, ensure_video, make_note, make_user, note, tasks, work_here
from vidwiz.errors import InvalidInputError
from vidwiz.models import TaskStatus
from vidwiz.pipeline import fetches
from vidwiz.pipeline.flow import KINDS
from vidwiz.plugin_api import PluginError
from vidwiz.queueing.messages import ENTRY_POINT
from vidwiz.queueing.notifications import queue_named
from vidwiz.tasks import recovery
from vidwiz.tasks.types import TaskType
from vidwiz.worker import entry, runner
from vidwiz.worker.context import WorkerContext

METADATA, NOTE = TaskType.FETCH_METADATA, TaskType.GENERATE_NOTE
FETCHES = (METADATA, TaskType.FETCH_TRANSCRIPT)


@pytest.fixture
def perform(core, redis_url, monkeypatch):
    """Return a function that does in this process what a work horse does with a job."""
    monkeypatch.setattr(entry, "app", lambda: core)
    before = signal.getsignal(signal.SIGTERM)

    def perform(queue, *task_ids):
        with Redis.from_url(redis_url) as connection:
            job = queue_named(queue, connection).enqueue_call(ENTRY_POINT, args=(list(task_ids),))
            return job.perform()

    yield perform
    entry.close()
    signal.signal(signal.SIGTERM, before)


def test_a_job_that_did_all_notifies_nobody(perform, queue):
    ensure_video()
    ensure_video(OTHER_VIDEO)
    queue.notifications.clear()
    assert perform("metadata", tasks(task_type=METADATA)[1].id) == {"completed": 2}
    assert queue.notifications == []


@pytest.mark.parametrize("task_type", [METADATA, NOTE])
def test_a_job_whose_time_is_over_has_the_queue_notified_again(
    core, perform, queue, monkeypatch, task_type
):
    """Else what is left would wait for the sweeper."""
    make_note(make_user(), "0:10")
    if task_type == NOTE:
        work_here(core, FETCHES)
    queue.notifications.clear()
    monkeypatch.setattr(runner, "DRAIN_SECONDS", 0.0)
    assert perform(KINDS.named(task_type).queue) == {}
    assert queue.notifications == [(task_type, [])]
    assert [row.attempt for row in tasks(task_type=task_type)] == [0]


def test_a_job_of_a_queue_that_nobody_knows_is_an_error(perform):
    """What another version queued is not done as if it were something else."""
    ensure_video()
    with pytest.raises(InvalidInputError, match="there is no queue songs"):
        perform("songs", tasks()[0].id)
    assert {row.attempt for row in tasks()} == {0}


def test_what_this_network_is_refused_is_left_to_a_worker_elsewhere(
    perform, queue, metadata_fetcher
):
    ensure_video()
    metadata_fetcher.errors = [PluginError("ip_blocked")]
    perform("metadata")
    assert queue.passed_on == []
    assert perform("metadata") == {}
    assert queue.passed_on == [(METADATA, "server")]


def test_a_job_that_finds_nothing_passes_nothing_on(perform, queue):
    assert perform("metadata") == {}
    assert queue.passed_on == []


def test_a_bug_in_one_kind_keeps_no_other_of_the_queue_from_its_turn(perform, monkeypatch):
    ensure_video()
    import_id = begin(make_user(), source_of("importedone"))

    def store_metadata(*_args, **_options):
        raise KeyError("a bug")

    monkeypatch.setattr(fetches.videos, "store_metadata", store_metadata)
    with pytest.raises(KeyError, match="a bug"):
        perform("metadata")
    assert look(import_id)[0].state == "running"


def test_a_database_that_is_away_when_there_is_nothing_to_do_is_no_bug(perform, queue, monkeypatch):
    def away(*_):
        raise OperationalError("SELECT 1", {}, Exception("no connection"))

    monkeypatch.setattr(recovery, "blocked_types", away)
    assert perform("metadata") == {}
    assert queue.passed_on == []


def test_outside_of_a_job_nothing_is_done():
    with pytest.raises(RuntimeError, match="as an RQ job only"):
        entry.run_tasks([])


class TestStopping:
    """Once a stop is asked for, nothing new is claimed; what runs is finished."""

    @pytest.fixture
    def context(self, core):
        with WorkerContext(core, "test") as context:
            yield context

    @pytest.fixture
    def twelve_notes(self, core):
        ada = make_user()
        ensure_video()
        work_here(core, FETCHES)
        return [make_note(ada, f"0:{number:02d}").id for number in range(12)]

    def test_notes_are_not_claimed(self, context, twelve_notes):
        context.runner.stopping = True
        context.runner.drain(NOTE, [tasks(task_type=NOTE)[0].id])
        assert {row.attempt for row in tasks(task_type=NOTE)} == {0}

    def test_a_stop_in_the_middle_of_a_batch_finishes_it_and_claims_no_more(
        self, context, twelve_notes, llm
    ):
        def stop():
            context.runner.stopping = True

        llm.while_running = stop
        more_may_be_due = context.runner.drain(NOTE)
        assert more_may_be_due
        filled = [note_id for note_id in twelve_notes if note(note_id).text]
        assert len(filled) == 10
        assert [row.status for row in tasks(task_type=NOTE) if row.attempt == 0] == [
            TaskStatus.PENDING
        ] * 2

    def test_a_stop_in_the_middle_of_a_task_claims_no_other(self, context, metadata_fetcher, core):
        ensure_video()
        ensure_video(OTHER_VIDEO)
        fetch = metadata_fetcher.fetch_metadata

        def stopped(ref):
            context.runner.stopping = True
            return fetch(ref)

        metadata_fetcher.fetch_metadata = stopped
        assert context.runner.drain(METADATA)
        statuses = [row.status for row in tasks(task_type=METADATA)]
        assert statuses == [TaskStatus.COMPLETED, TaskStatus.PENDING]
