"""Going on: the next task is claimed as one ends, and whatever happens then loses neither."""

import dataclasses
import threading

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import dispose, only_postgresql
from tests.fixtures.proxies import CommitLosingProxy
from tests.fixtures.servers import until
from tests.support import OTHER_VIDEO, VIDEO, BreaksReading, ensure_video, tasks, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import Task, TaskStatus, Video
from vidwiz.plugin_api import PluginError
from vidwiz.runtime import build_app, runtime_of
from vidwiz.tasks import failures, scheduling, subjects
from vidwiz.tasks.types import TaskType
from vidwiz.worker.context import WorkerContext

METADATA, TRANSCRIPT = TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT
THIRD_VIDEO = "thirdvideo0"


class SlowCopies:
    """The real store, which calls `while_copying` before each copy."""

    def __init__(self, store):
        self._store = store
        self.while_copying = lambda: None

    def __getattr__(self, name):
        return getattr(self._store, name)

    def copy(self, key, copy_key):
        self.while_copying()
        self._store.copy(key, copy_key)


@pytest.fixture
def copies(core):
    return SlowCopies(runtime_of(core).store)


@pytest.fixture
def context(core, config, queue, plugins, copies):
    """What a worker has, over a store whose copies take as long as a test wants."""
    app = build_app(config, queue=queue, plugins=plugins, store=copies)
    with app.app_context(), WorkerContext(app, "test") as context:
        yield context
    dispose(app)


@pytest.fixture
def two(core):
    ensure_video()
    ensure_video(OTHER_VIDEO)


def states(task_type):
    return [(row.status, row.attempt, row.failures) for row in tasks(task_type=task_type)]


DONE = (TaskStatus.COMPLETED, 1, 0)
UNTRIED = (TaskStatus.PENDING, 1, 0)


def held_by(context):
    return [claim.video_id for claim in context.runner._leases.held()]


def test_the_next_lease_is_kept_while_the_copy_is_written(two, context, copies):
    seen = []
    copies.while_copying = lambda: seen.append(held_by(context))
    context.runner.drain(TRANSCRIPT)
    # As the second copy is written nothing is left to claim.
    assert seen == [[VIDEO, OTHER_VIDEO], [OTHER_VIDEO]]
    assert states(TRANSCRIPT) == [DONE, DONE]
    assert held_by(context) == []


def test_a_stop_while_the_copy_is_written_gives_the_next_back_untried(two, context, copies, queue):
    def stop():
        context.runner.stopping = True
        # Whoever writes the summary does not wait for the copy.
        assert [task_type for task_type, _ in queue.notifications] == [TaskType.GENERATE_SUMMARY]
        queue.notifications.clear()

    queue.notifications.clear()
    copies.while_copying = stop
    context.runner.drain(TRANSCRIPT)
    assert states(TRANSCRIPT) == [DONE, UNTRIED]
    assert held_by(context) == []
    (left,) = tasks(task_type=TRANSCRIPT, status=TaskStatus.PENDING)
    assert queue.notifications == [(TRANSCRIPT, [left.id])]


def test_giving_back_knows_the_next_while_the_copy_is_written(two, context, copies):
    """As a process does whose time to stop is over; it would end now."""
    seen = []

    def give_back():
        context.runner.give_back()
        seen.extend(states(TRANSCRIPT))

    copies.while_copying = give_back
    context.runner.drain(TRANSCRIPT)
    assert seen == [DONE, UNTRIED]
    assert states(TRANSCRIPT) == [DONE, UNTRIED]


def test_nothing_more_is_claimed_when_the_stop_comes_during_the_work(
    two, context, metadata_fetcher
):
    fetch = metadata_fetcher.fetch_metadata

    def stopped(ref):
        context.runner.stopping = True
        return fetch(ref)

    metadata_fetcher.fetch_metadata = stopped
    context.runner.drain(METADATA)
    assert states(METADATA) == [DONE, (TaskStatus.PENDING, 0, 0)]


def test_a_result_that_comes_too_late_leaves_no_claim_behind(two, context, metadata_fetcher):
    fetch = metadata_fetcher.fetch_metadata

    def cancelled(ref):
        metadata_fetcher.fetch_metadata = fetch
        with writing() as uow:
            scheduling.cancel(uow, subjects.metadata_of(VIDEO))
        return fetch(ref)

    metadata_fetcher.fetch_metadata = cancelled
    context.runner.drain(METADATA)
    assert states(METADATA) == [(TaskStatus.CANCELLED, 1, 0), DONE]
    assert context.runner.outcomes == {"stale": 1, "completed": 1}


