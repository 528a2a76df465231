"""The table of field cases, where its folder lies beside the repository: every row of captions.

The same kinds are tested without the folder in the other modules of captions.
"""

import re
from pathlib import Path

import pytest

from vidwiz.plugin_api import PluginError
from vidwiz_captions import parse

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "field"
TABLE = FOLDER / "README.md"

pytestmark = pytest.mark.skipif(not TABLE.exists(), reason="needs the folder of field cases")

ON = ("the kettle is on", 1.0, 1.0)
TEA = ("tea takes four minutes", 3.0, 2.25)
POUR = ("pour it slowly", 6.0, 1.0)
TEA_VTT = ("tea takes four minutes", 3.0, 2.0)
ROLLING = [
    ("so today we boil", 0.0, 3.0),
    ("some water and wait", 3.0, 3.0),
    ("until the kettle sings", 6.0, 3.0),
    ("and then we pour", 9.0, 3.0),
]
ROLLING_VTT = [(text, start, 2.99) for text, start, _ in ROLLING]
REFUSED = "parse_error"


class Talk:
    """A file of the folder `e2e`: so many sentences about kettles, and nothing but `others`."""

    def __init__(self, sentences=20, *others):
        self.sentences = sentences
        self.others = others


# For each row of the table that names P, what each of its inputs gives. An input is a folder, a
# file of the folder e2e, or the text of a cue or file that the table only describes ("small").
EXPECTED = {
    1: {"rolling-vtt": ROLLING_VTT, "rolling-srt": ROLLING},
    2: {
        "twin-cues": [("the kettle is on", 0.0, 3.0), ("tea takes four minutes", 3.0, 3.0)],
        "e2eDoubled1": Talk(),
        "e2eTripled1": Talk(),
    },
    3: {"rolling-srt-oneline": ROLLING, "e2eOneline1": Talk()},
    4: {
        "growing-words": [("so today we boil water", 0.0, 3.0), ("and then we pour", 3.0, 3.0)],
        "e2eGrowing1": Talk(),
    },
    5: {
        "backslash-h": [("the kettle is not on the", 1.0, 1.0), TEA],
        "e2eBackslsh": Talk(),
    },
    6: {"backslash-N": [ON, TEA]},
    7: {
        "time-trailing-colon": [("the kettle is on", 1.5, 1.5), TEA, ("pour it slowly", 5.3, 1.7)],
        "e2eTrailCol": Talk(),
        "1\n00:00:01,0: --> 00:00:02,000\nfirst\n2\n00:00:03,00 --> 00:00:04,0:\nsecond\n": [
            ("first", 1.0, 1.0),
            ("second", 3.0, 1.0),
        ],
    },
    8: {
        "time-long-fraction": [
            ("the kettle is on", 1.249, 1.002),
            TEA,
            ("pour it slowly", 5.3, 1.7),
        ]
    },
    9: {"time-one-bad-line": [ON, TEA_VTT, POUR]},
    10: {
        "time-colon-ms": [("the kettle is on", 1.5, 1.5), TEA],
        "e2eColonMs1": Talk(),
    },
    11: {"time-spaces-inside": [ON, TEA]},
    12: {"time-arrow-broken": [ON, TEA, POUR]},
    13: {
        "time-arrow-broken": [ON, TEA, POUR],
        "1\n00:00:01,000 -- > 00:00:02,000\nfirst\n": [("first", 1.0, 1.0)],
    },
    15: {
        "1\n00:00:01,000 --> 00:00:02,000\nfirst\n2\n0NaN:0NaN:0NaN --> 0NaN:0NaN:0NaN\nsecond\n"
        "3\n00:00:05,000 --> 00:00:06,000\nthird\n": [
            ("first", 1.0, 1.0),
            ("second", 2.0, 3.0),
            ("third", 5.0, 1.0),
        ],
    },
    16: {
        "time-negative-inner": [("the kettle is on", 0.0, 0.2), TEA],
        "1\n00:00:-1,-480 --> 00:00:00,200\nfirst\n": [("first", 0.0, 0.2)],
    },
    17: {"time-negative-lead": [("the kettle is on", 0.0, 0.2), TEA]},
    18: {"time-no-millis": [ON, TEA_VTT]},
    19: {
        "time-short-fields": [
            ("the kettle is on", 1.8, 0.6),
            ("tea takes four minutes", 3.0, 2.2),
        ],
        "time-micros-overflow": [
            ("the kettle is on", 1.0, 5.25),
            ("tea takes four minutes", 6.25, 5.25),
        ],
    },
    20: {"time-zero-cues": [("the kettle is on", 27.46, 2.37)]},
    21: {
        "time-end-before-start": [
            ("the kettle is on", 1273.72, 1.64),
            ("tea takes four minutes", 1280.0, 0.0),
        ]
    },
    22: {"vtt-blank-after-time": [("the kettle is on and hot", 1.0, 1.0), TEA_VTT]},
    23: {
        "1\n00:00:01,000 --> 00:00:02,000\nfrom 00:00:01,000 to 00:00:02,000 it boils\n": [
            ("from 00:00:01,000 to 00:00:02,000 it boils", 1.0, 1.0)
        ],
        "1\n00:00:01,000 --> 00:00:02,000\nfrom 10:30 --> 11:45 it boils\n": [
            ("from 10:30 --> 11:45 it boils", 1.0, 1.0)
        ],
    },
    24: {"vtt-arrow-in-text": [("the kettle --> the cup", 1.0, 1.0), TEA_VTT]},
    25: {
        "sep-whitespace-lines": [ON, TEA, POUR],
        "sep-whitespace-restart": [ON, TEA, POUR],
        "e2eWhiteSep": Talk(),
    },
    26: {"vtt-identifier-words": [ON, TEA_VTT]},
    28: {
        "label-hash": [("the kettle is on", 0.0, 2.0), ("tea takes four minutes", 6.4, 2.0)],
    },
    29: {"sep-multi-blank": [ON, TEA], "leading-blank-bom": [ON, TEA]},
    30: {"sep-none": [ON, TEA, POUR]},
    31: {"text-is-number": [("the year was", 1.0, 1.0), ("1984", 3.0, 2.25), ("4", 6.0, 1.0)]},
    32: {"no-index": [ON, TEA]},
    33: {"line-separator": [ON, TEA, POUR]},
    34: {"leading-blank-bom": [ON, TEA], "double-bom": [ON], "double-bom-vtt": [ON]},
    35: {
        "cr-only": [ON, TEA],
        "utf16le-bom": [("чайник кипит", 1.0, 1.0), ("чай ждёт четыре минуты", 3.0, 2.25)],
    },
    36: {
        "cp1251": [
            ("чайник уже кипит на плите", 1.0, 1.0),
            ("чай заваривают четыре минуты", 3.0, 2.25),
        ],
    },
    38: {
        "nbsp-entities": [
            ("the kettle is not on the", 1.0, 1.0),
            (">> it's four minutes & not five", 3.0, 2.0),
        ],
        "json3-entities": [("it's on now", 0.0, 0.9), (">> tea takes four minutes", 1.0, 0.9)],
    },
    39: {"entity-tags": [ON, TEA], "html-leftovers": [ON, TEA], "e2eHtmlTags": Talk()},
    40: {"microdvd-ass-codes": [ON, TEA, POUR]},
    41: {"ass-drawing": [TEA], "e2eAssDraw1": Talk(10)},
    42: {"word-time-micro": [("the kettle is on", 12.95, 1.05), ("tea time", 14.6, 0.7)]},
    43: {
        "lt-dialogue": [
            ("< the kettle is on < is it?", 1.0, 1.0),
            ("x < 4 minutes and y > 2", 3.0, 2.0),
        ]
    },
    44: {
        "music-notes": [
            ("♪ ♪♪", 1.0, 1.0),
            ("♪ the kettle sings a song ♪", 3.0, 2.25),
            ("[♪♪♪]", 6.0, 1.0),
            (">> [APPLAUSE]", 8.0, 1.0),
            (">> MARY: tea takes four minutes", 9.0, 3.0),
        ],
        "e2eSpeakers": Talk(20, ">> ANNA:", "♪"),
    },
    45: {"vtt-style-mid": [ON, TEA_VTT]},
    46: {"vtt-hls-concat": [ON, TEA_VTT]},
    47: {"e2eHlsConc1": Talk()},
    48: dict.fromkeys(
        (
            *("html-page", "html-429-fragment", "m3u8", "ttml-as-srt", "json3-as-vtt"),
            *("srv3-as-json3", "gzip", "nul-file", "empty", "empty-newlines", "json3-truncated"),
            "json3-no-events",
        ),
        REFUSED,
    ),
    51: {
        "whisper-blank-audio-mixed": [
            ("[BLANK_AUDIO]", 0.0, 4.0),
            ("the kettle is on", 4.0, 2.0),
            ("[BLANK_AUDIO]", 6.0, 2.0),
            ("(upbeat music)", 8.0, 3.0),
            ("tea takes four minutes", 11.0, 2.0),
        ],
        "e2eBlankAud": Talk(40, "[BLANK_AUDIO]"),
    },
    52: {
        "whisper-console": [("the kettle is on", 0.0, 2.5), ("tea takes four minutes", 2.5, 2.5)],
        "e2eWspCons1": Talk(),
    },
    54: {
        "twin-tracks": [
            ("the kettle is on", 0.0, 3.0),
            ("l'eau bout", 0.0, 3.0),
            ("tea takes four minutes", 3.0, 3.0),
            ("le thé prend quatre minutes", 3.0, 3.0),
        ]
    },
    55: {"e2eZeroTime": Talk()},
}


