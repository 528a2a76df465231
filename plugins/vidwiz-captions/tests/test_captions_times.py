"""Lines with times, as programs and people spoil them, and lines that only speak of times."""

import pytest

from vidwiz.plugin_api import PluginError
from vidwiz_captions import parse

BEFORE = "1\n00:00:01,000 --> 00:00:02,000\nthe kettle is on\n\n2\n"
AFTER = "\ntea takes four minutes\n\n3\n00:00:06,000 --> 00:00:07,000\npour it slowly\n"


def second_cue(line):
    """What becomes of a cue under this line, between two tidy ones."""
    first, *others, third = parse(BEFORE + line + AFTER, "srt")
    assert (first.text, first.offset, first.duration) == ("the kettle is on", 1.0, 1.0)
    assert (third.text, third.offset, third.duration) == ("pour it slowly", 6.0, 1.0)
    (second,) = others
    return second.offset, round(second.offset + second.duration, 3), second.text


@pytest.mark.parametrize(
    "line",
    [
        "00:00:03,000 -- > 00:00:05,250",
        "00:00:03,000 -> 00:00:05,250",
        "00:00:03,000 - -> 00:00:05,250",
        "00:00:03,000 ==> 00:00:05,250",
        "00:00:03,000 >> 00:00:05,250",
        "00:00:03,000 —> 00:00:05,250",
        "00:00:03,000 –> 00:00:05,250",
        "00:00:03,000 → 00:00:05,250",
        "00:00:03,000 --&gt; 00:00:05,250",
        "00:00:03,000 --&amp;gt; 00:00:05,250",
        "00:00:03,000 - 00:00:05,250",
        "00:00:03,000 00:00:05,250",
        "00:00:03,000 до 00:00:05,250",
        "00:00:03,000 <-- 00:00:05,250",
        "00:00:03,000 &#45;&#45;&gt; 00:00:05,250",
        "00:00:03,000&nbsp;-->&nbsp;00:00:05,250",
        "00:00:03,000 ーー> 00:00:05,250",
        "Zeit: 00:00:03,000 --> 00:00:05,250",
        "00:00:03,000 --> 00:00:05,250 -->",
        "(00:00:03,000 --> 00:00:05,250)",
        "00:00:03.000,00:00:05.250",
        "00:00:03:000 --> 00:00:05:250",
        "00:00:03;000 --> 00:00:05;250",
        "00.00.03,000 --> 00.00.05,250",
        "00: 00: 03, 000 --> 00: 00: 05, 250",
        "00 : 00 : 03 , 000 --> 00 : 00 : 05 , 250",
        "00:00:03,0000000000 --> 00:00:05,250.9999999",
        "00:00:03,0: --> 00:00:05,25:",
        "0:0:3,0 --> 0:0:5,25",
        "0:03 --> 0:05,25",
        "3.0 --> 5.25",
        "００：００：０３，０００ －－＞ ００：００：０５，２５０",
        "00：00：03，000 --＞ 00：00：05，250",
        "\u202b00:00:03,000 --> 00:00:05,250\u202c",
        "<b>00:00:03,000 --> 00:00:05,250</b>",
        "[00:00:03,000 --> 00:00:05,250]",
        '"00:00:03,000 --> 00:00:05,250"',
        "2 00:00:03,000 --> 00:00:05,250",
        "00:00:03,000 -->\n00:00:05,250",
        "00:00:03,000\n--> 00:00:05,250",
        "OO:OO:O3,OOO --> OO:OO:O5,25O",
        "00:00:03,000 --> 00:00:05,250 align: start position: 0%",
        "00:00:03,000 --> 00:00:05,250xx X1:100 Y2:200",
        "[3.00s -> 5.25s]",
        "0 days 00:00:03.000 --> 0 days 00:00:05.250",
        r"00:00:03,000 --\> 00:00:05,250",
        r"00:00:03,000 \-\-\> 00:00:05,250",
        r"00:00:03,000 --\u003e 00:00:05,250",
        "00:00:03,000 --%3E 00:00:05,250",
        "00:00:03,000 --) 00:00:05,250",
        "Bob Smith 00:00:03,000 --> 00:00:05,250",
        "Timecode 00:00:03,000 --> 00:00:05,250",
        "Scene 2: 00:00:03,000 --> 00:00:05,250",
        "Nr. 2 00:00:03,000 --> 00:00:05,250",
        "00 : 00 : 03 , 000  --  >  00 : 00 : 05 , 250",
        *(f"00:00:03,000 {sign} 00:00:05,250" for sign in "⇨⮕➤➝⭢～〜至到…"),
        "00:00:03,000至00:00:05,250",
        "00:00:03,000 ... 00:00:05,250",
        "From 00:00:03,000 to 00:00:05,250",
        "Start: 00:00:03,000 End: 00:00:05,250",
        *(f"{sign} 00:00:03,000 --> 00:00:05,250" for sign in ("-", "–", "*", "•", "##", "2 -")),
        "`00:00:03,000 --> 00:00:05,250`",
        "00.00.03.000 --> 00.00.05.250",
    ],
)
def test_times_are_read_however_they_are_written(line):
    assert second_cue(line) == (3.0, 5.25, "tea takes four minutes")


