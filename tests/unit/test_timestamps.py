"""Timestamps: `m:ss` and `h:mm:ss` to seconds and back."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidwiz.errors import InvalidInputError
from vidwiz.services import timestamps

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
LONGEST = 999 * 3600 + 59 * 60 + 59


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:00", 0),
        ("0:07", 7),
        ("1:05", 65),
        ("01:05", 65),
        ("59:59", 3599),
        ("75:00", 4500),
        ("1:00:00", 3600),
        ("0:01:05", 65),
        ("10:00:01", 36001),
        ("999:59:59", LONGEST),
    ],
)
def test_a_timestamp_is_seconds(text, seconds):
    assert timestamps.seconds(text) == seconds


WRONG = (
    *("", "5", ":05", "1:", "1:5", "1:60", "1:99", "-1:05", "1:-5", "1:05 ", " 1:05", "1:05\n"),
    *("1:5:00", "1:60:00", "1:00:60", "1:2:3:4", "1000:00", "1.5:00", "1m05s", "a:bc", "١:٠٥"),
)


@pytest.mark.parametrize("text", WRONG)
def test_anything_else_is_refused(text):
    with pytest.raises(InvalidInputError) as caught:
        timestamps.seconds(text)
    assert (caught.value.field, caught.value.code) == ("timestamp", "invalid_input")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (0, "0:00"),
        (9.99, "0:09"),
        (65, "1:05"),
        (3599.9, "59:59"),
        (3600, "1:00:00"),
        (36061, "10:01:01"),
    ],
)
def test_a_moment_is_labelled(moment, text):
    assert timestamps.label(moment) == text


@unhurried
@given(st.integers(0, LONGEST))
def test_every_label_reads_back(moment):
    assert timestamps.seconds(timestamps.label(moment)) == moment


@unhurried
@given(st.floats(0, LONGEST), st.floats(0, LONGEST))
def test_labels_keep_the_order_of_moments(one, other):
    first, second = sorted((one, other))
    assert timestamps.seconds(timestamps.label(first)) <= timestamps.seconds(
        timestamps.label(second)
    )


@unhurried
@given(st.text(st.sampled_from("0123456789:٣ .-\n"), max_size=12))
def test_any_text_is_a_timestamp_or_a_classified_refusal(text):
    try:
        assert 0 <= timestamps.seconds(text) <= LONGEST
    except InvalidInputError:
        return
