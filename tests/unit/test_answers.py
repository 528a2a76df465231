"""What a model answered is read without its thoughts and friendly words; times to wait are sane."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidwiz.plugin_api.answers import (
    LONGEST_WAIT,
    Patience,
    ThoughtFilter,
    json_in,
    retry_time,
    without_thoughts,
)

ANSWER = '{"summary": "It says {this}.", "questions": ["a?", "b?"]}'
THOUGHTS = "<think>\nIs it {} or {this}?\n</think>\n\n"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("plain", "plain"),
        (THOUGHTS + "plain", "plain"),
        ("<thinking>Hm.</thinking>plain", "plain"),
        ("Hm, is it?</think>\nplain", "plain"),
        ("<think>one</think><think>two</think>plain", "plain"),
        ("<think>and then it was cut", ""),
        ("<b>bold</b> stays, and so does 1 < 2", "<b>bold</b> stays, and so does 1 < 2"),
        ("In HTML <think> is </think> no tag", "In HTML <think> is </think> no tag"),
        ("", ""),
    ],
)
def test_thoughts_are_no_part_of_the_answer(text, answer):
    assert without_thoughts(text) == answer


@given(st.sampled_from(["", "<", "<thin", THOUGHTS]), st.text(), st.integers(1, 9))
def test_in_pieces_the_same_is_kept_as_in_whole(before, text, size):
    whole = before + text
    thoughts = ThoughtFilter()
    pieces = [thoughts.feed(whole[i : i + size]) for i in range(0, len(whole), size)]
    kept = "".join(pieces) + thoughts.finish()
    if "</think" not in text:
        assert kept.strip() == without_thoughts(whole)


def test_an_answer_without_thoughts_is_not_held_back():
    thoughts = ThoughtFilter()
    assert [thoughts.feed(piece) for piece in ("<", "b>", " x")] == ["", "<b>", " x"]


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        f"```json\n{ANSWER}\n```",
        f"Here is {{your}} summary, with {{}} in it:\n\n{ANSWER}\n\nI hope that helps {{you}}!",
        f'{{"a": 1}} {ANSWER}',
    ],
)
def test_the_object_is_found_among_other_words(text):
    assert json_in(text) == ANSWER


@pytest.mark.parametrize(
    "text", ["", "no object", "[1, 2]", '{"summary": "cut', "{" * 5000, '{"a":' * 5000]
)
def test_where_there_is_no_object_there_is_none(text):
    assert json_in(text) is None


@given(st.text())
def test_any_text_can_be_searched(text):
    found = json_in(text)
    assert found is None or isinstance(json.loads(found), dict)


@pytest.mark.parametrize("value", ["7", " 7 ", "7.5"])
def test_seconds_are_counted_from_now(value):
    before = datetime.now(UTC)
    wanted = retry_time(value)
    assert wanted is not None
    assert timedelta(seconds=7) <= wanted - before < timedelta(seconds=9)


def test_a_date_is_that_time():
    then = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=5)
    for form in ("%a, %d %b %Y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"):
        wanted = retry_time(then.strftime(form))
        assert wanted is not None
        assert abs(wanted - then) < timedelta(seconds=2)


@pytest.mark.parametrize(
    "value", [None, "", "0", "-5", "nan", "-inf", "soon", "Thu, 01 Jan 1970 00:00:00 GMT"]
)
def test_what_has_passed_or_means_nothing_is_no_time(value):
    assert retry_time(value) is None


def test_patience_has_an_end():
    def soon(seconds):
        return datetime.now(UTC) + timedelta(seconds=seconds)

    patience = Patience(seconds=0.5, pauses=3)
    assert not patience.pause(None)
    assert not patience.pause(soon(0.9))
    assert not patience.pause(soon(1e9))
    began = time.monotonic()
    assert patience.pause(soon(0.3))
    assert time.monotonic() - began >= 0.29
    assert not patience.pause(soon(0.4)), "all pauses together have a limit"
    assert [patience.pause(soon(-1e6)) for _ in range(4)] == [True, True, False, False]


@pytest.mark.parametrize("value", ["inf", "1e300", "9" * 9000, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_wait_is_longer_than_a_day(value):
    wanted = retry_time(value)
    assert wanted is not None
    assert wanted.timestamp() <= time.time() + LONGEST_WAIT.total_seconds()
