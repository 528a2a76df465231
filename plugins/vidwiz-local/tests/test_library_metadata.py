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
        ("duration", "3:32", 212),
        ("duration", "1:02:05", 3725),
        ("duration", "1:02:05.5", 3725.5),
        ("duration", "PT1H2M5S", 3725),
        ("duration", "P1DT2S", 86_402),
        ("duration", "PT", None),
        ("duration", "P", None),
        ("duration", "-1:02", None),
        ("duration", "1:" * 9 + "2", None),
        ("duration_string", "1:02:05", "1:02:05"),
        ("view_count", "1,234,567", 1_234_567),
        ("view_count", "1,2", None),
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
        ("title", "Tea\r\nand\tmilk\u2028now", "Tea and milk now"),
        ("title", "\x1b[31mred\u202egpj\u202c\u200e", "[31mredgpj"),
        ("title", "Tea &amp; Milk &#39;24 &amp;#39;", "Tea & Milk '24 '"),
        ("title", "a &copy=b &#0; &#xffffffff;", "a &copy=b \ufffd &#xffffffff;"),
        ("title", "&#27;[31mred", "[31mred"),
        ("title", "Using <b> and { }", "Using <b> and { }"),
        ("title", "می‌خواهم 👩‍🚀", "می‌خواهم 👩‍🚀"),
        ("title", ID, None),
        ("title", f"youtube video #{ID}", None),
        ("title", "Math video #7", "Math video #7"),
        ("channel", "\u202eTea\n", "Tea"),
        ("uploader", "Ann &amp; Bob", "Ann & Bob"),
        ("description", "a\r\nb\rc\n\n \x1bd &amp;", "a\nb\nc\n\n d &amp;"),
        ("description", "\u202e\n", None),
        ("language", "eng", "en"),
        ("language", "iw", "he"),
        ("language", "wav-xx-", None),
        (
            "chapters",
            [{"title": "One\n\x1btwo", "start_time": 0}],
            (Chapter("One two", 0.0, None),),
        ),
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


def test_what_follows_the_first_object_of_a_file_is_left_out(fetch):
    assert fetch(b'\n{"title": "One"}\n{"title": "Two"}\n').title == "One"


@pytest.fixture
def fetch_all(tmp_path):
    """Return the metadata of the video after several files were written."""

    def fetch(files):
        for name, content in files.items():
            tmp_path.joinpath(name).parent.mkdir(exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content)
            tmp_path.joinpath(name).write_text(text, "utf-8")
        return LibraryFetcher(LibrarySettings(tmp_path)).fetch_metadata(REF)

    return fetch


@pytest.mark.parametrize(
    "other",
    [
        {"_type": "playlist", "id": ID, "title": "A list", "entries": []},
        {"_type": "channel", "title": "A channel"},
        {"id": ID, "title": "A list", "entries": [{}]},
        {"id": "abcdefghij1", "title": "Another video"},
        '{"title": "Cut',
        "[]",
    ],
    ids=["playlist", "channel", "entries", "another id", "cut", "list"],
)
def test_an_info_json_that_is_not_the_videos_loses(fetch_all, caplog, other):
    mine = {"_type": "video", "id": ID, "title": "Mine"}
    assert fetch_all({f"A [{ID}].info.json": other, f"B [{ID}].info.json": mine}).title == "Mine"
    assert [record.reason.partition(" is ")[0] for record in caplog.records] == [
        f"A [{ID}].info.json"
    ]


@pytest.mark.parametrize(
    "other",
    [{"_type": "playlist", "title": "A list"}, {"id": "abcdefghij1", "title": "Other"}, "", "{"],
)
def test_the_title_in_the_name_serves_where_the_info_json_is_of_no_use(fetch_all, other):
    assert fetch_all({f"Kettle on [{ID}].info.json": other}) == VideoMetadata(
        id=ID, title="Kettle on"
    )


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"_type": "playlist", "title": "A list"}, "is about a list of videos, not about this one"),
        ({"id": "abcdefghij1", "title": "Other"}, "is about another video"),
    ],
)
def test_an_info_json_of_something_else_is_named_where_nothing_else_is_known(fetch, other, reason):
    with pytest.raises(PluginError) as caught:
        fetch(other)
    assert caught.value.code == "parse_error"
    assert caught.value.message == f"{ID}.info.json {reason}."


@pytest.mark.parametrize("odd", ["x", 5, None, [], "youtube:" + ID, "", "a b c d e f"])
def test_what_is_no_id_is_not_another_video(fetch, odd):
    assert fetch({"id": odd, "title": "Mine"}).title == "Mine"


@pytest.mark.parametrize("title", ["", ID, f"youtube video #{ID}", None, ["a"], "\u202e"])
def test_the_title_in_the_name_is_better_than_none_or_a_placeholder(fetch_all, title):
    found = fetch_all({f"Real name [{ID}].info.json": {"id": ID, "title": title, "channel": "Tea"}})
    assert (found.title, found.channel) == ("Real name", "Tea")


def test_what_one_source_lacks_comes_from_the_next(fetch_all):
    files = {
        f"{ID}.info.json": {"title": f"youtube video #{ID}", "duration": 60, "view_count": 5},
        f"b/{ID}.info.json": {"title": "Real", "duration": 99, "view_count": 9, "channel": "Tea"},
    }
    found = fetch_all(files)
    assert (found.title, found.duration, found.duration_string) == ("Real", 60, "1:00")
    assert (found.view_count, found.channel) == (5, "Tea")


def test_a_huge_info_json_is_refused_unread(tmp_path):
    with tmp_path.joinpath(f"{ID}.info.json").open("wb") as stream:
        stream.truncate(200 * 1024**2)
    with pytest.raises(PluginError, match=rf"{ID}\.info\.json is too large \(over 32 MB\)\."):
        LibraryFetcher(LibrarySettings(tmp_path)).fetch_metadata(REF)
