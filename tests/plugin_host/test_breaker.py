"""The circuit breaker with its database: one refusal spares the fetcher on this network."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.support import VIDEO, captions, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import FetcherState, now_plus
from vidwiz.plugin_api import PluginError, VideoRef
from vidwiz.plugin_api.fakes import FakeTranscriptFetcher
from vidwiz.plugin_host.chain import Chain
from vidwiz.runtime import current
from vidwiz.worker.database_ledger import DatabaseHealth

pytestmark = pytest.mark.usefixtures("core")

NAME = "fake-transcript"
REF = VideoRef("youtube", VIDEO, "https://youtu.be/x")
CALLERS = 6


def health(network="server"):
    runtime = current()
    return DatabaseHealth(replace(runtime, config=replace(runtime.config, network=network)))


def refuse(known=None, **options):
    (known or health()).refused(NAME, "ip_blocked", options.get("retry_at"))


def row():
    with read_transaction() as session:
        return session.scalar(sa.select(FetcherState))


def minutes_left():
    return (row().open_until - datetime.now(UTC)).total_seconds() / 60


def let_the_time_come():
    with writing() as uow:
        uow.session.execute(sa.update(FetcherState).values(open_until=now_plus(-1)))


def test_a_fetcher_that_was_never_refused_may_be_called_and_leaves_no_row():
    known = health()
    assert known.may_call(NAME) is None
    known.succeeded(NAME)
    assert row() is None


def test_a_refusal_closes_the_way_until_the_next_probe():
    refuse()
    until = health().may_call(NAME)
    assert until == row().open_until
    assert 29 < minutes_left() <= 30
    assert row().code == "ip_blocked"


def test_each_refusal_in_a_row_lasts_longer_up_to_a_limit():
    lasted = []
    for _ in range(4):
        refuse()
        lasted.append(round(minutes_left()))
        let_the_time_come()
    assert lasted == [30, 120, 360, 360]


def test_the_sites_own_time_counts_when_it_is_later():
    refuse(retry_at=datetime.now(UTC) + timedelta(hours=3))
    assert 175 < minutes_left() <= 180
    let_the_time_come()
    refuse(retry_at=datetime.now(UTC) + timedelta(seconds=5))
    assert 115 < minutes_left() <= 120


def test_success_closes_the_breaker_and_forgets_the_refusals():
    refuse()
    let_the_time_come()
    known = health()
    assert known.may_call(NAME) is None
    known.succeeded(NAME)
    assert (row().open_until, row().refusals, row().code) == (None, 0, None)
    refuse()
    assert 29 < minutes_left() <= 30


def test_a_refused_probe_lasts_longer():
    refuse()
    let_the_time_come()
    known = health()
    assert known.may_call(NAME) is None
    refuse(known)
    assert 115 < minutes_left() <= 120


def test_one_network_does_not_close_the_way_of_another():
    refuse()
    home = health("home")
    assert home.may_call(NAME) is None
    home.succeeded(NAME)
    assert health().may_call(NAME) is not None


def test_one_fetcher_does_not_close_the_way_of_another():
    refuse()
    assert health().may_call("other-fetcher") is None


def test_when_the_time_has_come_exactly_one_caller_is_the_probe(core):
    refuse()
    let_the_time_come()

    def call(_):
        with core.app_context():
            return health().may_call(NAME)

    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(call, range(CALLERS)))
    assert answers.count(None) == 1
    # Those who wait are given a time to come, so that none of them comes back at once.
    in_a_moment = datetime.now(UTC) + timedelta(minutes=1)
    assert all(until > in_a_moment for until in answers if until is not None)


def test_a_probe_that_never_reports_is_followed_by_another():
    refuse()
    let_the_time_come()
    assert health().may_call(NAME) is None
    assert health().may_call(NAME) is not None
    let_the_time_come()
    assert health().may_call(NAME) is None


def test_the_chain_opens_and_closes_the_breaker():
    fetcher = FakeTranscriptFetcher({VIDEO: captions()})
    fetcher.errors = [PluginError("rate_limited")]
    chain = Chain(health())
    for code in ("rate_limited", "ip_blocked"):
        with pytest.raises(PluginError) as caught:
            chain.transcript([fetcher], REF)
        assert caught.value.code == code
    assert len(fetcher.calls) == 1
    let_the_time_come()
    assert chain.transcript([fetcher], REF)[1] == NAME
    assert row().open_until is None


def test_a_database_that_is_away_loses_no_result_for_a_count(core, tmp_path):
    runtime = current()

    class Away:
        config = runtime.config

        @staticmethod
        def unit_of_work():
            raise sa.exc.OperationalError("INSERT", {}, Exception("gone"))

    DatabaseHealth(Away()).count(NAME, None)
