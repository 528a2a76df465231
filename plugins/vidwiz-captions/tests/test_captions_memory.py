"""Reading a large caption file takes a bounded multiple of its size in memory."""

import json
import subprocess
import sys

import pytest

from vidwiz.plugin_api import PluginError
from vidwiz_captions import MAX_BYTES, MEMORY_FACTOR, parse
from vidwiz_captions.cues import LONGEST_LINE, MOST_CUES, MOST_LINES

MEGABYTES = 22
MEASURE = """
import resource, sys
from pathlib import Path
from vidwiz_captions import parse
from vidwiz.plugin_api import PluginError

path = Path(sys.argv[1])
caption_format = path.suffix[1:]
small = {
    "json3": b'{"events": [{"segs": [{"utf8": "a"}]}]}',
    "srv3": b'<timedtext><p t="1">caf\\xe9 au lait</p></timedtext>',
    "ass": b"Dialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,caf\\xe9 au lait",
}
parse(small.get(caption_format, b"00:01.000 --> 00:02.000\\ncaf\\xe9 au lait\\n"), caption_format)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    found = len(parse(path.read_bytes(), caption_format))
except PluginError as exc:
    found = exc.message
# Kilobytes on Linux, bytes on macOS.
unit = 1 if sys.platform == "darwin" else 1024
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit)
print(found)
"""


def clock(seconds, mark):
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}000"


def srt(number, text="the kettle is on the table and the water boils"):
    times = f"{clock(2 * number, ',')} --> {clock(2 * number + 1, ',')}"
    return f"{number + 1}\r\n{times}\r\n{text} {number}\r\n\r\n"


def emoji(number):
    return srt(number, "the kettle is on the table and the water boils \N{TEACUP WITHOUT HANDLE}")


def rolling(number):
    def line(which):
        return f"and so word number {which} is said now"

    times = f"{clock(2 * number, '.')} --> {clock(2 * number + 2, '.')} align:start"
    return f"{times}\n{line(number - 1)}\n<c>{line(number)}</c>\n\n"


def json3(number):
    segs = [{"utf8": f" w{number}{k}\N{TEACUP WITHOUT HANDLE}", "tOffsetMs": k} for k in range(8)]
    event = {"tStartMs": number * 2000, "dDurationMs": 1900, "segs": segs}
    return json.dumps(event, ensure_ascii=False) + ","


def short_json3(number):
    return f'{{"tStartMs":{number},"segs":[{{"utf8":"{number}"}}]}},'


def growing(number):
    return srt(number, " ".join(f"word{number // 9}x{k}" for k in range(number % 9 + 1)))


def untidy(number):
    return srt(number).replace("-->", "→").replace(",", ":")


def srv3(number):
    return f'<p t="{number * 2000}" d="1900"><s>the</s><s t="9"> kettle {number} &amp;</s></p>'


def ass(number):
    times = f"{clock(2 * number, '.')},{clock(2 * number + 1, '.')}"
    return f"Dialogue: 0,{times},Default,,0,0,0,,{{\\an8}}the kettle\\Nis {number}, on\n"


def short_vtt(number):
    return (
        f"{number // 60:02}:{number % 60:02}.0 --> {number // 60:02}:{number % 60:02}.9\n{number}\n"
    )


def write(path, piece, size, head="", tail=""):
    with path.open("w", encoding="utf-8", newline="") as stream:
        written = stream.write(head)
        number = 0
        while written < size:
            text = piece(number)
            stream.write(text)
            written += len(text.encode())
            number += 1
        stream.write(tail)
    return path


