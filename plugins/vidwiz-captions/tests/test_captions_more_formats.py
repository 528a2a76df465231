"""TTML, YouTube's XML, SubStation Alpha, SubViewer, lyrics, transcripts, and gzip of any."""

import gzip
import random

import pysubs2
import pytest

from vidwiz.plugin_api import PluginError
from vidwiz_captions import FORMATS, MAX_BYTES, decompressed, parse


def read(data, caption_format):
    return [
        (segment.text, segment.offset, round(segment.offset + segment.duration, 3))
        for segment in parse(data, caption_format, name=f"x.{caption_format}")
    ]


def refusal(data, caption_format, code="parse_error"):
    with pytest.raises(PluginError) as caught:
        parse(data, caption_format, name="x")
    assert caught.value.code == code
    return caught.value.message


SAID = [("the kettle is on", 1.0, 2.0), ("tea takes four minutes", 3.0, 5.25)]


def cases(text):
    return text.split("---")


SRV1 = """<?xml version="1.0" encoding="utf-8" ?><transcript>
<text start="1" dur="1">the&#10;kettle is on</text>
<text start="3" dur="2.25">tea &lt;i&gt;takes&lt;/i&gt; four&amp;nbsp;minutes</text></transcript>"""
SRV2 = """<timedtext><text t="1000" d="1000">the kettle is on</text>
<text t="3000" d="2250" append="1">tea takes four minutes</text></timedtext>"""
SRV3 = """<?xml version="1.0"?><timedtext format="3"><head><ws id="0"/><pen id="1"/></head><body>
<w t="0" id="1" wp="1"/><p t="1000" d="1000" w="1"><s>the</s><s t="200" ac="0"> kettle</s> is on</p>
<p t="2000" d="100" w="1" a="1">
</p><p t="3000" d="2250">tea takes
four minutes</p></body></timedtext>"""
TTML = """<?xml version="1.0" encoding="utf-16"?>
<tt xml:lang="en" xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"
 xmlns:tts="http://www.w3.org/ns/ttml#styling" ttp:frameRate="25" ttp:tickRate="10000000">
<head><metadata><ttm:title xmlns:ttm="x">not said</ttm:title></metadata></head>
<body><div>{}</div></body></tt>"""
PARAGRAPHS = cases(
    """
<p begin="00:00:01.000" end="00:00:02.000">the<br/>kettle <span tts:color="red">is</span> on</p>
<p begin="00:00:03" end="00:00:05.25">tea takes
 four minutes</p>
---
<p begin="1s" dur="1s">the kettle<metadata>not said</metadata> is on</p>
<p begin="3000ms" end="5250ms">tea takes four minutes</p>
---
<p begin="00:00:01:00" end="50f">the kettle is on</p>
<p begin="30000000t" end="52500000t">tea takes four minutes</p>
---
<p><span begin="1s" end="2s">the kettle is on</span>
<span begin="3s" end="5.25s">tea takes four minutes</span></p>
---
</div><div begin="1s"><p begin="0s" end="1s">the kettle is on</p>
<p begin="2s" end="4.25s">tea takes four minutes</p>
---
<p begin="1s" end="2s">the kettle is on</p>
<p begin="3s" end="5.25s">tea&nbsp;takes four minutes</p>
"""
)
ASS = """[Script Info]
Title: not said
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:03.00,0:00:05.25,Default,,0,0,0,,{\\an8}{not said}tea takes\\Nfour\\hminutes
Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,not said
Dialogue: 1,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}
Dialogue: 0,0:00:01.00,0:00:02.00,Default,Mary,0,0,0,,the {\\i1}kettle{\\i0} is on
Dialogue: 1,0:00:01.00,0:00:02.00,Default,Mary,0,0,0,,the kettle is on
"""
SSA = """[Script Info]
ScriptType: v4.00

[V4 Styles]
Format: Name

[Events]
Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: Marked=0,0:00:01.00,0:00:02.00,*Default,,0000,0000,0000,,the kettle is on
Dialogue: Marked=0,0:00:03.00,0:00:05.25,*Default,,0000,0000,0000,,tea takes four minutes
"""
SBV = """0:00:01.000,0:00:02.000
the kettle[br]is on

0:00:03.000,0:00:05.250
tea takes
four minutes
"""


