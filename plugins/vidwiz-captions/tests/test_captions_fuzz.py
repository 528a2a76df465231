"""Caption files made of known words and then spoilt: no word is lost and none is invented."""

import random
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidwiz.plugin_api import PluginError
from vidwiz_captions import parse

unhurried = settings(deadline=None)  # a busy machine is no failure

VOCABULARY = [
    "kettle",
    "water",
    "boils",
    "tea",
    "four",
    "minutes",
    "steam",
    "lid",
    "über",
    "чайник",
    "水",
    "pour",
    "don't",
    "low-cost",
]
DIGITS_AND_ARROW = re.compile(r"\d.*-\s?>|-\s?>.*\d|NaN|WEBVTT|TIMESTAMP|&|<|\{|\\")


def clock(milliseconds, mark=","):
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{rest:03}"


def full_width(line):
    return line.translate({code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)})


TIMINGS = (
    lambda line: line,
    lambda line: line.replace(",", "."),
    lambda line: line.replace(",", ":"),
    lambda line: line.replace(",", ", ").replace(":", ": "),
    lambda line: line.replace(":", " : "),
    lambda line: re.sub(r",\d+", "", line),
    lambda line: re.sub(r",(\d+)", r",\g<1>0999999999", line),
    lambda line: re.sub(r",(\d)\d+", r",\1:", line),
    lambda line: re.sub(r"\b0(\d)", r"\1", line),
    lambda line: line.replace("-->", "->"),
    lambda line: line.replace(" --> ", "-->"),
    lambda line: line.replace("-->", "-- >"),
    lambda line: line.replace("-->", "- ->"),
    lambda line: line.replace("-->", "—>"),
    lambda line: line.replace("-->", "–>"),
    lambda line: line.replace("-->", "→"),
    lambda line: line.replace("-->", "==>"),
    lambda line: line.replace("-->", "--&gt;"),
    lambda line: line.replace("-->", "--&amp;gt;"),
    lambda line: line.replace("-->", "-"),
    full_width,
    lambda line: line.replace(",", "xx,"),
    lambda line: re.sub(r"\d+:\d+:\d+", "0NaN:0NaN:0NaN", line),
    lambda line: re.sub(r"\d+:\d+:\d+,\d+", "NaN:NaN:NaN", line, count=1),
    lambda line: re.sub(r"\d+:\d+:\d+,\d+$", "0NaN:0NaN", line),
    lambda line: re.sub(r":(\d+),(\d+)", r":-\1,-\2", line),
    lambda line: f"-{line}",
    lambda line: line.partition(" -->")[0] + " -->",
    lambda line: "--> " + line.partition("--> ")[2],
    lambda line: line.replace(" --> ", " -->\n"),
    lambda line: f"{line} X1:100 X2:200 Y1:10 Y2:20",
    lambda line: f"{line} align:start position:0%",
    lambda line: f"\u202b{line}\u202c",
    lambda line: f"  {line}\t",
    lambda line: f"<b>{line}</b>",
    lambda line: re.sub(r"\d\d:(\d\d:\d\d),\d+", r"\1", line),
    lambda line: re.sub(r"\d", "0", line),
    lambda line: re.sub(r"\d", "?", line) + " 0:0",
    lambda line: line.replace("0", "O"),
    lambda line: line.replace(":", ";"),
    lambda line: line.replace(":", "."),
    lambda line: line.replace("-->", r"--\>"),
    lambda line: line.replace("-->", r"--\u003e"),
    lambda line: line.replace("-->", "--%3E"),
    lambda line: line.replace("-->", "⇨"),
    lambda line: line.replace(" --> ", "～"),
    lambda line: line.replace(":", "  :  ").replace("-->", " --  > "),
    lambda line: f"- {line}",
    lambda line: f"• {line}",
)
TAGS = (
    "{}",
    "<i>{}</i>",
    '<font color="#fff">{}</font>',
    "&lt;i&gt;{}&lt;/i&gt;",
    "&amp;lt;b&amp;gt;{}&amp;lt;/b&amp;gt;",
    "{{\\an8}}{}",
    "{{an8}}{}",
    "{{y:i}}{}",
    "{{\\p1}}m 0 0 l 100 0 100 100{{\\p0}}{}",
    '<p align="start"><strong>{}</strong></p>',
    "<v Bob>{}</v>",
    "<0:00:13.330000><c> {}</c>",
    "{}<!-- note -->",
    "\\h{}\\N",
    "&nbsp;{}&lrm;",
    "\u202b{}\u202c",
    "{}<br/>",
    "<|en|>{}",
)
BLANKS = ("\n", " \n", "\t\n", "\xa0\n", "\n\n\n", "\u200b\n", "&nbsp;\n")
HEAD = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\nKind: captions\nLanguage: en\n\n"
NOTE = "NOTE\n0:01 --> never\n\n"


