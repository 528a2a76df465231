"""What follows a failure: how long is waited, and that waiting ends."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidwiz.plugin_api import FAILURES, Handling, PluginError
from vidwiz.tasks import retry_policy
from vidwiz.tasks.types import TaskFailure

HOUR = 3600.0
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(st.integers(0, 60))
def test_a_retry_waits_no_longer_than_its_bound(count):
    bound = min(retry_policy.BACKOFF_CAP, retry_policy.BACKOFF_BASE * 2**count)
    assert 0 <= retry_policy.backoff_seconds(count) <= bound <= 600


def test_retries_are_spread_over_the_whole_time():
    delays = [retry_policy.backoff_seconds(3) for _ in range(400)]
    assert min(delays) < 30
    assert max(delays) > 90
    assert len(set(delays)) > 390


def test_the_bound_doubles_until_its_cap():
    highest = [max(retry_policy.backoff_seconds(count) for _ in range(300)) for count in range(8)]
    assert all(later > earlier for earlier, later in pairwise(highest[:6]))
    assert highest[-1] <= retry_policy.BACKOFF_CAP


WAITING = sorted(code for code, row in FAILURES.items() if row.handling is Handling.WAIT)
MINUTE = 60.0
moments = st.none() | st.datetimes(timezones=st.just(UTC))


@unhurried
@given(st.sampled_from([*WAITING, "of_a_plugin"]), st.integers(-5, 10**6), moments)
def test_a_wait_is_never_shorter_than_its_floor_nor_longer_than_its_cap(code, waits, moment):
    policy = retry_policy.policy_of(code)
    floor = policy.floors[min(max(waits, 0), len(policy.floors) - 1)]
    delay = retry_policy.wait_delay(code, waits, moment)
    most = max(policy.longest, floor) + min(0.25 * floor, 15 * MINUTE)
    assert floor <= delay <= most


@pytest.mark.parametrize("code", [*WAITING, "of_a_plugin"])
def test_the_floor_grows_until_its_cap(code):
    floors = [
        min(retry_policy.wait_delay(code, waits, None) for _ in range(50)) for waits in range(12)
    ]
    assert all(later > 0.9 * earlier for earlier, later in pairwise(floors))
    assert floors[0] >= 10 * MINUTE
    assert floors[-1] >= 6 * HOUR


def test_the_providers_time_is_honoured_within_the_cap():
    asked = datetime.now(UTC) + timedelta(hours=3)
    assert 3 * HOUR - 5 < retry_policy.wait_delay("ip_blocked", 0, asked) < 3.2 * HOUR


def test_the_table_of_waits_is_what_the_sites_need():
    """From the reference figures: what is waited for, hour by hour."""
    hours = {
        code: [floor / HOUR for floor in retry_policy.POLICIES[code].floors]
        for code in ("captions_not_ready", "live_now", "ip_blocked", "po_token_required")
    }
    assert hours == {
        "captions_not_ready": [1, 6, 24],
        "live_now": [2, 12, 24],
        "ip_blocked": [0.5, 2, 6],
        "po_token_required": [24],
    }


@pytest.mark.parametrize(
    ("starts_in", "least", "most"),
    [
        (-(10**6), 1.0, 1.3),
        (0.0, 1.0, 1.3),
        (0.5, 1.5, 1.8),
        (20.0, 21.0, 21.3),
        (24 * 6.0, 24 * 6 + 1, 24 * 6 + 1.3),
        (24 * 365, 24 * 7, 24 * 7 + 0.3),
    ],
)
def test_an_announced_stream_is_fetched_an_hour_after_its_begin(starts_in, least, most):
    begin = datetime.now(UTC) + timedelta(hours=starts_in)
    assert least - 0.01 <= retry_policy.wait_delay("not_started", 0, begin) / HOUR <= most


@pytest.mark.parametrize("waits", [-1, 0, 10**9])
@pytest.mark.parametrize(("seconds", "expected"), [(-(10**9), 1), (0, 1), (30, 30), (10**9, 120)])
def test_a_turn_is_waited_for_no_longer_than_it_takes(waits, seconds, expected):
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    delay = retry_policy.wait_delay("paced", waits, moment)
    assert expected - 0.5 <= delay <= expected + 0.5


@pytest.mark.parametrize("code", [*WAITING, "of_a_plugin"])
def test_waiting_ends_after_its_time_and_not_before(code):
    policy = retry_policy.policy_of(code)
    since = datetime(2026, 1, 1, tzinfo=UTC)
    for part, ended in ((-1.0, False), (0.0, False), (0.99, False), (1.0, True), (50.0, True)):
        now = since + timedelta(seconds=part * policy.in_all)
        assert retry_policy.waited_long_enough(code, since, now) is ended
    assert policy.longest < policy.in_all <= 60 * 24 * HOUR


def test_every_code_that_waits_has_a_policy():
    assert set(WAITING) <= set(retry_policy.POLICIES)


@pytest.mark.parametrize("failures", [-3, 0, 4, 10**9])
@pytest.mark.parametrize(
    "moment", [None, datetime.max.replace(tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)]
)
def test_a_retry_is_always_within_a_day(failures, moment):
    assert 0 <= retry_policy.retry_delay(failures, moment) <= 86_400


@pytest.mark.parametrize("handling", Handling)
def test_only_what_nobody_can_do_ends_the_task(handling):
    failure = TaskFailure("x", "X.", handling)
    assert failure.ends_the_task is (handling not in (Handling.RETRY, Handling.WAIT))


def test_what_a_plugin_said_is_taken_over():
    moment = datetime(2031, 1, 1, tzinfo=UTC)
    error = PluginError("ip_blocked", "No.", retry_at=moment)
    taken = TaskFailure.from_plugin(error)
    assert taken == TaskFailure("ip_blocked", "No.", Handling.WAIT, moment)


@pytest.mark.parametrize(("seconds", "least", "most"), [(-100, 0, 0), (0, 0, 0), (100, 90, 100)])
def test_the_time_until_a_moment_is_never_negative(seconds, least, most):
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    assert least <= retry_policy.seconds_until(moment) <= most


def test_every_row_of_the_table_has_a_sentence_for_users():
    for row in FAILURES.values():
        assert row.message.endswith(".")
        assert 10 < len(row.message) < 120


def test_a_code_of_the_plugins_own_needs_handling_and_sentence():
    for handling, message in ((None, None), (Handling.RETRY, None), (None, "Words.")):
        with pytest.raises(ValueError, match="needs a handling and a message"):
            PluginError("mine", message, handling=handling)
    error = PluginError("mine", "Words.", handling=Handling.SWITCH)
    assert (error.code, error.message, error.opens_breaker) == ("mine", "Words.", False)
