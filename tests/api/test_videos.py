"""Saving videos, listing and reading them."""

import pytest

from tests.api.conftest import error
from tests.fixtures.databases import only_sqlite
from tests.support import OTHER_VIDEO, TITLE, VIDEO, metadata, tasks
from vidwiz.db.transactions import read_transaction, unit_of_work
from vidwiz.models import Video
from vidwiz.plugin_api import Chapter
from vidwiz.runtime import current
from vidwiz.services import videos

STAGE = {"state", "code", "message", "next_try_at", "source"}
METADATA = {
    *("id", "title", "channel", "channel_url", "uploader", "duration", "duration_string"),
    *("thumbnail", "view_count", "like_count", "upload_date", "language", "webpage_url"),
}


def write(admin, video_id, **fields):
    known = metadata(video_id, **fields).as_dict()
    return admin.post(f"/internal/videos/{video_id}/metadata", {"metadata": known})


def test_saving_a_video_twice_makes_it_once(pushed, queue, ada):
    made = ada.post("/videos", {"video": f"https://youtu.be/{VIDEO}?t=3", "title": " Bread "})
    assert made.status_code == 201
    again = ada.post("/videos", {"video": VIDEO})
    assert again.status_code == 200
    assert again.json == made.json
    assert {task.task_type for task in tasks()} == {"fetch_metadata", "fetch_transcript"}
    assert len(tasks()) == 2
    assert {task_type for task_type, _ in queue.notifications} == {
        "fetch_metadata",
        "fetch_transcript",
    }


def test_a_new_video_says_all_there_is_to_say(ada):
    shown = ada.post("/videos", {"video": VIDEO, "title": "Bread"}).json
    assert set(shown) == {
        *("id", "video_id", "title", "metadata", "transcript_available", "summary"),
        *("suggested_questions", "stages", "created_at", "updated_at"),
    }
    assert shown["title"] == "Bread"
    assert shown["metadata"] is shown["summary"] is shown["suggested_questions"] is None
    assert shown["transcript_available"] is False
    assert {name: stage["state"] for name, stage in shown["stages"].items()} == {
        "metadata": "waiting",
        "transcript": "waiting",
        "summary": "none",
    }
    assert all(set(stage) == STAGE for stage in shown["stages"].values())
    assert ada.get(f"/videos/{VIDEO}").json == shown


def test_metadata_has_every_name_and_replaces_the_title(ada, admin):
    ada.post("/videos", {"video": VIDEO, "title": "Bread"})
    write(admin, VIDEO, chapters=(Chapter("Dough", 0.0, 60.0),), description="On bread")
    shown = ada.get(f"/videos/{VIDEO}").json
    assert shown["title"] == TITLE
    assert set(shown["metadata"]) == METADATA | {"description", "chapters"}
    assert shown["metadata"]["chapters"] == [
        {"title": "Dough", "start_time": 0.0, "end_time": 60.0}
    ]
    assert shown["metadata"]["like_count"] is None
    listed = ada.get("/videos").json["videos"][0]
    assert set(listed["metadata"]) == METADATA
    assert set(listed) == {
        *("video_id", "title", "metadata", "transcript_available", "stages", "created_at"),
    }


@only_sqlite
@pytest.mark.parametrize(
    "video",
    [
        "short",
        "x" * 12,
        "https://youtube.com.evil.example/watch?v=" + VIDEO,
        "",
        "  ",
        "https://evilyoutube.com/watch?v=" + VIDEO,
        "https://vimeo.com/1",
        None,
        5,
        "é" * 11,
        "https://www.youtube.com/playlist?list=PL1",
        "x" * 5000,
        "http://[::1",
    ],
)
def test_what_is_no_video_is_refused(pushed, ada, video):
    found = error(ada.post("/videos", {"video": video}), 422)
    assert [item["field"] for item in found["details"]] == ["video"]
    with read_transaction() as session:
        assert session.query(Video).count() == 0


@only_sqlite
@pytest.mark.parametrize("path", ["/videos/bad", "/videos/bad/notes", "/videos/a%00bcdefghij"])
def test_a_malformed_id_in_a_path_is_the_callers_fault(ada, path):
    assert error(ada.get(path), 422)["code"] == "invalid_video"


def test_an_unknown_video_is_not_found(ada):
    assert error(ada.get(f"/videos/{VIDEO}"), 404)["code"] == "video_not_found"


def test_videos_are_shared_but_lists_are_ones_own(ada, bob):
    ada.post("/videos", {"video": VIDEO})
    assert bob.get(f"/videos/{VIDEO}").status_code == 200
    assert bob.get("/videos").json == {
        "videos": [],
        "total": 0,
        "page": 1,
        "per_page": 10,
        "total_pages": 0,
    }
    bob.post(f"/videos/{OTHER_VIDEO}/notes", {"timestamp": "0:01"})
    assert [video["video_id"] for video in bob.get("/videos").json["videos"]] == [OTHER_VIDEO]