def test_work_that_is_not_needed_any_more_is_followed_by_the_next(two, context, llm):
    context.runner.drain(TRANSCRIPT)
    with writing() as uow:
        uow.session.execute(sa.text("UPDATE transcripts SET summary = 'Mine.'"))
    context.runner.drain(TaskType.GENERATE_SUMMARY)
    assert states(TaskType.GENERATE_SUMMARY) == [DONE, DONE]
    assert llm.calls == []


def test_a_failure_is_followed_by_the_next(two, context, metadata_fetcher):
    metadata_fetcher.errors.append(PluginError("private"))
    context.runner.drain(METADATA)
    assert states(METADATA) == [(TaskStatus.FAILED, 1, 1), DONE]


def test_one_that_lost_its_worker_is_followed_and_follows(two, context):
    ensure_video(THIRD_VIDEO)
    with writing() as uow:
        uow.session.execute(
            sa.update(Task).where(Task.video_id == OTHER_VIDEO).values(isolated=True)
        )
    context.runner.drain(TRANSCRIPT)
    assert [row.status for row in tasks(task_type=TRANSCRIPT)][:2] == [TaskStatus.COMPLETED] * 2
    assert context.runner.outcomes["completed"] == 2
    assert held_by(context) == []


def test_a_bug_is_raised_by_the_drain_that_met_it_and_by_no_other(two, context, llm):
    context.runner.drain(TRANSCRIPT)
    llm.answers["summary"] = BreaksReading("{}")
    with pytest.raises(AttributeError):
        context.runner.drain(TaskType.GENERATE_SUMMARY)
    llm.answers.clear()
    context.runner.drain(METADATA)
    assert states(METADATA) == [DONE, DONE]


def test_a_copy_that_takes_longer_than_a_deadline_takes_no_time_of_the_next(
    two, context, copies, monkeypatch
):
    """The deadline of a task is counted from when its work begins."""
    begun = []
    hold = context.runner._leases.hold

    def remember(claims, *, deadline_seconds):
        begun.append(([claim.video_id for claim in claims], copying.is_set()))
        hold(claims, deadline_seconds=deadline_seconds)

    copying = threading.Event()
    monkeypatch.setattr(context.runner._leases, "hold", remember)
    copies.while_copying = copying.set
    context.runner.drain(TRANSCRIPT)
    assert begun == [([VIDEO], False), ([OTHER_VIDEO], False), ([OTHER_VIDEO], True)]


@only_postgresql
@pytest.mark.parametrize("lost", ["answer", "question"])
def test_a_lost_commit_loses_neither_the_result_nor_the_next_task(
    config, plugins, queue, tmp_path, lost, monkeypatch, metadata_fetcher
):
    monkeypatch.setattr("vidwiz.tasks.retry_policy.BACKOFF_BASE", 0.0)
    proxy = CommitLosingProxy(config.database_url, tmp_path / "proxy")
    settings = dataclasses.replace(config, database_url=proxy.url, lease_seconds=1.0)
    app = build_app(settings, queue=queue, plugins=plugins)
    fetch = metadata_fetcher.fetch_metadata

    def lose(ref):
        metadata_fetcher.fetch_metadata = fetch
        proxy.lose = lost
        return fetch(ref)

    metadata_fetcher.fetch_metadata = lose

    def is_done():
        with writing() as uow:
            failures.recover_expired(uow, [METADATA])
        with WorkerContext(app, "test") as context:
            context.runner.drain(METADATA)
        return {row.status for row in tasks(task_type=METADATA)} == {TaskStatus.COMPLETED}

    with app.app_context():
        ensure_video()
        ensure_video(OTHER_VIDEO)
        until(is_done, "both to be done")
        first, second = tasks(task_type=METADATA)
        with read_transaction() as session:
            assert all(session.scalars(sa.select(Video.video_metadata.is_not(None))))
    dispose(app)
    proxy.close()
    assert proxy.losses == 1
    if lost == "answer":
        # The result was written; of the next claim nobody knew, and its lease ran out.
        assert (first.attempt, second.attempt, second.failures) == (1, 2, 1)
    else:
        assert (first.attempt, second.attempt, second.failures) == (2, 1, 0)
