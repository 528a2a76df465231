"""Breakers of several fetchers on several networks: each is its own."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.support import writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import FetcherState, now_plus
from vidwiz.services import fetcher_health

pytestmark = pytest.mark.usefixtures("core")

FETCHERS, NETWORKS = ("library", "site"), ("server", "home")
ALL = [(fetcher, network) for fetcher in FETCHERS for network in NETWORKS]
THIS = ("site", "home")
OTHERS = [each for each in ALL if each != THIS]


def refuse(fetcher, network, retry_at=None):
    with writing() as uow:
        fetcher_health.refused(uow, fetcher, network, code="ip_blocked", retry_at=retry_at)


def may_call(fetcher, network):
    with writing() as uow:
        return fetcher_health.may_call(uow, fetcher, network)


def let_the_time_come():
    with writing() as uow:
        uow.session.execute(sa.update(FetcherState).values(open_until=now_plus(-1)))


def states():
    with read_transaction() as session:
        rows = session.scalars(sa.select(FetcherState))
        return {
            (row.provider, row.network): (row.refusals, row.open_until)
            for row in rows
            if row.open_until is not None
        }


@pytest.fixture
def all_refused(core):
    for each in ALL:
        refuse(*each)


def test_a_refusal_is_of_one_fetcher_on_one_network():
    refuse(*THIS)
    assert may_call(*THIS) is not None
    assert [may_call(*each) for each in OTHERS] == [None] * 3
    assert set(states()) == {THIS}


def test_a_second_refusal_makes_no_other_wait_longer(all_refused):
    let_the_time_come()
    before = states()
    refuse(*THIS)
    after = states()
    assert after[THIS][0] == 2
    assert {each: after[each] for each in OTHERS} == {each: before[each] for each in OTHERS}


def test_each_probe_is_let_through_by_itself(all_refused):
    """Also where several breakers are open, of which one statement must change one only."""
    let_the_time_come()
    before = states()
    assert may_call(*THIS) is None
    after = states()
    assert {each: after[each] for each in OTHERS} == {each: before[each] for each in OTHERS}
    assert may_call(*THIS) == after[THIS][1]
    for each in OTHERS:
        assert may_call(*each) is None
        assert may_call(*each) is not None


def test_a_probe_is_waited_for_for_five_minutes(all_refused):
    let_the_time_come()
    assert may_call(*THIS) is None
    waited = (states()[THIS][1] - datetime.now(UTC)).total_seconds()
    assert 280 < waited <= 301


def test_the_time_of_the_next_probe_is_this_breakers(all_refused):
    with writing() as uow:
        fetcher_health.state(uow.session, *THIS).open_until = now_plus(-1)
    refuse(*THIS)  # two hours instead of half an hour
    known = states()
    for each in ALL:
        assert may_call(*each) == known[each][1]
    assert known[THIS][1] > max(known[each][1] for each in OTHERS)


def test_a_success_closes_one_breaker(all_refused):
    with writing() as uow:
        fetcher_health.succeeded(uow, *THIS)
    assert set(states()) == set(OTHERS)


def test_what_is_refused_is_known_by_network():
    refuse("library", "server")
    refuse("site", "home")
    with read_transaction() as session:
        found = {network: fetcher_health.refused_on(session, network) for network in NETWORKS}
        assert fetcher_health.refused_on(session, "nowhere") == set()
    assert found == {"server": {"library"}, "home": {"site"}}


@pytest.mark.parametrize("hours", [None, -5, 0, 3, 24 * 300])
def test_a_breaker_is_open_for_no_less_than_its_pause_and_no_more_than_a_day(hours):
    asked = None if hours is None else datetime.now(UTC) + timedelta(hours=hours)
    refuse(*THIS, asked)
    lasts = (states()[THIS][1] - datetime.now(UTC)).total_seconds() / 3600
    expected = min(max(hours or 0, 0.5), 24)
    assert expected - 0.05 < lasts <= expected + 0.01
