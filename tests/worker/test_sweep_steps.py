"""The sweeper's steps and its loop: whatever fails holds up nothing else and is done again."""

import dataclasses
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from tests.fixtures.servers import until
from tests.support import (
    OTHER_VIDEO,
    VIDEO,
    ensure_video,
    make_note,
    make_user,
    tasks,
    work_here,
    writing,
)
from vidwiz.db.transactions import read_transaction, unit_of_work
from vidwiz.models import PeriodicRun, Task, TaskStatus, Transcript, now_plus
from vidwiz.runtime import runtime_of
from vidwiz.services import transcripts
from vidwiz.tasks import claims
from vidwiz.tasks.types import TaskType, WorkerId
from vidwiz.worker.sweeper import publish_due, sweep, sweep_until

FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
NOTE, SUMMARY = TaskType.GENERATE_NOTE, TaskType.GENERATE_SUMMARY
AWAY = OperationalError("BEGIN", {}, Exception("the database is away"))
NOT_OURS = PermissionError(13, "Permission denied")
ERRORS = pytest.mark.parametrize(
    "error", [AWAY, NOT_OURS, KeyError("a bug")], ids=["database", "permission", "bug"]
)


class ShakyRuntime:
    """The real parts; opening a unit of work raises what `fails` returns, if anything."""

    def __init__(self, runtime, fails, **settings):
        self._runtime = runtime
        self._fails = fails
        self.config = dataclasses.replace(runtime.config, **settings)

    def __getattr__(self, name):
        return getattr(self._runtime, name)

    def unit_of_work(self):
        error = self._fails()
        if error is not None:
            raise error
        return unit_of_work(self)


def fails_once(number, error):
    """Return a function that names the error at its call of this number."""
    calls = iter(range(1, 1_000_000))
    return lambda: error if next(calls) == number else None


class Undone:
    """Something to do for every step of a sweep, and what of it is done."""

    def __init__(self, core):
        ada = make_user()
        for video_id in (VIDEO, OTHER_VIDEO):
            ensure_video(video_id)
        work_here(core, FETCHES)
        self.forgotten = make_note(ada, "0:10", video_id=OTHER_VIDEO).id
        with writing() as uow:
            claims.claim(uow, SUMMARY, WorkerId("me"), lease_seconds=-1.0)
            session = uow.session
            session.execute(sa.delete(Task).where(Task.task_type == NOTE))
            session.execute(
                sa.update(Transcript).where(Transcript.video_id == VIDEO).values(dispatched_at=None)
            )
            old = {"task_type": "fetch_metadata", "subject": "video:old", "video_id": "old"}
            ended = datetime.now(UTC) - timedelta(days=40)
            for _ in range(2):
                session.add(Task(**old, status=TaskStatus.COMPLETED, completed_at=ended))
            session.add(Task(task_type=NOTE, subject="note:999", video_id=VIDEO, note_id=999))

    def done(self):
        with read_transaction() as session:
            dispatched = transcripts.shared(session, VIDEO).dispatched_at is not None
        return {
            "recovered": [row.isolated for row in tasks(task_type=SUMMARY)].count(True) == 1,
            "notified": all(row.poked_at is not None for row in tasks(note_id=999)),
            "dispatched": dispatched,
            "found the note": len(tasks(note_id=self.forgotten)) == 1,
            "removed": len(tasks(video_id="old")) == 1,
        }


@pytest.fixture
def undone(core):
    return Undone(core)


def make_copies_due():
    due = {"published_at": None, "publish_at": now_plus(-1)}
    with writing() as uow:
        uow.session.execute(sa.update(Transcript).values(**due))


def free_the_next_round():
    with writing() as uow:
        uow.session.execute(sa.delete(PeriodicRun))


def test_a_sweep_does_all_its_steps(core, undone):
    assert not any(undone.done().values())
    assert sweep(runtime_of(core))
    assert all(undone.done().values())


# The first unit of work begins the round; each step opens the next one. The sixth is of what is
# blocked, which leaves nothing to see here.
STEPS = {"recovered": 2, "notified": 3, "dispatched": 4, "found the note": 5, "removed": 7}


@ERRORS
@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_holds_up_no_other_and_is_done_again(core, undone, step, error):
    runtime = ShakyRuntime(runtime_of(core), fails_once(STEPS[step], error))
    assert sweep(runtime)
    assert undone.done() == {name: name != step for name in STEPS}
    free_the_next_round()
    assert sweep(runtime)
    assert all(undone.done().values())


