"""Leases of running attempts: renewed, kept apart, and ended with the process when too slow."""

import threading
import time
from contextlib import nullcontext

import pytest

from vidwiz.errors import StaleError
from vidwiz.tasks.types import Claim
from vidwiz.worker.leases import LeaseKeeper
from vidwiz.worker.ledger import LedgerUnreachableError


class Recorder:
    """A ledger that only remembers what is asked of it."""

    def __init__(self):
        self.renewed, self.failed, self.released = [], [], []
        self.lost = set()
        self.errors = []
        self.asked = threading.Condition()

    def _remember(self, where, claim):
        with self.asked:
            where.append((claim.task_id, claim.attempt))
            self.asked.notify_all()

    def renew(self, claim):
        self._remember(self.renewed, claim)
        if self.errors:
            raise self.errors.pop(0)
        return (claim.task_id, claim.attempt) not in self.lost

    def fail(self, claim, failure):
        self._remember(self.failed, (claim))
        assert failure.code == "deadline_exceeded"
        if self.errors:
            raise self.errors.pop(0)
        return "pending"

    def release(self, claim):
        self._remember(self.released, claim)

    def wait_for(self, condition):
        with self.asked:
            assert self.asked.wait_for(condition, timeout=10)


def claim(task_id=1, attempt=1):
    return Claim(
        task_type="generate_note",
        subject=f"note:{task_id}",
        video_id="breadrise01",
        task_id=task_id,
        attempt=attempt,
        failures=0,
    )


@pytest.fixture
def ledger():
    return Recorder()


@pytest.fixture
def ended():
    return threading.Event()


@pytest.fixture
def keeper(ledger, ended):
    with LeaseKeeper(
        ledger, lease_seconds=0.03, context=nullcontext, end_process=ended.set
    ) as keeper:
        yield keeper


@pytest.mark.parametrize(
    "error", [LedgerUnreachableError("away"), RuntimeError("a bug"), OSError("no more files")]
)
def test_a_renewal_that_fails_does_not_end_renewing(keeper, ledger, error):
    ledger.errors = [error]
    keeper.hold([claim()], deadline_seconds=60)
    ledger.wait_for(lambda: len(ledger.renewed) >= 3)
    assert keeper.held() == [claim()]


def test_what_is_overdue_fails_the_rest_is_given_back_and_the_process_ends(keeper, ledger, ended):
    keeper.hold([claim(2)], deadline_seconds=60)
    keeper.hold([claim(1)], deadline_seconds=0.05)
    assert ended.wait(10)
    assert ledger.failed[0] == (1, 1)
    assert ledger.released[0] == (2, 1)
    assert (2, 1) not in ledger.failed


def test_what_is_in_time_is_left_alone(keeper, ledger, ended):
    keeper.hold([claim()], deadline_seconds=60)
    ledger.wait_for(lambda: len(ledger.renewed) >= 5)
    assert not ended.is_set()
    assert ledger.failed == ledger.released == []


@pytest.mark.parametrize("deadline", [0, -5])
def test_a_deadline_in_the_past_ends_the_process_at_once(keeper, ledger, ended, deadline):
    keeper.hold([claim()], deadline_seconds=deadline)
    assert ended.wait(10)
    assert ledger.renewed == []


@pytest.mark.parametrize(
    "error", [StaleError("late"), LedgerUnreachableError("away"), RuntimeError("a bug")]
)
def test_the_process_ends_also_when_the_ledger_does_not_take_it(keeper, ledger, ended, error):
    ledger.errors = [error]
    keeper.hold([claim()], deadline_seconds=-1)
    assert ended.wait(10)


def test_an_attempt_that_lost_its_lease_keeps_its_deadline(keeper, ledger, ended):
    """On a laptop that slept, the call that hangs must not hang for good."""
    ledger.lost = {(1, 1)}
    keeper.hold([claim()], deadline_seconds=0.2)
    ledger.wait_for(lambda: ledger.renewed)
    assert ended.wait(10)
    assert len(ledger.renewed) == 1
    assert ledger.failed == ledger.released == []


def test_a_lost_lease_is_not_given_back(keeper, ledger):
    ledger.lost = {(1, 1)}
    keeper.hold([claim()], deadline_seconds=60)
    ledger.wait_for(lambda: ledger.renewed)
    end = time.monotonic() + 5
    while keeper.held() and time.monotonic() < end:
        time.sleep(0.001)
    assert keeper.held() == []


def test_the_end_of_a_stale_attempt_keeps_the_next_ones_renewal(keeper, ledger):
    keeper.hold([claim(attempt=1)], deadline_seconds=60)
    keeper.hold([claim(attempt=2)], deadline_seconds=60)
    keeper.end(claim(attempt=1))
    ledger.renewed.clear()
    ledger.wait_for(lambda: len(ledger.renewed) >= 2)
    assert set(ledger.renewed) == {(1, 2)}
    keeper.end(claim(attempt=2))
    assert keeper.held() == []


def test_ending_twice_or_what_was_never_held_is_harmless(keeper):
    keeper.end(claim())
    keeper.hold([claim()], deadline_seconds=60)
    keeper.end(claim())
    keeper.end(claim())
    assert keeper.held() == []
