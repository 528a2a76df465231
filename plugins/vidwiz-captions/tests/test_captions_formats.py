"""How each caption format is read, in the states that files come in."""

import json
import time

import pytest

from vidwiz.plugin_api import PluginError, Segment
from vidwiz_captions import MAX_BYTES, parse

SRT = """1
00:00:01,000 --> 00:00:02,500
Hello there.

2
00:00:03,000 --> 00:00:04,000
Two lines
of text.
"""
SRT_SEGMENTS = (Segment("Hello there.", 1.0, 1.5), Segment("Two lines of text.", 3.0, 1.0))


def texts(data, caption_format="srt"):
    return [segment.text for segment in parse(data, caption_format)]


def cue(text, times="00:00:01,000 --> 00:00:02,000"):
    return f"1\n{times}\n{text}\n\n"


def times_of(line):
    (segment,) = parse(cue("words", line), "srt")
    return segment.offset, segment.duration


def json3(*events):
    return json.dumps({"wireMagic": "pb3", "events": list(events)})


def event(text, start=0, duration=1000, **others):
    return {"tStartMs": start, "dDurationMs": duration, "segs": [{"utf8": text}], **others}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_every_line_end_is_read(line_end):
    assert parse(SRT.replace("\n", line_end).encode(), "srt") == SRT_SEGMENTS


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_every_usual_encoding_is_read(encoding):
    text = SRT.replace("Hello", "Café ‘Größe’")
    assert texts(text.encode(encoding))[0] == "Café ‘Größe’ there."


def test_text_with_a_byte_order_mark_is_read():
    assert parse("\ufeff" + SRT, "srt") == SRT_SEGMENTS


def test_a_cut_character_does_not_spoil_the_rest():
    assert texts(cue("مرحبا بكم في الدرس").encode() + b"\xd8")[0].startswith("مرحبا بكم")


@pytest.mark.parametrize(
    "damaged",
    [
        SRT.rstrip(),
        SRT.replace("1\n0", "0").replace("2\n0", "0"),
        SRT.replace("\n\n", "\n"),
        SRT.replace("\n\n", "\n\n\n\n"),
        "\n\n" + SRT.replace("\n\n", "\n \n"),
        SRT.replace(" --> ", "-->"),
        SRT.replace(",", "."),
        SRT.replace("1\n", " 7 \n", 1),
        SRT.replace("500\n", "500  X1:40 X2:600 Y1:20 Y2:50\n"),
        SRT.replace("lines\n", "lines\n\n"),
        "WEBVTT\n\n" + SRT,
    ],
    ids=[
        "no line end at the end",
        "no numbers",
        "no empty lines",
        "many empty lines",
        "empty lines with a space",
        "no space at the arrow",
        "dots",
        "odd number",
        "coordinates",
        "an empty line inside",
        "a WebVTT heading",
    ],
)
def test_a_damaged_srt_gives_the_same(damaged):
    assert parse(damaged, "srt") == SRT_SEGMENTS


def test_numbers_that_are_spoken_are_no_cue_numbers():
    counted = "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{word}\n\n"
        for n, word in enumerate(["3", "2", "1", "1984"], start=1)
    )
    assert texts(counted) == ["3", "2", "1", "1984"]
    unnumbered = "".join(
        f"00:00:0{n},000 --> 00:00:0{n},900\n{word}\n\n"
        for n, word in enumerate(["3", "2", "1"], start=1)
    )
    assert texts(unnumbered) == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("00:00:01,234 --> 00:00:02,345", (1.234, 1.111)),
        ("01:02.5 --> 01:03.75", (62.5, 1.25)),
        ("123:00:00,001 --> 123:00:00,002", (442800.001, 0.001)),
        ("75:30.000 --> 75:31.000", (4530.0, 1.0)),
        ("00:00:01 --> 00:00:02", (1.0, 1.0)),
        ("00:00:01,1234567 --> 00:00:02,000", (1.123, 0.877)),
        ("00:00:05,000 --> 00:00:04,000", (5.0, 0.0)),
        ("00:00:05,000 --> 00:00:05,000", (5.0, 0.0)),
        ("-00:00:01,000 --> 00:00:02,000", (0.0, 2.0)),
        ("٠٠:٠٠:٠١,٠٠٠ --> ٠٠:٠٠:٠٢,٠٠٠", (1.0, 1.0)),
    ],
)
def test_times(line, expected):
    assert times_of(line) == expected


VTT = """WEBVTT - a title
Kind: captions
Language: en

STYLE
::cue { color: yellow }

REGION
id:fred

NOTE
a remark

intro
00:01.000 --> 00:02.000 align:start position:0%
First.

NOTE one line --

named cue
00:00:03.000 --> 00:00:04.000 line:90%
Second
lines.

NOTE
the end
"""