@pytest.mark.parametrize(
    ("text", "caption_format"),
    [
        (SRV1, "srv1"),
        (SRV2, "srv2"),
        (SRV3, "srv3"),
        (SRV3, "srv1"),
        *((TTML.format(paragraphs), "ttml") for paragraphs in PARAGRAPHS),
        (TTML.format(PARAGRAPHS[0]), "dfxp"),
        (ASS, "ass"),
        (SSA, "ssa"),
        (SSA.partition("\nDialogue")[2].join(["Dialogue", ""]), "ass"),
        (SBV, "sbv"),
        (SBV.replace(".", ",").replace("[br]", " "), "srt"),
    ],
    ids=lambda value: value if len(value) < 5 else "",
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_each_format_says_the_same(text, caption_format, line_end):
    assert read(text.replace("\n", line_end).encode(), caption_format) == SAID
    packed = gzip.compress(("\ufeff" + text).encode())
    assert read(decompressed(packed, name="x.gz"), caption_format) == SAID


LRC = """[ti:A song]
[ar:nobody]
[offset:+500]
[00:01.50]the kettle is on
[00:02.50]
[00:03.50][00:09.500]<00:03.50>tea <00:04.00>takes
four minutes
[0:05:75]"""


def test_lyrics_come_in_the_order_of_time_each_up_to_the_next():
    assert read(LRC, "lrc") == [*SAID, ("tea takes four minutes", 9.0, 10.43)]
    assert read("[00:01]the [00:02]kettle[00:03] is on", "lrc")[0][0] == "the kettle is on"


TRANSCRIPTS = [
    "[00:00:01] the kettle is on\n[00:00:03] tea takes four minutes\n[00:00:05.25] pour it",
    "0:01 the kettle is on\n0:03 tea takes four minutes\n0:05,25 pour it",
    "00:01 - the kettle is on\n\n00:03 - tea takes four minutes\n\n00:05.25 - pour it",
    "(0:01) the kettle is on\n(0:03): tea takes four minutes\n(0:05.25) pour it",
    "A talk\n0:01\nthe kettle is on\n0:03\ntea takes four minutes\n0:05.25\npour it",
    "0:01\n1 Sekunde\nthe kettle\nis on\n0:03\n3秒\ntea takes four minutes\n0:05.25\npour it",
    "0:01the kettle is on\n0:03tea takes four minutes\n0:05.25pour it",
    "0:01\n1 second\nthe kettle is on\n0:03\n3 seconds\ntea takes four minutes\n0:05.25\npour it",
    "0:01\nthe kettle\nis on\n0:03\ntea takes four minutes\n0:05.25\npour it",
    "０：０１ the kettle is on\n０：０３ tea takes four minutes\n【0:05.25】 pour it",
    (
        "**[0:01](http://x)** the kettle is on\n**[0:03](http://x)** tea takes four minutes\n"
        "**[0:05.25](http://x)** pour it"
    ),
    "00:00:01:00 the kettle is on\n00:00:03:00 tea takes four minutes\n00:00:05:25 pour it",
    "0:01 - 0:03 the kettle is on\n0:03 - 0:05.25 tea takes four minutes\n0:05.25 pour it",
]


@pytest.mark.parametrize("text", TRANSCRIPTS)
@pytest.mark.parametrize("caption_format", ["txt", "srt"])
def test_transcripts_with_times_are_read(text, caption_format):
    segments = read("\ufeff" + text, caption_format)
    assert segments[:2] == [(SAID[0][0], 1.0, 3.0), SAID[1]]
    assert segments[2][:2] == ("pour it", 5.25)


def test_a_time_that_is_spoken_of_is_none_where_times_stand_above_the_words():
    text = "0:01\n10:30 is when we met\n0:05\nnext thing\n0:09\nbye"
    assert [text for text, _, _ in read(text, "txt")] == [
        "10:30 is when we met",
        "next thing",
        "bye",
    ]


def test_the_time_in_words_is_not_said_in_any_language():
    text = (
        "59:04\n59 Minuten und 4 Sekunden\n4 Minuten\n1:01:04\n1 Stunde, 1 Minute und 4 Sekunden\n"
        "bye\n1:01:05\n1 час 1 минута 5 секунд\nso\n1:02:00\n1 hour and 2 minutes\n"
    )
    assert [text for text, _, _ in read(text, "txt")] == [
        "4 Minuten",
        "bye",
        "so",
        "1 hour and 2 minutes",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[Bob Smith] 00:00:02\nhello there\n\n[Ann] 00:00:05\nbye\n",
        "Bob Smith [00:00:02]: hello there\nAnn [00:00:05]: bye\n",
        "Bob Smith (0:02) hello there\nAnn (0:05) bye\n",
    ],
)
def test_speakers_may_stand_before_times(text):
    assert [segment[:2] for segment in read(text, "txt")] == [
        ("Bob Smith hello there", 2.0),
        ("Ann bye", 5.0),
    ]