def rows():
    """Return the inputs of each row that calls the captions parser, and not the library."""
    found = {}
    for line in TABLE.read_text("utf-8").splitlines():
        columns = [column.strip() for column in line.split("|")]
        if len(columns) > 4 and columns[1].isdecimal():
            inputs, _, how = columns[4].partition(";")
            names = [name.strip() for name in inputs.split(",")]
            if re.search(r"\bP\b", how) and not names[0].startswith("lib-"):
                found[int(columns[1])] = names
    return found


def test_every_row_of_the_parser_has_an_expectation():
    missing = rows().keys() - EXPECTED.keys()
    assert not missing
    for row, names in rows().items():
        folders = {name.split()[0] for name in names if (FOLDER / name.split()[0]).is_dir()}
        assert folders <= EXPECTED[row].keys(), row


def file_of(name):
    talks = [path for path in (FOLDER / "e2e").glob(f"{name}*") if path.suffix in {".srt", ".vtt"}]
    return next(iter(talks or (FOLDER / name).iterdir()))


def read(name):
    if "\n" in name:
        return [(s.text, s.offset, s.duration) for s in parse(name, "srt")]
    path = file_of(name)
    # What info.json says of the one file in an old encoding.
    language = "ru" if name == "cp1251" else None
    segments = parse(path.read_bytes(), path.suffix[1:], name=path.name, language=language)
    return [(segment.text, segment.offset, segment.duration) for segment in segments]


@pytest.mark.parametrize(
    ("row", "name"),
    [(row, name) for row, inputs in EXPECTED.items() for name in inputs],
    ids=lambda value: str(value).partition("\n")[0],
)
def test_a_case_of_the_table_answers_as_it_says(row, name):
    expected = EXPECTED[row][name]
    if expected == REFUSED:
        with pytest.raises(PluginError) as caught:
            read(name)
        assert caught.value.code == REFUSED
        assert caught.value.message.startswith(file_of(name).name)
    elif isinstance(expected, Talk):
        assert_talk(read(name), expected)
    else:
        assert read(name) == expected


def assert_talk(segments, talk):
    """Hold it against the same talk in a tidy file."""
    tidy = [text for text, _, _ in read("e2eOver24h0")]
    assert len(segments) == talk.sentences
    others = "|".join(map(re.escape, talk.others)) or "$"
    said = [re.sub(others, "", text).strip() for text, _, _ in segments]
    assert set(said) <= {*tidy, ""}
