"""Periodic runs: free again after their time and not before, each by its name."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.support import writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import PeriodicRun, now_plus
from vidwiz.tasks.periodic_runs import begin_periodic_run

pytestmark = pytest.mark.usefixtures("core")


def begin(every, name="sweep"):
    with writing() as uow:
        return begin_periodic_run(uow, name, every=every)


def began(seconds_ago, name="sweep"):
    with writing() as uow:
        uow.session.execute(
            sa.update(PeriodicRun)
            .where(PeriodicRun.name == name)
            .values(started_at=now_plus(-seconds_ago))
        )


@pytest.mark.parametrize("every", [60.0, 3600.0, 3 * 86_400.0])
def test_it_is_free_again_after_its_time_and_not_before(every):
    assert begin(every)
    for part, is_free in ((0.0, False), (0.5, False), (0.7, False), (0.9, True), (1.0, True)):
        began(part * every)
        assert begin(every) is is_free, part


@pytest.mark.parametrize("every", [0.2, 5.0])
def test_the_shortest_are_free_again_after_their_time(every):
    assert begin(every)
    began(0.9 * every)
    assert begin(every)


@pytest.mark.parametrize("every", [60.0, 3600.0, 7 * 86_400.0, 1e9])
def test_the_first_run_waits_for_nothing(every):
    assert begin(every)
    assert not begin(every)


@pytest.mark.parametrize("every", [-1.0, -1e6])
def test_without_a_pause_every_run_may_begin(every):
    assert [begin(every) for _ in range(3)] == [True] * 3


def test_no_pause_at_all_never_stops_the_runs():
    assert begin(0.0)
    began(0.01)
    assert begin(0.0)


def test_a_run_that_began_in_the_future_is_waited_for_no_longer_than_its_time():
    """A clock that was set back: the run is free again once the clock has caught up."""
    begin(60.0)
    began(-600.0)
    assert not begin(60.0)
    began(60.0)
    assert begin(60.0)


def test_each_name_has_its_own_time():
    assert begin(3600.0, "sweep")
    assert begin(3600.0, "publishing")
    began(3600.0, "publishing")
    assert not begin(3600.0, "sweep")
    assert begin(3600.0, "publishing")
    with read_transaction() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PeriodicRun)) == 2


@pytest.mark.parametrize("is_first", [True, False])
def test_of_many_that_want_to_begin_at_once_one_does(core, is_first):
    if not is_first:
        begin(60.0)
        began(600.0)
    barrier = threading.Barrier(6, timeout=20)

    def rival(_):
        barrier.wait()
        with core.app_context():
            return begin(60.0)

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(rival, range(6))) == [False] * 5 + [True]
