"""The field table's rows about names, metadata and encodings, where its folder lies beside us."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from vidwiz.plugin_api import PluginError, VideoRef
from vidwiz_captions import parse
from vidwiz_local.library import LibraryFetcher, LibrarySettings

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "field"
TABLE = FOLDER / "README.md"
ID = "-Lb_field01"
OWN_ROWS = {36, *range(59, 65), *range(71, 82)}
"""Rows of the kinds K5, K7, K8 and K9; those whose input is a library folder come besides."""

pytestmark = pytest.mark.skipif(not TABLE.exists(), reason="needs the folder of field cases")


@dataclass
class Found:
    """What the library answers; the code and words of a refusal stand in the place of a text."""

    title: str | None = None
    channel: str | None = None
    duration: float | None = None
    language: str | None = None
    text: str = ""
    chapters: int = 0


def ask(folder, video_id=ID):
    library = LibraryFetcher(LibrarySettings(folder))
    ref = VideoRef("youtube", video_id, "")
    found = Found()
    try:
        metadata = library.fetch_metadata(ref)
        found.title, found.channel = metadata.title, metadata.channel
        found.duration = metadata.duration
        found.chapters = len(metadata.chapters or ())
    except PluginError as failure:
        found.title = str(failure)
    try:
        transcript = library.fetch_transcript(ref, ())
        found.language = transcript.language
        found.text = transcript.segments[0].text
    except PluginError as failure:
        found.text = str(failure)
    return found


NOT_THERE = "not_in_library: The library folder has no captions for this video."
NOTHING = "not_in_library: The library folder has no info.json for this video."
KETTLE = {"title": "Kettle", "channel": "Tea", "duration": 125}
EXPECTED = {
    36: {
        "e2eCyrillic": {"text": "Чайник номер 0 стоит на плите и громко кипит целых четыре минуты."}
    },
    57: {
        "lib-name-live-chat": KETTLE | {"text": NOT_THERE},
        "lib-name-rechat-beside-real": {"text": "real words", "language": "en"},
    },
    58: {
        "lib-name-en-orig-vs-en": {"text": "gesprochenes deutsch", "language": "de"},
        "lib-name-en-orig-vs-en-noinfo": {"text": "uebersetzt deutsch", "language": "de"},
    },
    59: {
        "lib-name-whisper": {"text": "whisper made", "language": None},
        "e2eWavName1": {"language": None},
    },
    61: {
        "lib-name-en-sdh": {"text": "the kettle is on", "language": "en"},
        "lib-name-subgen": {"text": "the kettle is on", "language": "en"},
        "lib-name-a-en": {"text": "machine words", "language": "en"},
        "lib-name-en-auto": {"text": "machine words", "language": "en"},
    },
    62: {
        "lib-name-no-id": KETTLE | {"text": "no id in the name", "language": "en"},
        "lib-name-title-dash-id": KETTLE | {"text": "old youtube-dl name"},
        "lib-name-title-dash-id2": {"text": "old name", "title": "Kettle on"},
        "lib-name-id-first": KETTLE | {"text": "id first"},
        "lib-name-id-folder": KETTLE | {"text": "id names the folder"},
    },
    63: {"lib-broken-first-good-later": {"text": "the good one"}},
    64: {"lib-name-ttml-only": {"title": "T"}},
    71: {"e2eNewline1": {}},
    72: {
        "lib-info-playlist-same-id": KETTLE,
        "e2ePlaylst1": {"title": "Kettles"},
    },
    73: {"lib-info-null-bytes": {"title": "Kettle", "channel": None, "duration": 125}},
    74: {
        "lib-info-chapters-no-end": KETTLE | {"chapters": 4},
        "lib-info-chapters-untitled-first": KETTLE | {"chapters": 1},
    },
    75: {
        "lib-info-duration-0-upcoming": KETTLE | {"duration": None},
        "lib-info-duration-negative": KETTLE | {"duration": None},
        "lib-info-was-live": KETTLE | {"duration": None},
        "lib-info-nan": {"title": "Nan", "duration": None},
    },
    76: {"lib-info-duration-string": KETTLE | {"duration": 3725}},
    77: {"lib-info-age-stub": {"title": "Kettle", "duration": None}},
    78: {
        "lib-info-truncated": {"title": "Kettle on", "text": "words are fine"},
        "e2eTrunc001": {"title": "The kettle talk"},
    },
    79: {"lib-info-title-placeholder": KETTLE | {"title": "Real name"}},
    80: {},  # its input is too large to lie there
    81: {"lib-info-other-id": {"title": "Kettle on", "channel": None, "text": "words"}},
}
BESIDE_THE_TABLE = {
    "lib-all-broken": {"title": "T"},
    "lib-en-broken-de-good": KETTLE,
    "lib-info-bom": KETTLE,
    "lib-info-counts": KETTLE,
    "lib-info-cp1252": KETTLE | {"title": "Kännchen Tee für zwei"},
    "lib-info-date-int": KETTLE,
    "lib-info-date-missing": KETTLE,
    "lib-info-duration-numstr": KETTLE | {"duration": 3725},
    "lib-info-duration-pt": KETTLE | {"duration": 3725},
    "lib-info-empty": {"title": "Kettle on", "text": "words are fine"},
    "lib-info-entity-title": KETTLE | {"title": "Tea & Milk '24"},
    "lib-info-handle-uploader": KETTLE | {"channel": None},
    "lib-info-jsonl": KETTLE,
    "lib-info-list": {"title": "Kettle on", "text": "words are fine"},
    "lib-info-playlist-only": {
        "title": f"parse_error: {ID}.info.json is about a list of videos, not about this one."
    },
    "lib-info-subs-inline": KETTLE,
    "lib-info-thumb-list": KETTLE,
    "lib-info-title-empty": KETTLE | {"title": None},
    "lib-info-title-list": {"title": "T", "channel": None},
    "lib-info-title-newline": KETTLE | {"title": "Tea and milk now gpj"},
    "lib-info-title-none": {"title": "T", "duration": None},
    "lib-name-case-twin": {"title": NOTHING, "text": NOT_THERE},
    "lib-name-emoji-long": {"text": "emoji name", "language": "en"},
    "lib-name-en-US-en-GB": {"text": "american", "language": "en-US"},
    "lib-name-eng3": KETTLE | {"text": "the kettle is on", "language": "en"},
    "lib-name-id-in-title": {"title": NOTHING, "text": NOT_THERE},
    "lib-name-language-word": {"text": "the kettle is on", "language": "en"},
    "lib-name-mac-ds": {"text": "good"},
    "lib-name-mp4-part": {
        "text": f"{NOT_THERE[:-1]} that can be read; T [{ID}].en.vtt.part is not complete."
    },
    "lib-name-nfd": {"text": "nfd"},
    "lib-name-restricted": {"title": "Kettle_on", "text": "restricted"},
    "lib-name-sub-txt": {"title": "T"},
    "lib-name-upper": KETTLE | {"text": "upper case", "language": "en"},
    "lib-sound-only-en": KETTLE
    | {"text": f"empty_transcript: The captions in T [{ID}].en.vtt hold no words."},
}
CASES = [
    pytest.param(name, expected, id=f"{row}-{name}")
    for row, cases in [*EXPECTED.items(), ("other", BESIDE_THE_TABLE)]
    for name, expected in cases.items()
]


def rows():
    """Return the number of each row and what its cells say."""
    lines = TABLE.read_text("utf-8").splitlines()
    found = (re.match(r"\| (\d+) \|(.*)\|$", line) for line in lines)
    return {int(match[1]): match[2] for match in found if match}


def test_every_row_that_is_the_librarys_has_an_expected_value():
    own = {row for row, cells in rows().items() if row in OWN_ROWS or re.search(r"\blib-", cells)}
    assert own >= {36, 59, 61, 62, 71, 72, 78, 81}
    assert own <= set(EXPECTED)


def test_every_library_folder_is_asked():
    named = {name for cases in EXPECTED.values() for name in cases} | set(BESIDE_THE_TABLE)
    assert {path.name for path in FOLDER.glob("lib-*")} <= named


@pytest.mark.parametrize(("name", "expected"), CASES)
def test_a_case_is_answered_as_users_expect(name, expected):
    found = ask(FOLDER / name) if name.startswith("lib-") else ask(FOLDER / "e2e", name)
    assert {key: getattr(found, key) for key in expected} == expected
    assert str(found.title).isprintable()
    assert found.text.isprintable()


def test_russian_from_windows_is_read_with_and_without_a_language():
    data = (FOLDER / "cp1251" / "fieldcase01.en.srt").read_bytes()
    for language in (None, "en", "ru"):
        text = " ".join(one.text for one in parse(data, "srt", name="x", language=language))
        assert re.fullmatch(r"[а-яё\d\s,.!?-]+", text, re.IGNORECASE)


def test_only_formats_that_are_not_read_are_named():
    text = ask(FOLDER / "lib-name-ttml-only").text
    assert re.search(r"T \[-Lb_field01\]\.en\.(ass|srv3|ttml)", text)
