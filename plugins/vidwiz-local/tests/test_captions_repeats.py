"""YouTube's automatic captions roll over the screen; each word comes out once."""

import pytest

from vidwiz_local.captions import parse


def clock(milliseconds):
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def block(start, end, *lines):
    return f"{clock(start)} --> {clock(end)} align:start position:0%\n" + "\n".join(lines) + "\n\n"


def marked(line, start):
    first, *others = line.split()
    return first + "".join(f"<{clock(start + 10)}><c> {word}</c>" for word in others)


def rolling_vtt(lines):
    """What YouTube serves: each line is built under the one before, then shown alone for 10 ms."""
    blocks, above = ["WEBVTT\nKind: captions\nLanguage: en\n\n"], " "
    for index, line in enumerate(lines):
        start = index * 2000
        blocks.append(block(start, start + 1990, above, marked(line, start)))
        blocks.append(block(start + 1990, start + 2000, line, " "))
        above = line
    return "".join(blocks)


def rolling_srt(lines, *, flashes):
    """What a converter makes of it."""
    cues, above = [], ()
    for index, line in enumerate(lines):
        start = index * 2000
        cues.append((start, start + (1990 if flashes else 2000), (*above, line)))
        if flashes:
            cues.append((start + 1990, start + 2000, (line, " ")))
        above = (line,)
    return "".join(
        f"{number}\n{block(start, end, *shown)}".replace(".", ",")
        for number, (start, end, shown) in enumerate(cues, start=1)
    )


SPOKEN = [
    "welcome to the series on",
    "neural networks",
    "no no no",
    "no no no",
    "no no no",
    "[Music]",
    "never gonna give you up",
    "play",
    "never gonna give you up",
]


@pytest.mark.parametrize(
    ("text", "caption_format"),
    [
        (rolling_vtt(SPOKEN), "vtt"),
        (rolling_srt(SPOKEN, flashes=True), "srt"),
        (rolling_srt(SPOKEN, flashes=False), "srt"),
    ],
    ids=["vtt", "srt", "srt without flashes"],
)
def test_each_spoken_line_comes_once_with_its_time(text, caption_format):
    segments = parse(text, caption_format)
    assert [segment.text for segment in segments] == SPOKEN
    assert [segment.offset for segment in segments] == [2.0 * n for n in range(len(SPOKEN))]


def test_three_rolling_rows_come_once():
    words = [f"line {n}" for n in range(8)]
    blocks = [block(n * 1000, n * 1000 + 1000, *words[max(0, n - 2) : n + 1]) for n in range(8)]
    segments = parse("WEBVTT\n\n" + "".join(blocks), "vtt")
    assert [segment.text for segment in segments] == words


def test_one_rolling_line_comes_once():
    assert len(parse(rolling_vtt(["hello there"]), "vtt")) == 1


def test_a_line_said_again_after_a_pause_stays_in_a_rolling_file():
    text = rolling_vtt(["so", "you"]) + block(30_000, 31_000, "you")
    assert [segment.text for segment in parse(text, "vtt")] == ["so", "you", "you"]


def test_a_line_shown_on_is_no_new_one_in_a_rolling_file():
    text = rolling_vtt(["so", "[Music]"]) + block(4000, 9000, "[Music]")
    assert [segment.text for segment in parse(text, "vtt")] == ["so", "[Music]"]


def test_repetition_stays_in_a_file_that_does_not_roll():
    spoken = ["verse one", "la la la", "la la la", "verse two", "la la la", "la la la", "end"]
    blocks = [block(n * 1000, n * 1000 + 1000, line) for n, line in enumerate(spoken)]
    blocks.append(block(8000, 9000, "end", "of the song"))
    segments = parse("".join(blocks), "vtt")
    assert [segment.text for segment in segments] == [*spoken, "end of the song"]


def test_the_same_cue_twice_is_one():
    text = block(0, 1000, "hello") * 2 + block(1000, 2000, "there") * 2
    assert [segment.text for segment in parse(text, "srt")] == ["hello", "there"]