def measured(path):
    """Return what reading the file added to the memory of a process, in bytes, and what it gave."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    added, found = done.stdout.splitlines()
    return int(added), found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suffix", "piece", "head", "tail"),
    [
        ("srt", srt, "", ""),
        ("srt", emoji, "", ""),
        ("vtt", rolling, "WEBVTT\n\n", ""),
        ("vtt", short_vtt, "WEBVTT\n\n", ""),
        ("json3", json3, '{"events":[', "{}]}"),
        ("json3", short_json3, '{"events":[', "{}]}"),
        ("srt", growing, "", ""),
        ("srt", untidy, "", ""),
        ("srv3", srv3, "<timedtext><body>", "</body></timedtext>"),
        ("srv3", lambda number: f"a{number}='' ", "<timedtext ", "/>"),
        ("ass", ass, "[Events]\n", ""),
        ("srt", lambda _: "ab\n" * 1000, "00:01.000 --> 00:02.000\n", ""),
        ("srt", lambda _: "ab\n" * 1000, "", ""),
        ("srt", lambda _: "ab " * 1000, "00:01.000 --> 00:02.000\n", ""),
    ],
    ids=[
        "srt",
        "srt with wide characters",
        "rolling vtt",
        "shortest vtt",
        "json3 with wide characters",
        "shortest json3",
        "growing",
        "untidy times",
        "srv3",
        "endless tag",
        "ass",
        "endless caption",
        "no captions",
        "endless line",
    ],
)
def test_a_large_file_takes_at_most_ten_times_its_size(tmp_path, suffix, piece, head, tail):
    path = write(tmp_path / f"x.{suffix}", piece, MEGABYTES * 10**6, head, tail)
    size = path.stat().st_size
    assert 20 * 10**6 < size < MAX_BYTES
    added, found = measured(path)
    assert added <= MEMORY_FACTOR * size, found


def test_a_file_of_some_megabytes_takes_at_most_ten_times_its_size(tmp_path):
    path = write(tmp_path / "x.srt", srt, 6 * 10**6)
    added, found = measured(path)
    assert int(found) > 60_000
    assert added <= MEMORY_FACTOR * path.stat().st_size


def refusal(data, caption_format="srt"):
    with pytest.raises(PluginError) as caught:
        parse(data, caption_format, name="abc.srt")
    assert caught.value.code == "parse_error"
    return caught.value.message


def test_what_is_larger_than_captions_are_is_refused_by_name():
    assert refusal(bytes(MAX_BYTES + 1)) == "abc.srt is too large for captions (over 32 MB)."
    times = "00:01.000 --> 00:02.000\n"
    assert refusal(times + "a" * (LONGEST_LINE + 2_000_000)) == (
        "abc.srt is not a caption file: it has a line of over 1,000,000 characters."
    )
    assert refusal(times + "a\n" * (MOST_LINES + 1)) == (
        "abc.srt is not a caption file: a caption in it has over 10,000 lines."
    )
    assert len(parse(times + "a\n" * (MOST_LINES - 1), "srt")) == 1
    assert len(parse("prose\n" * (MOST_LINES + 10) + times + "a\n", "srt")) == 1


@pytest.mark.parametrize("caption_format", ["vtt", "json3"])
def test_more_captions_than_can_be_stored_are_refused(monkeypatch, caption_format):
    monkeypatch.setattr("vidwiz_captions.cues.MOST_CUES", 50)
    assert MOST_CUES > 50
    piece = {"vtt": short_vtt, "json3": short_json3}[caption_format]
    head, tail = ('{"events":[', "{}]}") if caption_format == "json3" else ("", "")
    few, many = (head + "".join(map(piece, range(n))) + tail for n in (50, 51))
    assert len(parse(few, caption_format)) == 50
    assert "has over 50 captions" in refusal(many, caption_format)


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n", "\r\r\n"])
@pytest.mark.parametrize("shift", range(4))
def test_a_file_is_the_same_wherever_it_is_cut_for_reading(monkeypatch, line_end, shift):
    text = "".join(map(emoji, range(9))).replace("\r\n", line_end).encode()
    whole = parse(text, "srt")
    assert len(whole) == 9
    monkeypatch.setattr("vidwiz_captions.encoding._CHUNK", 5 + shift)
    assert parse(text, "srt") == whole
