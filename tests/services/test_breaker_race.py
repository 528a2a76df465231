"""The circuit breaker among many processes: a refusal and a success at the same moment."""

import threading

import pytest

from tests.support import writing
from vidwiz.db.transactions import read_transaction
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
        assert state.refusals == ROUNDS * 4


@pytest.mark.parametrize(
    ("earlier", "seconds"), [(0, 1800), (1, 7200), (2, 21_600), (3, 21_600), (500, 21_600)]
)
def test_the_pause_grows_with_each_refusal_in_a_row(core, earlier, seconds):
    for _ in range(min(earlier, 3)):
        refuse()
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


def test_hostile_times_to_retry_are_capped(core):
    from datetime import UTC, datetime

    for moment in (datetime.max.replace(tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)):
        refuse(moment)
        with read_transaction() as session:
            state = fetcher_health.state(session, "f", "home")
        pause = (state.open_until - state.updated_at).total_seconds()
        assert 1795 <= pause <= fetcher_health.LONGEST_PAUSE + 5