def test_pages_sorts_and_searches(ada):
    titles = ["Apple pie", "50% bread", "Carrots", "b_read"]
    for number, title in enumerate(titles):
        ada.post("/videos", {"video": f"{number:011d}", "title": title})

    def listed(**query):
        return [video["title"] for video in ada.get("/videos", query_string=query).json["videos"]]

    assert listed() == titles[::-1]
    assert listed(sort="created_at_asc") == titles
    assert listed(sort="title_asc") == sorted(titles, key=str.lower)
    assert listed(sort="title_desc") == sorted(titles, key=str.lower, reverse=True)
    assert listed(q="BREAD") == ["50% bread"]
    assert listed(q="0%") == ["50% bread"]
    assert listed(q="b_") == ["b_read"]
    assert listed(q="%") == titles[::-1]
    assert listed(per_page=3, page=2) == ["Apple pie"]
    assert listed(page=99) == []
    page = ada.get("/videos?per_page=3").json
    assert (page["total"], page["total_pages"]) == (4, 2)


def test_search_and_sorting_ignore_case_for_all_letters(ada):
    titles = ["ÜBUNG macht", "übel", "Ärger", "STRASSE", "Straßenbahn", "ЖУК", "жаба", None]
    for number, title in enumerate(titles):
        ada.post("/videos", {"video": f"{number:011d}", "title": title})

    def listed(**query):
        return [video["title"] for video in ada.get("/videos", query_string=query).json["videos"]]

    assert listed(q="übung") == ["ÜBUNG macht"]
    assert listed(q="U\u0308BUNG") == ["ÜBUNG macht"]
    assert listed(q="жук") == ["ЖУК"]
    assert set(listed(q="strasse")) == {"STRASSE", "Straßenbahn"}
    ascending, descending = listed(sort="title_asc"), listed(sort="title_desc")
    assert ascending[-1] is descending[-1] is None
    assert ascending[:-1] == descending[:-1][::-1]
    for earlier, later in [("жаба", "ЖУК"), ("STRASSE", "Straßenbahn"), ("übel", "ÜBUNG macht")]:
        assert ascending.index(earlier) < ascending.index(later)


def test_metadata_that_replaces_a_title_is_found_by_it(ada, admin):
    ada.post("/videos", {"video": VIDEO, "title": "Old"})
    write(admin, VIDEO, title="Ägypten")
    assert [v["title"] for v in ada.get("/videos?q=ägypten").json["videos"]] == ["Ägypten"]
    assert ada.get("/videos?q=old").json["videos"] == []


@only_sqlite
@pytest.mark.parametrize("title", ["Br\u202eead\x1b[0m\r\n rises ", "\ufeffBread[0m rises"])
def test_a_title_is_one_clean_line(ada, title):
    shown = ada.post("/videos", {"video": VIDEO, "title": title}).json["title"]
    assert shown == "Bread[0m rises"
    untitled = ada.post("/videos", {"video": OTHER_VIDEO, "title": "\u200b \x07"}).json
    assert untitled["title"] is None


def test_what_a_site_says_is_cleaned_before_it_is_kept(ada, pushed):
    """As a fetcher brings it, who answers to no schema."""
    ada.post("/videos", {"video": VIDEO})
    odd = metadata(
        title="Bread\x1b]0;evil\x07\u202e",
        channel=" \u2066The\nBakery ",
        thumbnail="javascript:alert(1)",
        webpage_url="https://example.org/watch",
        channel_url="//example.org",
        upload_date="20241301",
        language="en-orig",
        description="One\r\nTwo\x00\tThree",
        chapters=(Chapter("A\u202eB", 0.0, 60.0),),
    )
    with unit_of_work(current()) as uow:
        videos.store_metadata(uow, VIDEO, odd, source="fake")
    shown = ada.get(f"/videos/{VIDEO}").json
    assert shown["title"] == shown["metadata"]["title"] == "Bread]0;evil"
    assert (
        shown["metadata"]
        | {
            "channel": "The Bakery",
            "thumbnail": None,
            "webpage_url": "https://example.org/watch",
            "channel_url": None,
            "upload_date": None,
            "language": "en",
            "description": "One\nTwo\tThree",
            "chapters": [{"title": "AB", "start_time": 0.0, "end_time": 60.0}],
        }
        == shown["metadata"]
    )


@only_sqlite
@pytest.mark.parametrize(
    "query",
    ["per_page=51", "per_page=0", "page=0", "page=x", "page=٣", "page=1.0", "page=1_0", "sort=id"],
)
def test_a_bad_query_is_refused(ada, query):
    error(ada.get(f"/videos?{query}"), 422)
