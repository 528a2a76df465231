"""Numbers and names of cues, headings and blocks: what stands between captions and is not said."""

import pytest

from vidwiz_captions import parse

SAID = ["the kettle is on", "tea takes four minutes", "pour it slowly"]


def texts(data, caption_format="srt"):
    return [segment.text for segment in parse(data, caption_format)]


def srt(labels, *, between="\n", below="\n"):
    pieces = []
    for n, (label, line) in enumerate(zip(labels, SAID, strict=True)):
        times = f"00:00:0{2 * n},000 --> 00:00:0{2 * n + 1},000"
        pieces.append(f"{label}{below if label else ''}{times}{below}{line}\n")
    return between.join(pieces)


@pytest.mark.parametrize(
    "between", ["\n", " \n", "\t\n", "\xa0\n", "&nbsp;\n", "\u200b\n", "\n\n\n"]
)
@pytest.mark.parametrize(
    "labels",
    [
        "123",
        "567",
        "112",
        ["#1", "#2", "#3"],
        ["1.", "2.", "3."],
        ["[7]", "[3]", "[9]"],
        ["<b>1</b>", "<b>2</b>", "<b>3</b>"],
        ["0001", "0002", "0003"],
        ["Cue 1", "Cue 2", "Cue 3"],
        ["１", "２", "３"],
        ["", "", ""],
    ],
    ids=str,
)
def test_numbers_of_cues_are_not_said(labels, between):
    assert texts(srt(labels, between=between)) == SAID


@pytest.mark.parametrize("labels", ["123", "567", "112"])
def test_numbers_are_not_said_where_no_line_is_empty_or_every_other_is(labels):
    assert texts(srt(labels, between="")) == SAID
    assert texts(srt(labels, between="\n\n", below="\n\n")) == SAID


@pytest.mark.parametrize("between", ["\n", "", "\n\n"])
@pytest.mark.parametrize("part", ["/12-{}", "-{}", ""])
def test_the_identifiers_of_teams_are_not_said(between, part):
    labels = ["4f1a9c3e-aaaa-bbbb-cccc-1234567890ab" + part.format(n) for n in range(3)]
    assert texts(srt(labels, between=between)) == SAID
    assert texts("WEBVTT\n\n" + srt(labels, between=between), "vtt") == SAID


def test_a_number_that_is_said_stays_in_a_file_without_numbers():
    text = srt(["", "", ""]).replace(SAID[0], f"{SAID[0]}\n1984")
    assert texts(text) == [f"{SAID[0]} 1984", *SAID[1:]]
    double = srt(["", "", ""], between="\n\n", below="\n\n").replace(SAID[0], f"{SAID[0]}\n\n1984")
    assert texts(double) == [f"{SAID[0]} 1984", *SAID[1:]]


@pytest.mark.parametrize("blank", ["\n", " \n", "\t\n", "\xa0\n"])
def test_names_of_webvtt_cues_are_not_said(blank):
    text = "WEBVTT\n\n" + srt(["intro one", "intro two", "the end"], between=blank)
    assert texts(text, "vtt") == SAID
    assert texts(text, "srt") == SAID


def test_words_under_an_empty_line_are_no_name():
    text = "WEBVTT\n\n" + "".join(
        f"0:0{n} --> 0:0{n + 1}\n\n{line}\n" for n, line in enumerate(SAID)
    )
    assert texts(text, "vtt") == SAID


HEADS = (
    "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n",
    "WEBVTT\nKind: captions\nLanguage: en-GB\n\n",
    "\ufeffWEBVTT - a title\n\n",
    "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\n",
    "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:fred\n\nNOTE so\nand so\n\n",
)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("gap", ["", "\n"], ids=["no gap", "gap"])
@pytest.mark.parametrize("caption_format", ["srt", "vtt"])
def test_headings_inside_a_file_are_not_said(head, gap, caption_format):
    pieces = srt(["", "", ""]).split("\n\n")
    text = HEADS[0] + ("\n" + gap + head).join(pieces)
    assert texts(text, caption_format) == SAID


def test_what_is_said_about_webvtt_stays():
    lines = ["WEBVTT is a format", "Language: the key to people", "note the kind: captions"]
    text = "WEBVTT\n\n" + "".join(
        f"0:0{n}.0 --> 0:0{n}.9\nso\n{line}\n\n" for n, line in enumerate(lines)
    )
    assert texts(text, "vtt") == [f"so {line}" for line in lines]