def labels(chance, count, *, is_vtt):
    """Return what stands above the times of each cue."""
    styles = ["{}", "#{}", "{}.", "[{}]", "<b>{}</b>", " {} "]
    style = chance.choice(styles)
    kind = chance.choice(["in turn", "restart", "any", "none", "name" if is_vtt else "in turn"])
    for index in range(count):
        number = {"restart": index % 3 + 1, "any": chance.randrange(10**6)}.get(kind, index + 1)
        if kind == "none":
            yield ""
        else:
            yield f"part {number}x\n" if kind == "name" else style.format(number) + "\n"


def spoilt_file(chance):
    """Return a file, its format, and the words in it."""
    is_vtt = chance.random() < 0.4
    count = chance.randint(2, 8)
    words, pieces = Counter(), [HEAD] if is_vtt else []
    every = chance.choice([*TIMINGS, None, None, None])
    above = list(labels(chance, count, is_vtt=is_vtt))
    has_names = above[0].startswith("part")
    gaps = "usual" if has_names else chance.choice(["usual", "usual", "usual", "none", "double"])
    for index, label in enumerate(above):
        said = [[f"{chance.choice(VOCABULARY)}{index}{row}" for _ in range(3)] for row in "ab"]
        said = said[: chance.randint(1, 2)]
        words.update(word for row in said for word in row)
        line = f"{clock(index * 4000 + 1500)} --> {clock(index * 4000 + 4250)}"
        spoil = every or chance.choice(TIMINGS)
        rows = [chance.choice(TAGS).format(" ".join(row)) for row in said]
        if chance.random() < 0.1 and not label:
            rows.insert(0, "")
        piece = f"{label}{spoil(line) if index else line}\n" + "\n".join(rows) + "\n"
        pieces.append(piece.replace("\n", "\n\n") if gaps == "double" else piece)
        if gaps != "usual":
            continue
        pieces.append(chance.choice(BLANKS))
        if index + 1 < count and chance.random() < 0.1:
            pieces.append(chance.choice(["", pieces.pop()]) + HEAD)
        elif is_vtt and chance.random() < 0.1:
            pieces.append(NOTE)
    text = "".join(pieces).replace("\n", chance.choice(["\n", "\r\n", "\r"]))
    return text, "vtt" if is_vtt else "srt", words


def assert_every_word_once(seed):
    text, caption_format, words = spoilt_file(random.Random(seed))
    segments = parse(text.encode(), caption_format, name="x")
    said = Counter(word for segment in segments for word in segment.text.split())
    assert said == words, text
    assert not any(DIGITS_AND_ARROW.search(segment.text) for segment in segments), text
    assert all(segment.duration >= 0 for segment in segments)


def outcome(data, caption_format):
    """Return what becomes of a file: its refusal's code, or that it was read."""
    try:
        return "read" if parse(data, caption_format, name="x") else "nothing"
    except PluginError as exc:
        return exc.code


@unhurried
@given(st.integers(0, 2**32))
def test_no_spoilt_file_loses_or_invents_words(seed):
    assert_every_word_once(seed)


@pytest.mark.slow
def test_ten_thousand_spoilt_files_lose_and_invent_no_words():
    for seed in range(10_000):
        assert_every_word_once(seed)


@pytest.mark.slow
def test_ten_thousand_files_of_changed_bytes_are_read_or_refused():
    for seed in range(10_000):
        chance = random.Random(seed)
        text, caption_format, _ = spoilt_file(chance)
        data = bytearray(text.encode())
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        assert outcome(bytes(data), caption_format) in {"read", "parse_error", "empty_transcript"}