class StoreOfAnother:
    """The real store, whose folder belongs to another user when drafts are looked for."""

    def __init__(self, store):
        self._store = store
        self.asked = 0

    def __getattr__(self, name):
        return getattr(self._store, name)

    def remove_drafts(self, *, older_than_seconds):
        self.asked += 1
        raise NOT_OURS


def test_drafts_that_cannot_be_removed_end_no_sweep(core, undone):
    runtime = runtime_of(core)
    store = StoreOfAnother(runtime.store)
    assert sweep(dataclasses.replace(runtime, store=store))
    assert store.asked == 1
    assert all(undone.done().values())


def test_old_rows_are_looked_for_once_an_hour(core):
    runtime = runtime_of(core)
    store = StoreOfAnother(runtime.store)
    counting = dataclasses.replace(runtime, store=store)
    for minutes, asked in ((0, 1), (1, 1), (30, 1), (61, 2)):
        with writing() as uow:
            uow.session.execute(sa.update(PeriodicRun).values(started_at=now_plus(-60 * minutes)))
        assert sweep(counting) is (minutes != 0 or asked == 1)
        assert store.asked == asked


class Loop:
    """A sweeper's loop in a thread, until the test ends."""

    def __init__(self, core, runtime):
        self.stopped = threading.Event()
        self._thread = threading.Thread(
            target=sweep_until, args=(core, runtime, self.stopped), daemon=True
        )
        self._thread.start()

    def is_alive(self):
        return self._thread.is_alive()

    def stop(self):
        self.stopped.set()
        self._thread.join(10)
        for thread in threading.enumerate():
            if thread.name == "publishing":
                thread.join(10)


@pytest.fixture
def loop(core):
    loops = []

    def start(runtime):
        loops.append(Loop(core, runtime))
        return loops[-1]

    yield start
    for each in loops:
        each.stop()


def fails_first_in_each_thread(error):
    seen = set()

    def fails():
        name = threading.current_thread().name
        if name in seen:
            return None
        seen.add(name)
        return error

    return fails


@ERRORS
def test_a_round_that_fails_ends_neither_loop(core, undone, loop, error):
    """Sweeping and publishing each lose their first round, as when the database is away."""
    make_copies_due()
    fails = fails_first_in_each_thread(error)
    begun = loop(ShakyRuntime(runtime_of(core), fails, sweep_seconds=0.05))
    until(lambda: all(undone.done().values()), "a later round to sweep")
    until(lambda: all(row.published_at for row in all_transcripts()), "a later round to publish")
    assert begun.is_alive()


def all_transcripts():
    with read_transaction() as session:
        return list(session.scalars(sa.select(Transcript)))


def test_the_loop_ends_when_it_is_told_to(core, loop):
    begun = loop(ShakyRuntime(runtime_of(core), lambda: None, sweep_seconds=0.05))
    until(lambda: periodic_runs() >= {"sweep", "publishing"}, "a round of both")
    begun.stop()
    assert not begun.is_alive()


def periodic_runs():
    with read_transaction() as session:
        return set(session.scalars(sa.select(PeriodicRun.name)))


def test_a_store_that_hangs_holds_up_no_sweep(core, undone, loop):
    """Copies have a thread of their own."""
    hangs, go_on = threading.Event(), threading.Event()
    runtime = runtime_of(core)

    class HangingStore(StoreOfAnother):
        def copy(self, key, copy_key):
            hangs.set()
            assert go_on.wait(30)

    make_copies_due()
    quick = dataclasses.replace(
        runtime,
        store=HangingStore(runtime.store),
        config=dataclasses.replace(runtime.config, sweep_seconds=0.05),
    )
    try:
        loop(quick)
        assert hangs.wait(10)
        until(lambda: all(undone.done().values()), "the sweep beside the store that hangs")
    finally:
        go_on.set()


def test_publishing_is_done_by_one_process_at_a_time(core):
    ensure_video()
    work_here(core, FETCHES)
    make_copies_due()
    with writing() as uow:
        uow.session.add(PeriodicRun(name="publishing", started_at=now_plus(0)))
    assert publish_due(runtime_of(core)) == 0
    free_the_next_round()
    assert publish_due(runtime_of(core)) == 1


def test_a_sweep_dispatches_only_what_nothing_has_followed_from(core):
    for video_id in (VIDEO, OTHER_VIDEO):
        ensure_video(video_id)
    work_here(core, FETCHES)
    with writing() as uow:
        uow.session.execute(sa.delete(Task).where(Task.task_type == SUMMARY))
        uow.session.execute(
            sa.update(Transcript).where(Transcript.video_id == VIDEO).values(dispatched_at=None)
        )
    sweep(runtime_of(core))
    assert [row.video_id for row in tasks(task_type=SUMMARY)] == [VIDEO]
