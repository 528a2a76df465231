"""What the library makes of an info.json, whatever state that is in."""

import json

import pytest

from vidwiz.plugin_api import Chapter, Handling, PluginError, VideoMetadata, VideoRef
from vidwiz_local.library import LibraryFetcher, LibrarySettings

ID = "dQw4w9WgXcQ"
REF = VideoRef("youtube", ID, f"https://www.youtube.com/watch?v={ID}")


@pytest.fixture
def fetch(tmp_path):
    """Return the metadata of the video after its info.json was written."""

    def fetch(info):
        data = info if isinstance(info, bytes) else json.dumps(info).encode()
        tmp_path.joinpath(f"{ID}.info.json").write_bytes(data)
        return LibraryFetcher(LibrarySettings(tmp_path)).fetch_metadata(REF)

    return fetch


def test_all_fields_are_taken(fetch):
    info = {
        "id": ID,
        "title": "How bread rises",
        "channel": "Bakers",
        "channel_url": "https://example.org/c",
        "uploader": "Ann",
        "duration": 212.5,
        "duration_string": "3:32",
        "thumbnail": "https://example.org/t.jpg",
        "view_count": 10,
        "like_count": 0,
        "upload_date": "20240229",
        "description": "Two\nlines",
        "chapters": [
            {"title": "Rest", "start_time": 60, "end_time": 212.5},
            {"title": "Mix", "start_time": 0.0, "end_time": 60.0},
        ],
        "language": "en-GB",
        "webpage_url": "https://example.org/w",
    }
    chapters = (Chapter("Mix", 0.0, 60.0), Chapter("Rest", 60.0, 212.5))
    assert fetch(info) == VideoMetadata(**(info | {"chapters": chapters}))


def test_what_is_missing_or_null_is_not_known(fetch):
    assert fetch({}) == VideoMetadata(id=ID)
    fields = [name for name in VideoMetadata.__dataclass_fields__ if name != "id"]
    assert fetch(dict.fromkeys(fields)) == VideoMetadata(id=ID)


@pytest.mark.parametrize("wrong", [[], {}, True, "", " \0 ", -1, float("nan"), float("inf")])
def test_wrong_types_and_values_are_not_known(fetch, wrong):
    fields = [name for name in VideoMetadata.__dataclass_fields__ if name != "id"]
    metadata = fetch(dict.fromkeys(fields, wrong))
    assert metadata == VideoMetadata(id=ID)
    json.dumps(metadata.as_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("field", "written", "expected"),
    [
        ("duration", "212.5", 212.5),
        ("duration", "3:32", None),
        ("duration", 0, None),
        ("duration", 10**400, None),
        ("duration", 1e300, None),
        ("view_count", 12.0, 12),
        ("view_count", "12", 12),
        ("view_count", "many", None),
        ("upload_date", "2024-02-29", "20240229"),
        ("upload_date", "20230229", None),
        ("upload_date", "2024", None),
        ("upload_date", 20240229, None),
        ("title", "a\0b\ud800", "ab"),
        ("title", " Brot & Käse ", "Brot & Käse"),
        ("thumbnail", "javascript:alert(1)", None),
        ("webpage_url", "https://example.org/a b", None),
        ("language", "none of them", None),
        ("language", "und", None),
        ("language", "zh-Hans", "zh-Hans"),
        ("duration_string", "long", None),
        ("chapters", [], None),
        ("chapters", "Intro", None),
    ],
)
def test_one_odd_field(fetch, field, written, expected):
    assert getattr(fetch({field: written}), field) == expected


@pytest.mark.parametrize(
    ("duration", "expected"),
    [(9, "0:09"), (212.9, "3:32"), (3600, "1:00:00"), (36_061, "10:01:01")],
)
def test_a_missing_duration_string_is_derived(fetch, duration, expected):
    assert fetch({"duration": duration}).duration_string == expected


def test_chapters_that_make_no_sense_are_left_out(fetch):
    chapters = [
        None,
        {"title": "no start"},
        {"start_time": 1},
        {"title": "bad", "start_time": "x"},
        {"title": "open", "start_time": 5},
        {"title": "backwards", "start_time": 9, "end_time": 2},
    ]
    expected = (Chapter("open", 5.0, None), Chapter("backwards", 9.0, None))
    assert fetch({"chapters": chapters}).chapters == expected


def test_another_title_field_is_second_best(fetch):
    assert fetch({"fulltitle": "Full"}).title == "Full"


def test_any_encoding_is_read(fetch):
    assert fetch('{"title": "Größe"}'.encode("utf-16")).title == "Größe"
    assert fetch('{"title": "Größe"}'.encode("cp1252")).title == "Größe"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not valid JSON (line 1)."),
        (b'{"title":\n}', "is not valid JSON (line 2)."),
        (b'{"view_count": ' + b"9" * 5000 + b"}", "is not valid JSON."),
        (b"[" * 200_000, "is not valid JSON."),
        (b"\x89PNG\0\0", "is not valid JSON (line 1)."),
        (b"[]", "is JSON, but not an object with a video's data."),
        (b"null", "is JSON, but not an object with a video's data."),
    ],
    ids=["empty", "cut", "endless number", "deep", "binary", "list", "null"],
)
def test_a_broken_info_json_is_named(fetch, data, reason):
    with pytest.raises(PluginError) as caught:
        fetch(data)
    assert caught.value.code == "parse_error"
    assert caught.value.handling is Handling.SWITCH
    assert caught.value.message == f"{ID}.info.json {reason}"


def test_a_huge_info_json_is_refused_unread(tmp_path):
    with tmp_path.joinpath(f"{ID}.info.json").open("wb") as stream:
        stream.truncate(200 * 1024**2)
    with pytest.raises(PluginError, match=rf"{ID}\.info\.json is too large \(over 32 MB\)\."):
        LibraryFetcher(LibrarySettings(tmp_path)).fetch_metadata(REF)