@pytest.mark.parametrize(
    ("line", "start", "end"),
    [
        ("00:00:03,000 --> 00:00:05xx,250", 3.0, 5.0),
        ("00:00:03,000 -->", 3.0, 6.0),
        ("00:00:03,000 --> 0NaN:0NaN:0NaN,250", 3.0, 6.0),
        ("00:00:03,000", 3.0, 6.0),
        ("00:00:03,000 --", 3.0, 6.0),
        ("Bob Smith 00:00:03,000 -", 3.0, 6.0),
        ("--> 00:00:05,250", 2.0, 5.25),
        ("0NaN:0NaN:0NaN --> 00:00:05,250", 2.0, 5.25),
        ("00:00:xx,000 --> 00:00:05,250", 2.0, 5.25),
        ("0NaN:0NaN:0NaN --> 0NaN:0NaN:0NaN", 2.0, 6.0),
        ("undefined --> undefined", 2.0, 6.0),
        ("Invalid date --> Invalid date", 2.0, 6.0),
        ("--:--:-- --> --:--:--", 2.0, 6.0),
        ("::,000 --> ::,250", 2.0, 6.0),
        ("00h00m03s --> 00h00m05s", 2.0, 6.0),
        ("-->", 2.0, 6.0),
    ],
)
def test_what_cannot_be_read_comes_from_the_neighbours(line, start, end):
    assert second_cue(line) == (start, end, "tea takes four minutes")


def test_several_unknown_cues_share_the_time_between():
    lines = "".join(f"{n}\nNaN:NaN --> NaN:NaN\nword {n}\n\n" for n in (2, 3, 4, 5))
    segments = parse(BEFORE[:-2] + lines + AFTER.replace("\ntea takes four minutes\n\n", ""), "srt")
    assert [segment.offset for segment in segments] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert all(segment.duration == 1 for segment in segments)


def test_a_cue_without_end_shares_its_time_with_one_without_start():
    lines = "2\n00:00:02,000 -->\nso\n\n3\n--> 00:00:05,500\nit\n\n"
    segments = parse(f"{BEFORE[:-2]}{lines}4\n00:00:06,000 --> 00:00:07,000\ngoes\n", "srt")
    assert [segment.offset for segment in segments] == [1.0, 2.0, 4.0, 6.0]
    assert [segment.duration for segment in segments] == [1.0, 2.0, 1.5, 1.0]


def test_captions_that_were_put_on_one_line_are_read():
    text = BEFORE + "00:00:03,000 --> 00:00:04,000\nit boils\n"
    segments = parse(" ".join(text.split()), "srt")
    assert [segment.text for segment in segments] == ["the kettle is on", "it boils"]
    assert [segment.offset for segment in segments] == [1.0, 3.0]