@pytest.mark.parametrize(
    "text", ["9:30am tea\n10:00am lunch\n", "we met (10:30) here\nand (10:31) left\n"]
)
def test_a_plan_for_the_day_is_no_transcript(text):
    refusal(text, "txt", "parse_error")


def test_a_transcript_with_speakers_keeps_them():
    text = "Mary Ann  0:01\nthe kettle is on\n\nBob  0:03\nwe met at 10:30\nand talked\n"
    assert [segment[:2] for segment in read(text, "txt")] == [
        ("Mary Ann the kettle is on", 1.0),
        ("Bob we met at 10:30 and talked", 3.0),
    ]


PRINTED = cases(
    """
[00:00:01.000 --> 00:00:02.000]   the kettle is on
[00:00:03.000 --> 00:00:05.250]   tea takes four minutes
---
[00:01.000 --> 00:02.000]  the kettle is on
[00:03.000 --> 00:05.250]  tea takes four minutes
---
[1.00s -> 2.00s] the kettle is on
[3.00s -> 5.25s] tea takes four minutes
---
main: processing 'x.wav'

[00:00:01.000 --> 00:00:02.000]   the kettle is on
[00:00:03.000 --> 00:00:05.250]   tea takes four minutes

whisper_print_timings:     load time =   123.45 ms
"""
)


@pytest.mark.parametrize("text", PRINTED)
@pytest.mark.parametrize("caption_format", ["txt", "srt", "vtt"])
def test_what_speech_recognisers_print_is_read(text, caption_format):
    assert read(text, caption_format) == SAID


def test_subrip_by_the_name_of_a_text_is_read():
    text = "1\n00:00:01,000 --> 00:00:02,000\nthe kettle is on\n\n"
    assert read(text, "txt") == SAID[:1]


@pytest.mark.parametrize(
    ("data", "caption_format", "reason"),
    [
        ("we met at 10:30\nand talked\n", "txt", "most of its lines have no time"),
        ("0:09 won\n0:05 lost\n0:04 lost\n0:03 lost\n", "txt", "most of its lines have no time"),
        ("prose\n0:01 x\n" * 1200 + "more\n" * 9000, "txt", "most of its lines have no time"),
        ("the kettle is on", "lrc", "it has no line that begins with a time"),
        ("1\n00:00:01,000 --> 00:00:02,000\nso\n", "ass", "it has no dialogue lines"),
        ("<html><body>Sorry</body></html>", "ttml", "it is a web page"),
        ("<svg></svg>", "ttml", "it is XML without captions"),
        ("<!DOCTYPE html><p>Sorry<br></html>", "srv3", "it is a web page"),
        (SRV3[:-30], "srv3", "it is not valid XML"),
        ("{}", "srv3", "it is not valid XML"),
        ("", "ttml", "it is empty"),
        ("<tt>" * 200, "ttml", "its XML has over 100 elements inside each other"),
        ("<tt " + "a" * 3_000_000, "ttml", "it has a line of over 1,000,000 characters"),
    ],
)
def test_another_file_is_refused_with_the_reason(data, caption_format, reason):
    assert refusal(data, caption_format) == f"x is not a caption file: {reason}."


@pytest.mark.parametrize("root", ["tt", "timedtext"])
def test_entities_that_grow_are_refused(root):
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 9}">' for n in range(1, 20))
    text = f'<!DOCTYPE {root} [<!ENTITY a0 "ha">{bomb}]><{root}><p t="1">&a19;</p></{root}>'
    assert "its XML defines entities" in refusal(text, "srv3")
    outside = f'<!DOCTYPE {root} [<!ENTITY f SYSTEM "file:///etc/passwd">]><{root}>&f;</{root}>'
    assert "its XML defines entities" in refusal(outside, "ttml")


