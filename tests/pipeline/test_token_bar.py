"""What the texts of a video cost in tokens, by the benchmark that prints it."""

import pytest

from benchmarks import tokens


@pytest.mark.parametrize("window", [None, 8000])
def test_ten_hours_cost_a_tenth_of_sending_them_each_time(window):
    rows = list(tokens.measured(10.0, window))
    assert [row.what for row in rows] == ["summary", "10 notes", "10 questions"]
    assert sum(row.given + row.written for row in rows) <= 0.1 * sum(row.whole for row in rows)


def test_an_hour_is_sent_once_and_cached_from_then_on():
    summary, *others = tokens.measured(1.0)
    assert summary.calls == 1
    assert 10_000 < summary.given < 20_000
    for row in others:
        assert row.calls == 10
        assert row.cached >= 0.9 * row.given