def test_webvtt_blocks_and_names_are_left_out():
    assert parse(VTT, "vtt") == (Segment("First.", 1.0, 1.0), Segment("Second lines.", 3.0, 1.0))


def test_webvtt_without_its_heading_is_read():
    assert texts(VTT.partition("\n\n")[2], "vtt") == ["First.", "Second lines."]


def test_joined_webvtt_pieces_are_read():
    assert texts("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\n" + VTT, "vtt") == [
        "First.",
        "Second lines.",
    ]


def test_json3_joins_the_pieces_of_an_event():
    spoken = {
        "tStartMs": 1500,
        "dDurationMs": 1000,
        "segs": [{"utf8": "so"}, {"utf8": " today", "tOffsetMs": 512}, {"utf8": "\nwe"}],
    }
    assert parse(json3(spoken), "json3") == (Segment("so today we", 1.5, 1.0),)


def test_json3_events_without_words_are_left_out():
    events = [
        {"tStartMs": 0, "dDurationMs": 9000, "id": 1, "wpWinPosId": 1},
        event("one"),
        event("\n", 990, aAppend=1),
        event("two", 1000),
    ]
    assert texts(json3(*events), "json3") == ["one", "two"]


def test_json3_words_that_are_appended_stay():
    assert texts(json3(event("one"), event(" more", 500, aAppend=1)), "json3") == ["one", "more"]


def test_json3_of_wrong_types_gives_what_can_be_read():
    events = [
        None,
        {"segs": "text"},
        {"segs": [{"utf8": "at zero"}, {"utf8": 5}, None]},
        event("no time", start=float("nan")),
        event("no time", start=[1]),
        event("as text", start="2000", duration="500"),
        event("early", start=-5),
        event("odd length", start=3000, duration=None),
        event("\ud800half", start=4000),
    ]
    assert texts(json3(*events), "json3") == ["at zero", "early", "as text", "odd length", "half"]


def test_cues_out_of_order_are_sorted():
    blocks = cue("second", "00:00:05,000 --> 00:00:06,000") + "\n" + cue("first")
    assert texts(blocks) == ["first", "second"]


def test_overlapping_cues_keep_their_text_and_end_where_the_next_begins():
    blocks = (
        cue("a", "00:00:01,000 --> 00:00:09,000")
        + cue("b", "00:00:03,000 --> 00:00:09,000")
        + cue("c", "00:00:03,000 --> 00:00:05,000")
    )
    assert parse(blocks, "srt") == (
        Segment("a", 1.0, 2.0),
        Segment("b", 3.0, 0.0),
        Segment("c", 3.0, 2.0),
    )


def test_cues_without_text_are_left_out():
    blocks = cue("") + cue("&nbsp;", "00:00:03,000 --> 00:00:04,000") + cue("x")
    assert texts(blocks) == ["x"]


@pytest.mark.parametrize(
    ("data", "caption_format", "reason"),
    [
        (b"", "srt", "it is empty"),
        (b" \n\n", "json3", "it is empty"),
        (b"\xef\xbb\xbf", "vtt", "it is empty"),
        (b"\n<!DOCTYPE html><html>Sorry</html>", "vtt", "it is a web page"),
        (b"<html>", "json3", "it is a web page"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "srt", "it is not text"),
        (b"just prose", "srt", "it has no line with the times of a caption"),
        (b"{", "json3", "it is not valid JSON"),
        (b"[" * 100_000, "json3", "it is not valid JSON"),
        (b"[1, 2]", "json3", "it is JSON without caption events"),
        (b'{"id": "x"}', "json3", "it is JSON without caption events"),
    ],
)
def test_another_file_is_named_with_the_reason(data, caption_format, reason):
    with pytest.raises(PluginError) as caught:
        parse(data, caption_format, name="abc.en.srt")
    assert caught.value.code == "parse_error"
    assert caught.value.message == f"abc.en.srt is not a caption file: {reason}."


def test_a_huge_file_is_refused():
    with pytest.raises(PluginError, match="too large for captions"):
        parse(bytes(MAX_BYTES + 1), "srt")


def test_ten_hours_are_read_at_once():
    blocks = [
        cue(
            f"some <i>words</i> of {n} &amp; more\nand a line",
            f"{n // 1800:02}:{n // 30 % 60:02}:{n * 2 % 60:02},000 --> 99:00:00,000",
        )
        for n in range(20_000)
    ]
    began = time.perf_counter()
    assert len(parse("\n".join(blocks), "srt")) == 20_000
    assert time.perf_counter() - began < 3
