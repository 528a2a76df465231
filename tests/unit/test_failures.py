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


@pytest.mark.parametrize(
    ("code", "hours"),
    [
        ("captions_not_ready", [1, 6, 24]),
        ("live_now", [2, 12, 24]),
        ("ip_blocked", [0.5, 2, 6, 6]),
        ("rate_limited", [1, 1]),
        ("of_a_plugin", [1, 6, 24]),
    ],
)
def test_what_is_known_is_waited_for_by_its_own_schedule(code, hours):
    found = [retry_policy.wait_seconds(code, number) for number in range(len(hours))]
    assert found == [hour * HOUR for hour in hours]


WAITING = sorted(code for code, row in FAILURES.items() if row.handling is Handling.WAIT)


@pytest.mark.parametrize("code", [*WAITING, "of_a_plugin"])
def test_every_wait_ends(code):
    delays: list[float] = []
    while (delay := retry_policy.wait_seconds(code, len(delays))) is not None:
        delays.append(delay)
        assert len(delays) < 1000
    assert delays
    assert min(delays) >= 60
    assert sum(delays) <= 31 * 24 * HOUR
    assert retry_policy.wait_seconds(code, len(delays) + 5) is None


def test_every_code_that_waits_has_a_schedule():
    assert set(WAITING) <= set(retry_policy.WAITS)


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
