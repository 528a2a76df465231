"""What operators see of plugins: states, breakers on each network, and the pace."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.support import writing
from vidwiz.cli import fetcher_states
from vidwiz.models import FetcherState, now_plus
from vidwiz.services import fetcher_health

FETCHER = "fake-transcript"
pytestmark = pytest.mark.usefixtures("pushed")


@pytest.fixture
def known(pushed):
    with writing() as uow:
        fetcher_health.count(uow, FETCHER, "server", None)
        fetcher_health.count(uow, FETCHER, "server", "timed_out")
        fetcher_health.refused(uow, FETCHER, "home", code="ip_blocked", retry_at=None)
        fetcher_health.refused(
            uow, "helper:fetch_transcript", "phone", code="rate_limited", retry_at=None
        )


def health(admin, name=FETCHER):
    shown = admin.get("/internal/health")
    assert shown.status_code == 200
    (plugin,) = [one for one in shown.json["plugins"] if one["name"] == name]
    return {network["network"]: network for network in plugin["health"]}


def test_every_plugin_is_shown_with_its_place(admin):
    shown = admin.get("/internal/health").json
    assert (shown["network"], shown["fetch_per_minute"], shown["helpers"]) == ("server", 10, [])
    assert {(one["name"], one["state"], one["asked"]) for one in shown["plugins"]} == {
        ("fake-metadata", "ready", 1),
        (FETCHER, "ready", 1),
        ("fake-llm", "ready", 1),
    }
    assert [one["health"] for one in shown["plugins"]] == [[], [], []]


@pytest.mark.usefixtures("known")
def test_a_fetcher_is_shown_on_each_network(admin):
    found = health(admin)
    assert set(found) == {"server", "home"}
    assert (found["server"]["breaker"], found["home"]["breaker"]) == ("closed", "open")
    assert (found["server"]["successes"], found["server"]["failures"]) == (1, 1)
    assert found["server"]["last_failure_code"] == "timed_out"
    assert found["server"]["next_probe_at"] is None
    assert (found["home"]["refusals"], found["home"]["code"]) == (1, "ip_blocked")
    left = datetime.fromisoformat(found["home"]["next_probe_at"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    (helpers,) = admin.get("/internal/health").json["helpers"]
    assert helpers["name"] == "helper:fetch_transcript"
    assert helpers["health"][0]["code"] == "rate_limited"


@pytest.mark.usefixtures("known")
def test_a_probe_is_shown(admin):
    with writing() as uow:
        uow.session.execute(sa.update(FetcherState).values(open_until=now_plus(-1)))
    with writing() as uow:
        assert fetcher_health.may_call(uow, FETCHER, "home") is None
    assert health(admin)["home"]["breaker"] == "probing"


def test_nobody_else_sees_it(ada, stranger):
    assert ada.get("/internal/health").status_code == 401
    assert stranger.get("/internal/health").status_code == 401


@pytest.mark.usefixtures("known")
def test_the_list_of_plugins_says_it_in_words(config):
    words = fetcher_states.by_name(config)[FETCHER]
    home, server = words.split("; ")
    assert server == "server: 1 ok, 1 failed (timed_out)"
    assert home.startswith("home: 0 ok, 0 failed, left alone until 20")
    assert home.endswith(" UTC (ip_blocked)")


def test_the_list_of_plugins_needs_no_database(config, tmp_path):
    assert fetcher_states.by_name(config) == {}
    gone = f"sqlite:///{tmp_path}/gone.db"
    assert fetcher_states.by_name(replace(config, database_url=gone)) == {}
    assert not (tmp_path / "gone.db").exists()
    (tmp_path / "gone.db").touch()
    assert fetcher_states.by_name(replace(config, database_url=gone)) == {}
