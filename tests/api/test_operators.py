"""Operators: the ledger, and writing what a task would have brought."""

import pytest

from tests.api.conftest import error
from tests.fixtures.databases import only_sqlite
from tests.support import OTHER_VIDEO, VIDEO, note, tasks

NOTES = f"/videos/{VIDEO}/notes"
INTERNAL = f"/internal/videos/{VIDEO}"
SEGMENTS = [{"text": "The dough rests.", "offset": 0, "duration": 9}]
QUESTIONS = ["What eats the sugar?", "Why does the dough rise?", "How long does it rest?"]


@pytest.fixture
def seen(ada):
    ada.post("/videos", {"video": VIDEO})
    return ada


def status_of(task_type):
    return [task.status for task in tasks(task_type=task_type)]


def test_the_ledger_is_looked_at_in_pages(pushed, seen, admin):
    seen.post("/videos", {"video": OTHER_VIDEO})
    page = admin.get("/internal/ledger?per_page=3").json
    assert (page["total"], page["page"], page["per_page"], page["total_pages"]) == (4, 1, 3, 2)
    assert [task["id"] for task in page["tasks"]] == [task.id for task in tasks()][:0:-1]
    assert page["tasks"][0]["video_id"] == OTHER_VIDEO
    for query, count in {
        f"video_id={VIDEO}": 2,
        "type=metadata": 2,
        "status=pending": 4,
        "status=failed": 0,
        "code=private": 0,
        f"type=transcript&video_id={VIDEO}&status=pending": 1,
    }.items():
        assert admin.get(f"/internal/ledger?{query}").json["total"] == count, query
    assert status_of("fetch_metadata") == ["pending"] * 2
    for query in ("status=done", "type=x", "page=0", "per_page=1000"):
        error(admin.get(f"/internal/ledger?{query}"), 422)


def test_one_task_is_shown_whole(pushed, seen, admin):
    shown = admin.get(f"/internal/tasks/{tasks(task_type='fetch_metadata')[0].id}").json
    assert shown["task_type"] == "fetch_metadata"
    assert shown["worker"] is shown["error_code"] is shown["completed_at"] is None
    admin.get("/internal/tasks?type=metadata&timeout=1&worker=home")
    running = admin.get(f"/internal/tasks/{tasks(task_type='fetch_metadata')[0].id}").json
    assert running["worker"] == {"name": "home", "kind": "helper", "network": "helper"}
    assert (running["status"], running["attempt"]) == ("in_progress", 1)
    error(admin.get("/internal/tasks/2147483647"), 404)


def test_a_task_is_cancelled_once_and_tried_again(pushed, seen, admin):
    path = f"/internal/tasks/{tasks(task_type='fetch_metadata')[0].id}"
    cancelled = admin.post(f"{path}/cancel")
    assert (cancelled.status_code, cancelled.json["status"]) == (200, "cancelled")
    error(admin.post(f"{path}/cancel"), 409)
    again = admin.post(f"{path}/retry").json
    assert (again["status"], again["task_type"]) == ("pending", "fetch_metadata")
    assert again["id"] != tasks(task_type="fetch_metadata")[0].id
    assert admin.post(f"{path}/retry").json["id"] == again["id"]
    error(admin.post(f"{path}/cancel"), 409)
    assert admin.get(f"/internal/tasks/{again['id']}").json["status"] == "pending"
    for verb in ("retry", "cancel"):
        error(admin.post(f"/internal/tasks/2147483647/{verb}"), 404)


def test_a_completed_task_is_not_tried_again(pushed, seen, admin):
    admin.post(f"{INTERNAL}/metadata", {"metadata": {"title": "Bread"}})
    error(admin.post(f"/internal/tasks/{tasks(task_type='fetch_metadata')[0].id}/retry"), 409)


def test_everything_that_failed_is_tried_again(pushed, seen, admin):
    held = admin.get("/internal/tasks?type=transcript&timeout=1").json
    body = {"video_id": VIDEO, "success": False, "error_code": "private", "attempt": 1}
    admin.post(f"/internal/tasks/{held['task_id']}/result", body)
    assert admin.post("/internal/tasks/retry?type=metadata").json["retried"] == 0
    assert admin.post("/internal/tasks/retry?code=removed").json["retried"] == 0
    assert admin.post("/internal/tasks/retry?type=transcript&code=private").json["retried"] == 1
    assert admin.post("/internal/tasks/retry").json["retried"] == 0
    assert status_of("fetch_transcript") == ["failed", "pending"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("GET", "/transcript", None),
        ("GET", "/ai-notes", None),
        ("POST", "/metadata", {"metadata": {"title": "x"}}),
        ("POST", "/transcript", {"transcript": SEGMENTS}),
        ("POST", "/summary", {"summary": "x"}),
    ],
)
def test_an_unknown_video_is_not_found(admin, ada, method, path, body):
    options = {} if body is None else {"json": body}
    error(admin.call(method, INTERNAL + path, **options), 404)
    error(admin.call(method, f"/internal/videos/bad{path}", **options), 422)
    error(ada.call(method, INTERNAL + path, **options), 401)


