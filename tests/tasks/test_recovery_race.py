"""A sweep and a result at the same moment, on PostgreSQL, where they do not queue for one lock."""

import pytest

from tests.fixtures.databases import only_postgresql
from tests.races import Rival, held_open
from tests.support import OTHER_VIDEO, ensure_video, tasks, writing
from vidwiz.errors import StaleError
from vidwiz.models import TaskStatus
from vidwiz.pipeline.flow import KINDS
from vidwiz.plugin_api import Handling
from vidwiz.tasks import claims, failures, recovery, scheduling, subjects
from vidwiz.tasks.types import TaskFailure, TaskType, WorkerId

pytestmark = only_postgresql
METADATA = TaskType.FETCH_METADATA


def recover(uow):
    return failures.recover_expired(uow, KINDS.names)


def claim(*, lease):
    with writing() as uow:
        (held,) = claims.claim(uow, METADATA, WorkerId("me"), lease_seconds=lease)
    return held


@pytest.fixture
def late(core):
    """Return an attempt whose lease has just run out, and that still brings its result."""
    ensure_video()
    return claim(lease=-1.0)


def test_a_sweep_neither_undoes_nor_waits_for_a_result_that_is_being_written(core, late):
    with held_open(core, lambda uow: claims.complete(uow, late)):
        sweep = Rival(core, recover)
        assert sweep.is_over_or_waits(), "the sweep waits for whoever writes a result"
    assert sweep.result() == 0
    (row,) = tasks(task_type=METADATA)
    assert (row.status, row.failures, row.isolated) == (TaskStatus.COMPLETED, 0, False)


def test_a_result_that_comes_upon_a_sweep_counts(core, late):
    with held_open(core, recover):
        result = Rival(core, lambda uow: claims.complete(uow, late))
        assert not result.is_over_or_waits()
    result.result()
    (row,) = tasks(task_type=METADATA)
    assert (row.status, row.error_code) == (TaskStatus.COMPLETED, None)


@pytest.mark.parametrize("handling", [Handling.RETRY, Handling.WAIT, Handling.PERMANENT])
def test_a_failure_that_comes_upon_a_cancellation_is_refused(core, handling):
    """It waits for the row and sees it as the other left it; what is cancelled stays so."""
    ensure_video()
    held = claim(lease=60.0)
    failure = TaskFailure("network_error", "No answer.", handling)
    with held_open(core, lambda uow: scheduling.cancel(uow, held)):
        report = Rival(core, lambda uow: failures.fail(uow, held, failure))
        assert not report.is_over_or_waits()
    with pytest.raises(StaleError):
        report.result()
    (row,) = tasks(task_type=METADATA)
    assert (row.status, row.failures, row.error_code) == (TaskStatus.CANCELLED, 0, None)


def test_a_sweep_takes_what_is_free_beside_what_is_being_written(core, late):
    ensure_video(OTHER_VIDEO)
    claim(lease=-1.0)
    with held_open(core, lambda uow: claims.complete(uow, late)):
        sweep = Rival(core, recover)
        assert sweep.is_over_or_waits()
        assert sweep.result() == 1


def test_two_sweeps_share_what_is_lost(core, late):
    ensure_video(OTHER_VIDEO)
    claim(lease=-1.0)
    with held_open(core, lambda uow: failures.recover_expired(uow, KINDS.names, limit=1)):
        other = Rival(core, recover)
        assert other.is_over_or_waits()
        assert other.result() == 1
    assert [row.failures for row in tasks(task_type=METADATA)] == [1, 1]


def test_a_claim_comes_upon_another_and_takes_the_next(core):
    ensure_video()
    ensure_video(OTHER_VIDEO)

    def claim_one(uow):
        return claims.claim(uow, METADATA, WorkerId("me"), lease_seconds=30.0)

    with held_open(core, claim_one):
        rival = Rival(core, claim_one)
        assert rival.is_over_or_waits()
        assert [held.video_id for held in rival.result()] == [OTHER_VIDEO]


def test_notifying_of_due_tasks_waits_for_no_claim(core):
    ensure_video()
    (row,) = tasks(task_type=METADATA)
    with held_open(core, lambda uow: scheduling.cancel(uow, subjects.metadata_of(row.video_id))):
        rival = Rival(core, lambda uow: recovery.notify_due(uow, [METADATA], again_after=10.0))
        assert rival.is_over_or_waits()
        assert rival.result() == 0
