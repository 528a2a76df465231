"""YouTube's automatic captions roll over the screen; each word comes out once."""

from itertools import pairwise

import pytest

from vidwiz_captions import parse


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


def said(*cues):
    """What is read of cues, each a start and an end in seconds and a text."""
    text = "".join(block(int(s * 1000), int(e * 1000), line) for s, e, line in cues)
    return [
        (segment.offset, round(segment.offset + segment.duration, 3), segment.text)
        for segment in parse(text, "srt")
    ]


OLDEST, STEAM = "a kettle is the oldest machine", "it turns cold water into steam"


@pytest.mark.parametrize(
    "twins",
    [
        [(0, 2, OLDEST), (2, 4, OLDEST)],
        [(0, 2, OLDEST), (2.04, 4, OLDEST)],
        [(0, 4, OLDEST), (1, 3, OLDEST)],
        [(0, 0, OLDEST), (0, 4, OLDEST)],
        [(0, 2, OLDEST), (0.01, 2, OLDEST), (0.02, 4, OLDEST)],
        [(0, 4, OLDEST), (4, 4, OLDEST)],
        [(0, 2, "a kettle is\nthe oldest machine"), (2, 4, OLDEST)],
        [(n / 2, n / 2 + 0.5, OLDEST) for n in range(8)],
    ],
    ids=[
        "touching",
        "rounded",
        "inside",
        "no time",
        "three",
        "no time after",
        "other lines",
        "loop",
    ],
)
def test_twins_are_one_from_the_first_start_to_the_last_end(twins):
    others = [(6 + 2 * n, 7 + 2 * n, f"{STEAM} {n}") for n in range(9)]
    assert said(*twins, *others) == [(0, 4, OLDEST), *others]


def test_twins_in_two_languages_are_one_each():
    cues = [(0, 2, OLDEST), (0, 2, "le plus vieux"), (2, 4, OLDEST), (2, 4, "le plus vieux")]
    assert said(*cues) == [(0, 4, OLDEST), (0, 4, "le plus vieux")]


def test_two_languages_at_once_are_kept_with_their_whole_time():
    cues = [(0, 3, OLDEST), (0, 3, "le plus vieux"), (3, 6, STEAM), (3, 6, "de la vapeur")]
    assert said(*cues) == cues


@pytest.mark.parametrize(("later", "shorter"), [(0.01, 0), (0, 0.08), (0.05, 0.05)])
def test_two_languages_are_at_once_even_when_their_times_are_rounded(later, shorter):
    cues = [
        cue
        for n in range(4)
        for cue in (
            (3 * n, 3 * n + 3, f"{OLDEST} {n}"),
            (3 * n + later, 3 * n + 3 - shorter, f"le plus vieux {n}"),
        )
    ]
    assert said(*cues) == cues


@pytest.mark.parametrize(
    "cues",
    [
        [(0, 1, OLDEST), (1.3, 2, OLDEST), (3, 4, STEAM)],
        [(0, 1, OLDEST), (1, 2, STEAM), (2, 3, OLDEST), (3, 4, STEAM)],
        [(0, 1, "no, no, no"), (2, 3, "no, no, no")],
        [(0, 1, "verse one"), (1, 2, "la la la"), (2, 3, "la la la"), (3, 4, "verse two")],
        [(0, 1, "No."), (1, 2, "No, never."), (2, 3, OLDEST), (3, 4, STEAM)],
        [(n, n + 1, f"{word} kettles") for n, word in enumerate(["old", "new", "old", "new"])],
        [(n, n + 0.4, "come on") for n in range(4)],
        [(n, n + 0.7, "No.") for n in range(6)],
        [(2 * n, 2 * n + 1.7, "Ich heisse Anna") for n in range(12)],
    ],
    ids=[
        "pause",
        "others between",
        "no no no",
        "chorus",
        "no",
        "alike",
        "four times",
        "No",
        "drill",
    ],
)
def test_genuine_repetition_stays(cues):
    assert said(*cues) == cues


def test_a_sentence_that_a_recogniser_looped_is_said_once():
    touching = [(n, n + 1, "thank you") for n in range(6)]
    assert said(*touching, (7, 8, OLDEST)) == [(0, 6, "thank you"), (7, 8, OLDEST)]
    loop = [(10 + 0.5 * n, 10.3 + 0.5 * n, "thank you") for n in range(800)]
    assert said((0, 5, OLDEST), *loop) == [(0, 5, OLDEST), (10, 409.8, "thank you")]


def growing(start, words, step=0.4):
    return [
        (start + step * n, start + step * (n + 1), " ".join(words.split()[: n + 1]))
        for n in range(len(words.split()))
    ]


def test_cues_that_grow_are_their_last_state_with_the_whole_time():
    cues = [*growing(0, OLDEST), *growing(5, STEAM), *growing(10, "and so on")]
    assert said(*cues) == [(0, 2.4, OLDEST), (5, 7.4, STEAM), (10, 11.2, "and so on")]


def test_the_state_that_counts_is_the_last_however_it_is_written():
    states = ["so", "so tod", "so today", "So, today we", "so today we boil", "So today, we boil."]
    cues = [(n, n + 1, state) for n, state in enumerate(states)]
    assert said(*cues, (7, 8, OLDEST)) == [(0, 6, "So today, we boil."), (7, 8, OLDEST)]


def test_one_sentence_that_grows_among_others_is_said_once():
    others = [(5 + n, 6 + n, f"{STEAM} {n}") for n in range(40)]
    assert said(*growing(0, OLDEST), *others) == [(0, 2.4, OLDEST), *others]


@pytest.mark.parametrize(
    "phrases",
    [
        ["so today we boil", "some water and wait", "until the kettle sings", "and we pour it"],
        ["今日は水を", "沸かします", "そして待つ", "お茶を入れる"],
    ],
    ids=["spaces", "no spaces"],
)
def test_rows_that_roll_on_one_line_come_once(phrases):
    space = " " if phrases[0].isascii() else ""
    shown = [phrases[0], *(a + space + b for a, b in pairwise(phrases))]
    cues = [(3 * n, 3 * n + 3, line) for n, line in enumerate(shown)]
    assert said(*cues) == [(3 * n, 3 * n + 3, line) for n, line in enumerate(phrases)]


def test_rows_on_one_line_roll_over_short_pauses():
    shown = [
        "so today we talk",
        "so today we talk about the kettle and",
        "about the kettle and how it came to",
        "how it came to be what it is",
    ]
    phrases = ["so today we talk", "about the kettle and", "how it came to", "be what it is"]
    cues = [(2 * n, 2 * n + 1.2, line) for n, line in enumerate(shown)]
    assert said(*cues) == [(2 * n, 2 * n + 1.2, line) for n, line in enumerate(phrases)]


def test_a_file_in_which_each_line_comes_twice_at_once_says_it_once():
    lines = ["so today we talk", "about the kettle and", "how it came to", OLDEST]
    cues = [
        cue
        for n, line in enumerate(lines)
        for cue in ((2 * n, 2 * n + 1, line), (2 * n + 1.2, 2 * n + 2, line))
    ]
    assert said(*cues) == [(2 * n, 2 * n + 2, line) for n, line in enumerate(lines)]


def test_a_lower_row_that_grows_under_another_comes_once():
    cues, above, at = [], "", 0
    for line in (OLDEST, STEAM, "with almost no moving parts"):
        for start, end, words in growing(at, line):
            cues.append((start, end, f"{above}\n{words}".lstrip("\n")))
        above, at = line, end
    assert " ".join(text for _, _, text in said(*cues)) == (
        f"{OLDEST} {STEAM} with almost no moving parts"
    )