def test_metadata_ends_its_task(pushed, seen, admin):
    body = {"metadata": {"title": "How bread rises", "duration": 600, "extra": [1]}}
    answer = admin.post(f"{INTERNAL}/metadata", body)
    assert answer.status_code == 200
    assert answer.json["metadata"]["id"] == VIDEO
    assert answer.json["title"] == "How bread rises"
    assert admin.get(INTERNAL).json == answer.json
    assert status_of("fetch_metadata") == ["completed"]
    assert admin.post(f"{INTERNAL}/metadata", body).status_code == 200
    error(admin.post(f"{INTERNAL}/metadata", {"metadata": {}}), 422)


def test_a_transcript_ends_its_task_and_is_dispatched(pushed, seen, admin):
    seen.post(NOTES, {"timestamp": "0:05"})
    error(admin.get(f"{INTERNAL}/transcript"), 404)
    body = {"transcript": {"segments": SEGMENTS, "language": "en"}}
    answer = admin.post(f"{INTERNAL}/transcript", body)
    assert answer.json["transcript_available"] is True
    assert admin.get(f"{INTERNAL}/transcript").json == {
        "video_id": VIDEO,
        "language": "en",
        "source": "operator",
        "transcript": SEGMENTS,
    }
    assert admin.post(f"{INTERNAL}/transcript", body).status_code == 200
    assert status_of("fetch_transcript") == ["completed"]
    assert status_of("generate_summary") == ["pending"]
    assert status_of("generate_note") == ["pending"]
    error(admin.post(f"{INTERNAL}/transcript", {"transcript": []}), 422)


def test_a_summary_needs_a_transcript_and_ends_its_task(pushed, seen, admin):
    body = {"summary": "Yeast.", "miscellaneous_data": {"suggested_questions": QUESTIONS}}
    assert error(admin.post(f"{INTERNAL}/summary", body), 409)["code"] == "no_transcript"
    admin.post(f"{INTERNAL}/transcript", {"transcript": SEGMENTS})
    only = admin.post(f"{INTERNAL}/summary", {"suggested_questions": QUESTIONS}).json
    assert (only["summary"], only["suggested_questions"]) == (None, QUESTIONS)
    assert status_of("generate_summary") == ["pending"]
    answer = admin.post(f"{INTERNAL}/summary", {"summary": "Yeast."}).json
    assert (answer["summary"], answer["suggested_questions"]) == ("Yeast.", QUESTIONS)
    assert answer["stages"]["summary"]["state"] == "ready"
    assert status_of("generate_summary") == ["completed"]
    assert admin.post(f"{INTERNAL}/summary", body).status_code == 200
    for bad in (
        {},
        {"summary": ""},
        {"summary": " \n"},
        {"summary": "\u200b"},
        {"suggested_questions": ["one"]},
        {"suggested_questions": ["one", "two", "  "]},
        {"miscellaneous_data": {"suggested_questions": ["one", "", "three"]}},
        {"summary": None},
    ):
        error(admin.post(f"{INTERNAL}/summary", bad), 422)


def test_waiting_notes_are_listed_and_filled_once(pushed, seen, bob, admin):
    error(admin.get(f"{INTERNAL}/ai-notes"), 404)
    waits = seen.post(NOTES, {"timestamp": "0:05"}).json["id"]
    written = seen.post(NOTES, {"timestamp": "0:06", "text": "Mine"}).json["id"]
    unwanted = bob.post(NOTES, {"timestamp": "0:07"}).json["id"]
    bob.patch("/users/me", {"ai_notes_enabled": False})
    admin.post(f"{INTERNAL}/transcript", {"transcript": SEGMENTS})
    listed = admin.get(f"{INTERNAL}/ai-notes").json
    assert set(listed) == {"video_id", "notes", "message"}
    assert [item["id"] for item in listed["notes"]] == [waits]
    body = {"text": "The dough rests.", "generated_by_ai": True}
    filled = admin.patch(f"/internal/notes/{waits}", body)
    assert filled.status_code == 200
    assert (filled.json["text"], filled.json["ai"]["state"]) == ("The dough rests.", "ready")
    assert status_of("generate_note") == ["completed"]
    for note_id in (waits, written, unwanted):
        error(admin.patch(f"/internal/notes/{note_id}", body), 409)
    assert note(unwanted).text is None
    error(admin.patch("/internal/notes/2147483647", body), 404)
    for blank in ("", "   ", "\n\t", "\u200b"):
        error(admin.patch(f"/internal/notes/{unwanted}", {"text": blank}), 422)


def test_an_operators_own_text_is_not_the_ais(pushed, seen, admin):
    admin.post(f"{INTERNAL}/transcript", {"transcript": SEGMENTS})
    ids = [seen.post(NOTES, {"timestamp": f"0:0{n}"}).json["id"] for n in (1, 2, 3)]
    bodies = (
        ({"text": "Mine", "generated_by_ai": False}, False),
        ({"text": "Its", "generated_by_ai": True}, True),
        ({"text": "Its"}, True),
    )
    for note_id, (body, by_ai) in zip(ids, bodies, strict=True):
        assert admin.patch(f"/internal/notes/{note_id}", body).json["generated_by_ai"] is by_ai
        assert seen.get(f"/notes/{note_id}").json["generated_by_ai"] is by_ai


@only_sqlite
def test_any_video_can_be_looked_at(seen, admin):
    assert admin.get(INTERNAL).json == seen.get(f"/videos/{VIDEO}").json
