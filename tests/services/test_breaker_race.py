"""The circuit breaker among many processes: a refusal and a success at the same moment."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from tests.support import writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import now_plus
from vidwiz.services import fetcher_health

ROUNDS = 40


@pytest.mark.parametrize("rivals", [("refused", "succeeded"), ("refused", "refused")])
def test_rivals_never_raise_and_leave_one_state(core, rivals):
    barrier = threading.Barrier(len(rivals) * 2, timeout=30)
    errors = []

    def act(what):
        for _ in range(ROUNDS):
            barrier.wait()
            try:
                with core.app_context(), writing() as uow:
                    if what == "refused":
                        fetcher_health.refused(uow, "f", "home", code="ip_blocked", retry_at=None)
                    else:
                        fetcher_health.succeeded(uow, "f", "home")
            except Exception as exc:
                errors.append(exc)
                raise

    threads = [threading.Thread(target=act, args=(what,)) for what in rivals * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with read_transaction() as session:
        state = fetcher_health.state(session, "f", "home")
    if "succeeded" not in rivals:
        # All were under way when the first was refused: together they are one refusal.
        assert state.refusals == 1


@pytest.mark.parametrize(
    ("earlier", "seconds"), [(0, 1800), (1, 7200), (2, 21_600), (3, 21_600), (500, 21_600)]
)
def test_the_pause_grows_with_each_refusal_in_a_row(core, earlier, seconds):
    for _ in range(min(earlier, 3)):
        refuse()
        let_the_time_come()
    if earlier > 3:
        with writing() as uow:
            fetcher_health.state(uow.session, "f", "home").refusals = earlier
    refuse()
    with read_transaction() as session:
        state = fetcher_health.state(session, "f", "home")
    pause = (state.open_until - state.updated_at).total_seconds()
    assert abs(pause - seconds) < 5


def refuse(retry_at=None):
    with writing() as uow:
        fetcher_health.refused(uow, "f", "home", code="ip_blocked", retry_at=retry_at)


def let_the_time_come():
    with writing() as uow:
        fetcher_health.state(uow.session, "f", "home").open_until = now_plus(-1)


def test_what_was_under_way_is_no_further_refusal_but_a_later_time_counts(core):
    for asked, hours in ((None, 0.5), (None, 0.5), (3, 3), (1, 3)):
        refuse(None if asked is None else datetime.now(UTC) + timedelta(hours=asked))
        with read_transaction() as session:
            state = fetcher_health.state(session, "f", "home")
        pause = (state.open_until - datetime.now(UTC)).total_seconds() / 3600
        assert state.refusals == 1
        assert abs(pause - hours) < 0.05


def test_a_refused_probe_is_a_further_refusal_once(core):
    refuse()
    let_the_time_come()
    with writing() as uow:
        assert fetcher_health.may_call(uow, "f", "home") is None
    for _ in range(2):
        refuse()
    with read_transaction() as session:
        state = fetcher_health.state(session, "f", "home")
    assert (state.refusals, state.probing) == (2, False)
    assert abs((state.open_until - datetime.now(UTC)).total_seconds() - 7200) < 60


def test_hostile_times_to_retry_are_capped(core):
    for moment in (datetime.max.replace(tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)):
        refuse(moment)
        with read_transaction() as session:
            state = fetcher_health.state(session, "f", "home")
        pause = (state.open_until - state.updated_at).total_seconds()
        assert 1795 <= pause <= fetcher_health.LONGEST_PAUSE + 5
