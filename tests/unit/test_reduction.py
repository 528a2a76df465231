"""How long transcripts are divided: all of it, in order, by sensible chapters, into what fits."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidwiz.plugin_api import Passage
from vidwiz.services import reduction, tokens
from vidwiz.services.reduction import parts_of

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def passages(seconds, length=30.0, words=60):
    count = int(seconds // length)
    return [
        Passage(f"P{n + 1}", n * length, (n + 1) * length, "word " * words) for n in range(count)
    ]


def seconds_of(parts, said):
    return [said[part.last].end - said[part.first].start for part in parts]


def assert_covers(parts, said):
    assert parts[0].first == 0
    assert parts[-1].last == len(said) - 1
    for before, after in pairwise(parts):
        assert before.first <= after.first
        assert before.last < after.last
        assert before.last <= after.first <= before.last + 1


def test_without_chapters_windows_of_ten_minutes_share_a_passage():
    said = passages(3600)
    parts = parts_of(said, (), 4000)
    assert_covers(parts, said)
    assert len(parts) == 6
    assert all(540 <= seconds <= 660 for seconds in seconds_of(parts, said))
    assert all(a.last == b.first for a, b in pairwise(parts))


def test_sensible_chapters_are_the_parts_and_long_ones_are_divided():
    said = passages(3600)
    chapters = [(0, "Start"), (600, "Long"), (2100, "Third"), (2700, "Fourth")]
    parts = parts_of(said, chapters, 4000)
    assert_covers(parts, said)
    assert [part.title for part in parts] == ["Start", *["Long"] * 3, "Third", *["Fourth"] * 2]
    assert said[parts[1].first].start == 600


def test_short_chapters_are_put_together():
    said = passages(1800)
    chapters = [(minute * 60, f"{minute}") for minute in range(0, 30, 2)]
    parts = parts_of(said, chapters, 4000)
    assert_covers(parts, said)
    assert parts[0].title == "0; 2; 4; 6; 8"
    assert len(parts) == 3


@pytest.mark.parametrize(
    "chapters",
    [
        [],
        [(0, "One"), (1000, "Two")],
        # A user's of a video of 57 minutes.
        [(86, "Intro"), (825, "Part"), (830, "Other")],
        [(0, "A"), (5, "B"), (1000, "C"), (2000, "D")],
        [(1800, "A"), (2400, "B"), (3000, "C")],
        [(3000, "A"), (1000, "B"), (2000, "C")],
        [(0, "A"), (1000, "B"), (9000, "Past the end")],
        [(-(10**9), "A"), (1000, "B"), (2000, "C")],
    ],
)
def test_chapters_set_by_mistake_are_ignored(chapters):
    assert not reduction.are_sensible(chapters, 3420.0)
    assert {part.title for part in parts_of(passages(3420), chapters, 4000)} == {""}


def test_a_small_window_makes_more_parts():
    said = passages(3600)
    parts = parts_of(said, (), 500)
    assert_covers(parts, said)
    for part in parts:
        size = sum(tokens.of_text(one.text) + 4 for one in said[part.first : part.last + 1])
        assert size <= 500


def test_a_text_without_times_is_divided_by_its_length_alone():
    said = [Passage(f"P{n}", 0.0, 0.0, "word " * 100) for n in range(100)]
    parts = parts_of(said, (), 4000)
    assert_covers(parts, said)
    assert len(parts) < 10


@unhurried
@given(
    st.lists(st.tuples(st.floats(0, 5000), st.integers(0, 900)), min_size=1, max_size=80),
    st.lists(st.floats(-10, 6000), max_size=12),
    st.integers(1, 5000),
)
def test_whatever_is_divided_is_divided_whole(spans, starts, most):
    at, said = 0.0, []
    for number, (gap, words) in enumerate(spans):
        said.append(Passage(f"P{number}", at, at + gap, "w " * words))
        at += gap
    parts = parts_of(said, [(start, "x") for start in sorted(starts)], most)
    assert_covers(parts, said)


def test_estimates_grow_with_the_text_and_cutting_keeps_to_them():
    assert tokens.of_text("") == 1
    assert 200 <= tokens.of_text("a word " * 100) <= 250
    for text in ("word " * 500, "слово " * 500, "語" * 2000, "x" * 9000):
        for most in (1, 10, 320):
            assert tokens.of_text(tokens.cut(text, most)) <= most
    assert tokens.cut("short", 320) == "short"