def test_captions_without_words_in_any_format_are_an_empty_transcript():
    for text, caption_format in (
        ("<timedtext><body/></timedtext>", "srv3"),
        ("[Events]\n", "ass"),
        ("[00:01.00]\n", "lrc"),
    ):
        refusal(text, caption_format, "empty_transcript")


@pytest.mark.parametrize(
    "packed",
    [b"", b"prose", gzip.compress(b"x" * 999, mtime=0)[:-9], b"\x1f\x8b\x08"],
    ids=["nothing", "prose", "cut", "head"],
)
def test_what_is_no_whole_gzip_file_is_refused(packed):
    with pytest.raises(PluginError, match=r"x\.gz is not a whole gzip file") as caught:
        decompressed(packed, name="x.gz")
    assert caught.value.code == "parse_error"


def test_very_many_empty_gzip_files_take_no_time():
    """Each one's rest must not be copied: that took minutes for a file of 20 MB."""
    packed = gzip.compress(b"", mtime=0) * 200_000 + gzip.compress(b"kettle")
    assert decompressed(packed, name="x.gz") == b"kettle"


def test_gzip_files_one_after_the_other_are_one():
    packed = gzip.compress(b"the ") + gzip.compress(b"kettle") + bytes(100)
    assert decompressed(packed, name="x") == b"the kettle"


def test_a_small_file_with_huge_content_is_refused():
    bomb = gzip.compress(bytes(MAX_BYTES + 1))
    assert len(bomb) < 100_000
    with pytest.raises(PluginError, match="too large for captions"):
        decompressed(bomb, name="x.gz")


WORDS = [
    "kettle",
    "water",
    "boils",
    "tea,",
    "four",
    "minutes:",
    "steam;",
    "lid",
    "über",
    "чайник",
    "水",
    "--",
    "10:30",
    "'so'",
]


@pytest.mark.parametrize("caption_format", ["ass", "ssa", "ttml", "srt", "vtt"])
@pytest.mark.parametrize("seed", range(5))
def test_what_a_library_writes_is_read(caption_format, seed):
    chance = random.Random(seed)
    written = pysubs2.SSAFile()
    for number in range(40):
        words = chance.sample(WORDS, 5)
        text = f"w{number} " + " ".join(words[:3]) + "\\N" + " ".join(words[3:])
        start = number * 3000 + chance.randrange(100) * 10
        written.append(pysubs2.SSAEvent(start=start, end=start + 1500, text=text))
    expected = [
        (event.plaintext.replace("\n", " "), event.start / 1000, event.end / 1000)
        for event in written
    ]
    assert read(written.to_string(caption_format), caption_format) == expected


@pytest.mark.parametrize("text", [ASS, SSA], ids=["ass", "ssa"])
def test_a_library_reads_the_same(text):
    events = [
        (event.plaintext.replace("\n", " ").replace("\\h", " ").strip(), event.start, event.end)
        for event in sorted(pysubs2.SSAFile.from_string(text))
        if not event.is_comment and not event.is_drawing
    ]
    ours = [(said, start * 1000, end * 1000) for said, start, end in read(text, "ass")]
    assert list(dict.fromkeys(events)) == ours


def outcome(data, caption_format):
    """Return what becomes of a file: its refusal's code, or that it was read."""
    try:
        return "read" if parse(data, caption_format, name="x") else "nothing"
    except PluginError as exc:
        return exc.code


@pytest.mark.parametrize("caption_format", FORMATS)
def test_changed_bytes_are_read_or_refused(caption_format):
    samples = {"srv1": SRV1, "srv2": SRV2, "srv3": SRV3, "ass": ASS, "ssa": SSA, "sbv": SBV}
    samples |= {"lrc": LRC, "txt": TRANSCRIPTS[0], "json3": '{"events":[{"segs":[{"utf8":"a"}]}]}'}
    sample = samples.get(caption_format, TTML.format(PARAGRAPHS[0])).encode()
    chance = random.Random(caption_format)
    for _ in range(150):
        data = bytearray(sample)
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 4)] = chance.randbytes(chance.randint(0, 3))
        assert outcome(bytes(data), caption_format) in {"read", "parse_error", "empty_transcript"}
