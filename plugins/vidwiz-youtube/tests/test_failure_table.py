"""Every cause ends, with each real library, in the code, the handling and the time of the table."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.failures.running import LIBRARIES, run
from tests.failures.table import OK, ROWS
from tests.fake_youtube import FakeYouTube
from vidwiz.plugin_api import FAILURES

CASES = [
    pytest.param(row, library, id=f"{row.name}-{library}")
    for row in ROWS
    for library in row.codes
    if library in LIBRARIES
]
NEAR = timedelta(minutes=2)


@pytest.fixture(scope="module")
def server():
    with FakeYouTube() as youtube:
        yield youtube


@pytest.fixture
def youtube(server, monkeypatch):
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    return server


@pytest.mark.parametrize(("row", "library"), CASES)
def test_a_cause_ends_as_the_table_says(row, library, youtube):
    outcome = run(row, library, youtube)
    assert outcome.code == row.codes[library]
    if outcome.code == OK:
        return
    known = FAILURES.get(outcome.code)
    assert outcome.handling == (row.handling or known.handling.value)
    assert outcome.sentence.endswith(".")
    assert len(outcome.sentence) < 200
    if row.hours is not None:
        due = datetime.now(UTC) + timedelta(hours=row.hours)
        assert abs(outcome.retry_at - due) < NEAR


def test_every_name_is_used_once():
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_the_table_has_every_code_that_a_fetcher_for_youtube_can_end_in():
    codes = {code for row in ROWS for code in row.codes.values()}
    others = {
        "timed_out",  # the host's own, when a call is given up
        "too_long",  # core's limit
        "still_written",  # files of the library
        *("provider_crash", "bad_answer", "invalid_request", "budget_spent"),  # LLM providers'
    }
    assert set(FAILURES) - others <= codes
