"""Files that people have, as Google Takeout and browsers write them, and damaged ones."""

import json
import time
from contextlib import suppress

import pytest

from vidwiz.errors import InvalidInputError
from vidwiz.services.importing import files, naming
from vidwiz.services.video_ids import named, parse

FIRST, SECOND = "breadrise01", "bluesky0002"
WATCH = "https://www.youtube.com/watch?v="


def read(text):
    return files.read(text)


def names(text):
    """Return the ids of the videos that the file names."""
    contents = read(text)
    found = naming.of_entries(contents.entries, lambda each: named(parse(each)), lenient=True)
    return [video.video_id for video in found.videos]


HISTORY = [
    {
        "header": "YouTube",
        "title": "Watched How bread rises",
        "titleUrl": f"{WATCH}{FIRST}".replace("=", "\u003d"),
        "subtitles": [{"name": "The Bakery", "url": "https://www.youtube.com/channel/UC1"}],
        "time": "2026-01-02T03:04:05.000Z",
    },
    {"header": "YouTube", "title": "Watched a video that has been removed", "time": "2026"},
    {
        "header": "YouTube",
        "title": "Watched An advertisement",
        "titleUrl": f"{WATCH}adverts0001",
        "details": [{"name": "From Google Ads"}],
    },
    {"title": "Viewed a post", "titleUrl": "https://www.youtube.com/post/Ugkx"},
    {"header": "YouTube Music", "titleUrl": f"https://music.youtube.com/watch?v={SECOND}"},
]

HISTORY_PAGE = f"""<html><head><title>My Activity History</title></head><body>
<div class="mdl-grid"><div class="outer-cell mdl-cell mdl-cell--12-col"><div class="mdl-grid">
<div class="content-cell">Watched\u00a0<a href="{WATCH}{FIRST}">How bread rises &amp; falls</a><br>
<a href="https://www.youtube.com/channel/UC1">The Bakery</a><br>2 Jan 2026</div></div></div>
<div class="outer-cell mdl-cell"><div class="content-cell">Watched <a href="{WATCH}adverts0001">Buy
</a></div><div class="caption"><b>Details:</b><br>From Google Ads<br></div></div>
<div class="outer-cell"><div class="content-cell">Watched <a href="{WATCH}{SECOND}">{WATCH}{SECOND}
</a></div></div></div></body></html>"""

BOOKMARKS = f"""<!DOCTYPE NETSCAPE-Bookmark-file-1>
<!-- This is an automatically generated file. -->
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE><H1>Bookmarks</H1>
<DL><p>
    <DT><H3 ADD_DATE="1">Baking</H3>
    <DL><p>
        <DT><A HREF="{WATCH}{FIRST}" ADD_DATE="1" ICON="data:image/png;base64,AAAA">Bread</A>
        <DT><A HREF="https://example.org/recipe">A recipe</A>
        <DT><A HREF="javascript:alert(1)">A trick</A>
        <DT><A HREF="https://youtu.be/{SECOND}?si=xyz">Sky</A>
    </DL><p>
</DL><p>"""

OPML = """<?xml version="1.0"?><opml version="1.1"><body><outline text="YouTube Subscriptions">
<outline text="The Bakery" title="The Bakery" type="rss"
 xmlUrl="https://www.youtube.com/feeds/videos.xml?channel_id=UCaaaaaaaaaaaaaaaaaaaaaa" />
</outline></body></opml>"""


class TestTakeout:
    def test_a_watch_history_without_advertisements_and_posts(self):
        contents = read(json.dumps(HISTORY))
        assert [entry.title for entry in contents.entries] == ["How bread rises", None]
        assert names(json.dumps(HISTORY)) == [FIRST, SECOND]
        assert contents.unreadable.count == 1
        assert contents.unreadable.shown[0]["place"] == "entry 2"

    def test_a_watch_history_as_a_page(self):
        assert names(HISTORY_PAGE) == [FIRST, SECOND]
        assert read(HISTORY_PAGE).entries[0].title == "How bread rises & falls"

    def test_a_playlist(self):
        text = (
            "Video ID,Playlist Video Creation Timestamp\r\n"
            f"{FIRST},2026-01-01T00:00:00+00:00\r\n{SECOND},2026-01-01T00:00:00+00:00\r\n\r\n"
        )
        assert names(text) == [FIRST, SECOND]

    def test_a_playlist_with_headings_in_another_language(self):
        text = f"Video-ID,Zeitstempel der Erstellung des Playlist-Videos\n{FIRST},2026-01-01\n"
        assert names(text) == [FIRST]

    def test_an_old_playlist_with_lines_of_its_own_before_the_videos(self):
        text = (
            "Playlist ID,Channel ID,Time Created,Time Updated,Title,Description,Visibility\n"
            "PLaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,UCaaaaaaaaaaaaaaaaaaaaaa,2020,2020,Bread,,Private\n"
            f"\nVideo ID,Time Added\n{FIRST},2020-01-01 00:00:00 UTC\n{SECOND},2020\n"
        )
        assert names(text) == [FIRST, SECOND]

    def test_an_id_that_begins_with_a_dash(self):
        assert names("Video ID,Time\n-dash_id-01,2020\n") == ["-dash_id-01"]

    def test_subscriptions_are_lists_to_follow(self):
        text = (
            "Channel Id,Channel Url,Channel Title\n"
            "UCaaaaaaaaaaaaaaaaaaaaaa,http://www.youtube.com/channel/UCaaaaaaaaaaaaaaaaaaaaaa,Bread\n"
        )
        contents = read(text)
        assert contents.entries == ()
        assert [(each.text, each.title) for each in contents.lists] == [
            ("https://www.youtube.com/channel/UCaaaaaaaaaaaaaaaaaaaaaa", "Bread")
        ]

    def test_a_damaged_row_is_counted_and_stops_no_other(self):
        rows = [f"{FIRST},2020", *(["no id at all,x"] * 12), f"{SECOND},2020"]
        contents = read("Video ID,Time\n" + "\n".join(rows))
        assert [entry.text for entry in contents.entries] == [FIRST, SECOND]
        assert contents.unreadable.count == 6
        assert contents.unreadable.shown[-1]["place"] == "line 14"