def test_the_last_cue_without_an_end_lasts_as_long_as_its_words():
    (segment,) = parse("00:00:01,000 -->\n" + "a" * 100, "srt")
    assert segment.duration == 6.5


@pytest.mark.parametrize(
    "line",
    [
        "00:00:03,000 --> 00:00:05,250 the lid",
        "[00:00:03.000 --> 00:00:05.250]   the lid",
        "[3.00s -> 5.25s] the lid",
        "SPEAKER_01 [00:00:03.000 --> 00:00:05.250]: the lid",
        "00:00:03,000 --> 00:00:05,250the lid",
    ],
)
def test_words_beside_the_times_are_said(line):
    assert second_cue(line) == (3.0, 5.25, "the lid tea takes four minutes")


@pytest.mark.parametrize(
    "line",
    [
        "the kettle --> the cup",
        "x --> y",
        "1 -> 2",
        "at 10:30 --> 11:45 we have tea",
        "10:30 --> 11:45",
        "10:30 -> 11:45 is tea time",
        "12:30 -> tea",
        "it runs 00:00:01,000 --> 00:00:02,000 here",
        "00:00:01,000 --> 00:00:02,000 is how a line with times looks",
        "00:00:01 to 00:00:02 is the beginning",
        "a ratio of 3:1 -> 1:3",
        "x[1:3] -> [2, 3]",
        "<!-- 12:30 -->word",
        "from 00:00:01,000 to 00:00:02,000",
        "192.168.1.1 -> 10.0.0.1",
        "1.2.3 -> 1.2.4",
        "1.2.3 -> 1.2.4 is out",
        "0:30 > 1:00",
    ],
)
@pytest.mark.parametrize("caption_format", ["srt", "vtt"])
def test_a_spoken_line_with_an_arrow_or_times_stays_text(line, caption_format):
    text = (
        f"00:00:01,000 --> 00:00:02,000\n{line}\nso\n\n00:00:03,000 --> 00:00:04,000\nit\n{line}\n"
    )
    plain = line.replace("<!-- 12:30 -->", "")
    assert [segment.text for segment in parse(text, caption_format)] == [
        f"{plain} so",
        f"it {plain}",
    ]


def test_times_in_a_comment_or_a_paragraph_begin_no_caption():
    text = (
        "WEBVTT\n\nNOTE of 00:00:01.000 and 00:00:02.000\nby Bob\n\n"
        "00:01.000 --> 00:02.000\nso\n\n00:00:01 to 00:00:02 is the beginning\n\n"
        "NOTE\nfrom 00:00:01.000 to 00:00:02.000\nby Bob\n\n00:03.000 --> 00:04.000\nit goes\n"
    )
    assert [segment.text for segment in parse(text, "vtt")] == [
        "so 00:00:01 to 00:00:02 is the beginning",
        "it goes",
    ]


@pytest.mark.parametrize(
    "text",
    ["NaN:NaN --> NaN:NaN\nwords\n", "<!-- 12:30 -->\n<p>x</p>", '{"a": "0:01 --> 0:02"}'],
)
def test_a_file_without_any_time_that_can_be_read_is_refused(text):
    with pytest.raises(PluginError) as caught:
        parse(text, "srt")
    assert caught.value.code == "parse_error"


@pytest.mark.parametrize(
    ("line", "file", "caption_format"),
    [
        ('<text start="{}" dur="0.997">words</text>', "<transcript>{}</transcript>", "srv1"),
        ("[{}s -> {}s] words", "{}", "srt"),
    ],
)
def test_no_millisecond_is_lost_on_the_way_through_binary_fractions(line, file, caption_format):
    times = range(0, 20_000_000, 9_970)
    text = "\n".join(line.format(f"{t / 1000:.3f}", f"{(t + 997) / 1000:.3f}") for t in times)
    segments = parse(file.format(text), caption_format)
    assert [segment.offset for segment in segments] == [time / 1000 for time in times]
    assert {segment.duration for segment in segments} == {0.997}
