"""Claims, leases and the fence: late words of an attempt change nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.support import VIDEO, ensure_video, tasks, writing
from vidwiz.errors import StaleError
from vidwiz.models import Priority, Task, TaskStatus, now_plus
from vidwiz.pipeline import retries
from vidwiz.pipeline.flow import KINDS
from vidwiz.plugin_api import Handling
from vidwiz.tasks import claims, failures, scheduling, subjects
from vidwiz.tasks.types import TaskFailure, TaskType, WorkerId

pytestmark = pytest.mark.usefixtures("core")

METADATA = TaskType.FETCH_METADATA
ME = WorkerId("me")
RETRY = TaskFailure("network_error", "No answer.", Handling.RETRY)
WAIT = TaskFailure("captions_not_ready", "Not yet.", Handling.WAIT)
PERMANENT = TaskFailure("private", "Private.", Handling.PERMANENT)


def claim(task_type=METADATA, *, lease=30.0, task_ids=(), limit=1):
    with writing() as uow:
        return claims.claim(uow, task_type, ME, lease_seconds=lease, task_ids=task_ids, limit=limit)


def one(task_type=METADATA, **options):
    (found,) = claim(task_type, **options)
    return found


def renew(held):
    with writing() as uow:
        return claims.renew(uow, held, lease_seconds=30.0)


def complete(held):
    with writing() as uow:
        claims.complete(uow, held)


def fail(held, failure=RETRY):
    with writing() as uow:
        return failures.fail(uow, held, failure)


def sweep():
    with writing() as uow:
        return failures.recover_expired(uow, KINDS.names)


def task(task_type=METADATA):
    return tasks(task_type=task_type)[-1]


def change(**values):
    with writing() as uow:
        uow.session.execute(sa.update(Task).values(**values))


def make_due():
    change(run_at=now_plus(-1))


def test_a_claim_takes_the_task_with_a_new_attempt_and_a_lease():
    ensure_video()
    held = one()
    row = task()
    assert (held.task_id, held.attempt, held.video_id) == (row.id, 1, VIDEO)
    assert row.status is TaskStatus.IN_PROGRESS
    assert row.worker_name == "me"
    assert 25 < (row.lease_expires_at - row.started_at).total_seconds() <= 31


def test_a_claimed_task_is_claimed_by_nobody_else():
    ensure_video()
    one()
    assert claim() == []


def test_what_is_not_due_yet_is_not_claimed():
    ensure_video()
    change(run_at=now_plus(60))
    assert claim() == []


def test_asked_for_tasks_come_first_but_others_are_not_left():
    ensure_video("aaaaaaaaaaa")
    ensure_video("bbbbbbbbbbb")
    second = tasks(task_type=METADATA)[1]
    assert one(task_ids=[second.id]).task_id == second.id
    assert one(task_ids=[second.id]).video_id == "aaaaaaaaaaa"


def test_claims_go_by_priority_and_then_by_age():
    ensure_video("aaaaaaaaaaa", priority=Priority.IMPORT)
    ensure_video("bbbbbbbbbbb", priority=Priority.REGENERATION)
    ensure_video("ccccccccccc")
    ensure_video("ddddddddddd")
    change(run_at=now_plus(-5))
    order = [one().video_id[0] for _ in range(4)]
    assert order == ["c", "d", "a", "b"]


def test_later_high_priorities_do_not_hide_what_is_due():
    ensure_video("aaaaaaaaaaa", priority=Priority.IMPORT)
    ensure_video("bbbbbbbbbbb")
    with writing() as uow:
        uow.session.execute(sa.update(Task).where(Task.priority == 0).values(run_at=now_plus(3600)))
    assert one().video_id == "aaaaaaaaaaa"


def test_a_persons_request_raises_a_waiting_task():
    ensure_video(priority=Priority.IMPORT)
    ensure_video()
    assert {row.priority for row in tasks()} == {Priority.PERSON}
    assert len(tasks()) == 2


@pytest.mark.parametrize(("code", "is_due"), [("paced", True), ("live_now", False)])
def test_a_persons_request_does_not_wait_for_the_slots_of_an_import(queue, code, is_due):
    ensure_video(priority=Priority.IMPORT)
    change(run_at=now_plus(50), error_code=code)
    queue.notifications.clear()
    ensure_video()
    assert (claim() != []) == is_due
    assert {kind for kind, _ in queue.notifications} == {METADATA, TaskType.FETCH_TRANSCRIPT}


def schedule_notes(video_id, note_ids):
    with writing() as uow:
        for note_id in note_ids:
            scheduling.schedule(uow, subjects.text_of_note(note_id, video_id))


def test_notes_of_one_video_are_claimed_ten_at_a_time():
    schedule_notes("aaaaaaaaaaa", range(1, 13))
    schedule_notes("bbbbbbbbbbb", range(13, 25))
    sizes = []
    while held := claim(TaskType.GENERATE_NOTE, limit=10):
        assert len({each.video_id for each in held}) == 1
        sizes.append(len(held))
    assert sizes == [10, 2, 10, 2]


def test_a_task_that_lost_its_worker_runs_alone():
    schedule_notes(VIDEO, (1, 2, 3))
    assert len(claim(TaskType.GENERATE_NOTE, lease=-1.0, limit=10)) == 3
    assert sweep() == 3
    assert [len(claim(TaskType.GENERATE_NOTE, limit=10)) for _ in range(4)] == [1, 1, 1, 0]


def test_renewal_prolongs_the_lease():
    ensure_video()
    held = one(lease=2.0)
    before = task().lease_expires_at
    assert renew(held)
    assert (task().lease_expires_at - before).total_seconds() > 20


class TestLateWords:
    """The table of RQ_FACTS section 3, for every kind of word."""

    @pytest.fixture
    def late(self, core):
        ensure_video()
        return one(lease=-1.0)

    @pytest.fixture
    def overtaken(self, late):
        sweep()
        one()
        return late

    def test_a_failure_after_the_lease_is_refused(self, late):
        with pytest.raises(StaleError):
            fail(late)
        assert task().status is TaskStatus.IN_PROGRESS

    def test_a_renewal_after_the_lease_is_refused(self, late):
        assert not renew(late)

    def test_a_success_after_the_lease_counts_while_nobody_claimed_it(self, late):
        complete(late)
        assert task().status is TaskStatus.COMPLETED

    def test_a_success_after_the_sweep_counts_while_nobody_claimed_it(self, late):
        sweep()
        complete(late)
        assert task().status is TaskStatus.COMPLETED

    def test_a_success_of_an_overtaken_attempt_is_refused(self, overtaken):
        with pytest.raises(StaleError):
            complete(overtaken)
        assert task().status is TaskStatus.IN_PROGRESS

    def test_a_failure_of_an_overtaken_attempt_is_refused(self, overtaken):
        with pytest.raises(StaleError):
            fail(overtaken)
        assert task().status is TaskStatus.IN_PROGRESS

    def test_a_renewal_of_an_overtaken_attempt_is_refused(self, overtaken):
        assert not renew(overtaken)

    def test_a_success_after_the_end_is_refused(self, late):
        complete(late)
        with pytest.raises(StaleError):
            complete(late)

    def test_a_word_after_cancellation_is_refused(self):
        ensure_video()
        held = one()
        with writing() as uow:
            scheduling.cancel(uow, held)
        with pytest.raises(StaleError):
            complete(held)
        with pytest.raises(StaleError):
            fail(held)
        assert not renew(held)
        assert task().status is TaskStatus.CANCELLED

    def test_a_result_made_before_a_retry_does_not_end_the_new_task(self):
        ensure_video()
        held = one()
        with writing() as uow:
            cancelled = scheduling.cancel_task(uow, held.task_id)
            retries.retry(uow, KINDS, cancelled)
        with pytest.raises(StaleError):
            complete(held)
        assert [row.status for row in tasks(task_type=METADATA)] == ["cancelled", "pending"]


def test_a_refused_word_takes_its_effect_with_it():
    ensure_video()
    held = one(lease=-1.0)
    sweep()
    one()
    with pytest.raises(StaleError), writing() as uow:
        scheduling.schedule(uow, subjects.summary_of(1, VIDEO))
        claims.complete(uow, held)
    assert tasks(task_type=TaskType.GENERATE_SUMMARY) == []


class TestFailures:
    """What a failure leads to."""

    @pytest.fixture(autouse=True)
    def _video(self, core):
        ensure_video()

    def test_a_retryable_failure_waits_and_counts(self):
        assert fail(one()) is TaskStatus.PENDING
        row = task()
        assert (row.failures, row.error_code) == (1, "network_error")
        assert row.lease_expires_at is None

    def test_retries_end_after_max_attempts(self):
        for _ in range(5):
            make_due()
            fail(one())
        assert task().status is TaskStatus.FAILED
        assert (task().failures, task().attempt) == (5, 5)

    def test_a_permanent_failure_ends_at_once(self):
        assert fail(one(), PERMANENT) is TaskStatus.FAILED
        assert task().completed_at is not None

    def test_waiting_counts_no_failure_and_ends_after_its_time(self):
        for _ in range(20):
            make_due()
            assert fail(one(), WAIT) is TaskStatus.PENDING
        assert (task().failures, task().waits) == (0, 20)
        began = datetime.now(UTC) - timedelta(days=3)
        change(waits_by_code={WAIT.code: {"count": 20, "since": began.isoformat()}})
        make_due()
        assert fail(one(), WAIT) is TaskStatus.FAILED
        assert (task().failures, task().error_code) == (0, WAIT.code)

    def test_each_code_is_waited_for_by_itself(self):
        """Four blocks do not make the first wait for captions the last."""
        blocked = TaskFailure("ip_blocked", "Blocked.", Handling.WAIT)
        for _ in range(4):
            make_due()
            fail(one(), blocked)
        make_due()
        assert fail(one(), WAIT) is TaskStatus.PENDING
        assert {code: known["count"] for code, known in task().waits_by_code.items()} == {
            "ip_blocked": 4,
            "captions_not_ready": 1,
        }

    @pytest.mark.parametrize("asked", [0.2, 1.0, -100.0])
    def test_a_short_time_asked_for_does_not_use_up_the_waiting(self, asked):
        moment = datetime.now(UTC) + timedelta(seconds=asked)
        for _ in range(6):
            make_due()
            fail(one(), TaskFailure("rate_limited", "Later.", Handling.WAIT, moment))
        row = task()
        assert row.status is TaskStatus.PENDING
        assert (row.run_at - datetime.now(UTC)).total_seconds() > 1800

    @pytest.mark.parametrize("handling", [Handling.WAIT, Handling.RETRY])
    @pytest.mark.parametrize(
        "moment", [datetime(2037, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
    )
    def test_a_far_time_asked_for_is_capped(self, handling, moment):
        assert fail(one(), TaskFailure("rate_limited", "Later.", handling, moment)) == "pending"
        assert (task().run_at - datetime.now(UTC)).total_seconds() < 2 * 86_400

    def test_what_waits_together_does_not_come_back_together(self):
        moment = datetime.now(UTC) + timedelta(hours=1)
        ensure_video("bbbbbbbbbbb")
        for _ in range(2):
            fail(one(), TaskFailure("ip_blocked", "Later.", Handling.WAIT, moment))
        first, second = tasks(task_type=METADATA)
        assert abs((first.run_at - second.run_at).total_seconds()) > 0.01
        assert min(first.run_at, second.run_at) >= moment - timedelta(seconds=1)

    def test_lost_workers_count_and_end_as_failed(self):
        for _ in range(5):
            make_due()
            one(lease=-1.0)
            sweep()
        row = task()
        assert (row.status, row.error_code) == (TaskStatus.FAILED, failures.WORKER_LOST.code)
        assert claim() == []

    def test_the_providers_retry_time_is_honoured(self):
        later = datetime.now(UTC) + timedelta(hours=3)
        fail(one(), TaskFailure("network_error", "Later.", Handling.RETRY, later))
        assert abs((task().run_at - later).total_seconds()) < 60

    def test_giving_back_counts_nothing(self):
        held = one()
        with writing() as uow:
            assert claims.release(uow, held)
        row = task()
        assert (row.status, row.failures) == (TaskStatus.PENDING, 0)
        assert one().attempt == 2


def test_recovered_tasks_are_notified_after_the_commit(queue):
    ensure_video()
    one(lease=-1.0)
    queue.notifications.clear()
    sweep()
    assert queue.notifications == [(METADATA, [task().id])]