class TestOthers:
    def test_bookmarks_are_full_of_other_things(self):
        contents = read(BOOKMARKS)
        assert (contents.format, contents.lenient) == ("bookmarks", True)
        assert names(BOOKMARKS) == [FIRST, SECOND]
        assert contents.entries[0].title == "Bread"

    def test_opml_names_feeds_of_channels(self):
        contents = read(OPML)
        assert contents.format == "opml"
        assert [each.text for each in contents.lists] == [
            "https://www.youtube.com/channel/UCaaaaaaaaaaaaaaaaaaaaaa"
        ]

    def test_plain_text_with_comments(self):
        text = f"# mine\n{FIRST}\n\n{WATCH}{SECOND}#t=5  # about the sky\nnonsense\n"
        contents = read(text)
        assert [entry.place for entry in contents.entries] == ["line 2", "line 4", "line 5"]
        found = naming.of_entries(contents.entries, lambda each: named(parse(each)))
        assert [video.video_id for video in found.videos] == [FIRST, SECOND]
        assert found.unreadable.shown == [
            {
                "place": "line 5",
                "text": "nonsense",
                "message": "this is neither a video's id (11 characters) nor its address",
            }
        ]

    @pytest.mark.parametrize(
        "document",
        [
            [FIRST, f"{WATCH}{SECOND}"],
            {"urls": [FIRST, SECOND]},
            {"entries": [{"id": FIRST}, {"url": f"{WATCH}{SECOND}", "id": "x"}]},
        ],
    )
    def test_json_of_other_programs(self, document):
        assert names(json.dumps(document)) == [FIRST, SECOND]

    def test_each_video_is_taken_once(self):
        assert names(f"{FIRST}\nhttps://youtu.be/{FIRST}\n{FIRST}\n") == [FIRST]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings(encoding):
    text = f"# Ärger mit Brot\n{FIRST}\n"
    assert names(files.decode(text.encode(encoding))) == [FIRST]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04rest", "archive"),
        (b"\x1f\x8b\x08rest", "archive"),
        (b"\xff\xfea", "damaged"),
        (b"x" * (files.MOST_BYTES + 1), "32 MB"),
    ],
)
def test_what_is_no_text_is_refused(data, message):
    with pytest.raises(InvalidInputError, match=message):
        files.decode(data)


@pytest.mark.parametrize(
    "text",
    [
        '[{"titleUrl": "https://www.youtube.com/watch?v=breadri',
        '{"other": 1}',
        "{" * 100_000,
        "[" * 100_000,
        '{"urls": "not a list"}',
        "<html><p>nothing</p></html>",
        "a\0b",
    ],
    ids=["cut off", "other", "braces", "brackets", "no list", "no links", "NUL"],
)
def test_what_cannot_be_read_is_refused_as_a_whole(text):
    with pytest.raises(InvalidInputError) as caught:
        read(text)
    assert (caught.value.field, caught.value.code) == ("file", "invalid_file")


@pytest.mark.parametrize(
    "element", [None, 5, [], {"titleUrl": 5}, {"title": []}, {"details": [1]}, True]
)
def test_strange_elements_are_counted(element):
    contents = read(json.dumps([element, FIRST]))
    assert [entry.text for entry in contents.entries] == [FIRST]
    assert contents.unreadable.count == 1


@pytest.mark.parametrize(
    "text",
    [
        "<a href='" + "x" * 1_000_000,
        "<a " * 200_000,
        "<a " + "href " * 200_000 + ">",
        "<a " + 'href="' * 200_000 + ">",
        "<a href=x>" * 200_000,
        "<" * 500_000,
        "<!--" + "-" * 500_000,
        "Video ID,Time\n" + '"' * 500_000,
        "," * 500_000,
        "# " * 500_000,
        " #" * 500_000,
    ],
    ids=[
        "href",
        "tags",
        "names",
        "unclosed",
        "links",
        "open",
        "comment",
        "quotes",
        "commas",
        "hashes",
        "blanks",
    ],
)
def test_no_file_takes_long(text):
    begun = time.monotonic()
    with suppress(InvalidInputError):
        read(text)
    assert time.monotonic() - begun < 5


def test_what_is_left_out_is_counted_and_only_the_first_are_named():
    text = "\n".join("\x1b[31m" + "x" * 500 for _ in range(100))
    found = naming.of_entries(read(text).entries, lambda each: named(parse(each)))
    assert (found.unreadable.count, len(found.unreadable.shown)) == (100, 20)
    assert all(len(each["text"]) <= 120 for each in found.unreadable.shown)
    assert "\x1b" not in json.dumps(found.unreadable.shown, ensure_ascii=False)


def test_no_more_videos_than_an_import_may_have():
    lines = "\n".join(f"v{number:010d}" for number in range(naming.MOST_VIDEOS + 3))
    found = naming.of_entries(read(lines).entries, lambda each: named(parse(each)))
    assert (len(found.videos), found.unreadable.count) == (naming.MOST_VIDEOS, 3)
