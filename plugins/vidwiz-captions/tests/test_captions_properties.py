"""What holds for all captions and for all bytes."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidwiz.plugin_api import PluginError, Segment
from vidwiz_captions import parse
from vidwiz_captions.encoding import recognise

unhurried = settings(deadline=None)  # a busy machine is no failure

FORMATS = st.sampled_from(["srt", "vtt", "json3"])

words = st.text(st.sampled_from("abcdeéß漢字عм'.,!?-"), min_size=1, max_size=8)
lines = st.lists(words, min_size=1, max_size=5).map(lambda parts: "w" + " ".join(parts))


@st.composite
def spoken_cues(draw):
    """Cues that do not overlap, differ, and last longer than the flashes of rolling captions."""
    cues, now = [], draw(st.integers(0, 400_000_000))
    for number, text in enumerate(draw(st.lists(lines, min_size=1, max_size=12))):
        now += draw(st.integers(0, 10_000))
        end = now + draw(st.integers(60, 10_000))
        cues.append((now, end, f"w{number} {text}"))
        now = end
    return cues


def clock(milliseconds, mark):
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{rest:03}"


def write_srt(cues):
    return "\n".join(
        f"{number}\n{clock(start, ',')} --> {clock(end, ',')}\n{text}\n"
        for number, (start, end, text) in enumerate(cues, start=1)
    )


def write_vtt(cues):
    return "WEBVTT\n\n" + "\n".join(
        f"{clock(start, '.')} --> {clock(end, '.')} align:start\n{text}\n"
        for start, end, text in cues
    )


def write_json3(cues):
    return json.dumps(
        {
            "events": [
                {"tStartMs": start, "dDurationMs": end - start, "segs": [{"utf8": text}]}
                for start, end, text in cues
            ]
        }
    )


WRITERS = {"srt": write_srt, "vtt": write_vtt, "json3": write_json3}


def assert_in_order(segments):
    assert all(segment.text and segment.text == segment.text.strip() for segment in segments)
    assert all(segment.duration >= 0 for segment in segments)
    for one, following in pairwise(segments):
        assert one.offset <= following.offset
        # Two languages are shown at once.
        end = round((one.offset + one.duration) * 1000)
        together = following.offset - one.offset <= 0.1
        assert together or end <= round(following.offset * 1000)
    "".join(segment.text for segment in segments).encode()


@unhurried
@given(spoken_cues(), FORMATS)
def test_written_captions_are_read_back(cues, caption_format):
    expected = tuple(Segment(text, start / 1000, (end - start) / 1000) for start, end, text in cues)
    assert parse(WRITERS[caption_format](cues).encode(), caption_format) == expected


@unhurried
@given(st.lists(st.tuples(st.integers(0, 99_999), st.integers(0, 99_999), lines)), FORMATS)
def test_any_times_come_out_in_order(cues, caption_format):
    try:
        segments = parse(WRITERS[caption_format](cues), caption_format)
    except PluginError:
        assert not cues
    else:
        assert_in_order(segments)


@unhurried
@given(spoken_cues(), FORMATS, st.data())
def test_a_damaged_file_is_read_or_refused(cues, caption_format, data):
    written = bytearray(WRITERS[caption_format](cues).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        written[data.draw(st.integers(0, len(written) - 1))] = data.draw(st.integers(0, 255))
    assert_read_or_refused(bytes(written), caption_format)


@unhurried
@given(st.binary(max_size=300), FORMATS)
def test_any_bytes_are_read_or_refused(data, caption_format):
    assert_read_or_refused(data, caption_format)


@unhurried
@given(st.text(max_size=100), st.sampled_from(["srt", "vtt"]))
def test_any_text_of_a_cue_is_read_or_refused(text, caption_format):
    data = f"00:00:01.000 --> 00:00:02.000\n{text}\n".encode("utf-8", "surrogatepass")
    assert_read_or_refused(data, caption_format)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["events", "segs", "utf8", "tStartMs", "dDurationMs", "aAppend"]), inner
        )
    ),
    max_leaves=8,
)


@unhurried
@given(json_values, json_values, json_values)
def test_any_json_is_read_or_refused(start, duration, segs):
    event = {"tStartMs": start, "dDurationMs": duration, "segs": segs}
    for document in (segs, {"events": segs}, {"events": [event, event]}):
        assert_read_or_refused(json.dumps(document).encode(), "json3")


def assert_read_or_refused(data, caption_format):
    refusal, segments = None, ()
    try:
        segments = parse(data, caption_format, name="x")
    except PluginError as exc:
        refusal = exc
    if refusal is None:
        assert segments
        assert_in_order(segments)
    else:
        assert refusal.code in {"parse_error", "empty_transcript"}
        assert refusal.message.endswith(".")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
@unhurried
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_marked_encodings_are_told_apart(encoding, text):
    assert recognise(text.encode(encoding)).text() == text
