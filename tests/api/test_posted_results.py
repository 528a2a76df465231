"""Results that helpers post: which count, which come too late, which say nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.conftest import Person, error
from tests.api.helping import NOTES, QUESTIONS, SEGMENTS, expire_lease, make_due, sweep, task
from tests.fixtures.databases import only_sqlite
from tests.support import VIDEO, tasks
from vidwiz.models import TaskStatus


def test_one_result_may_complete_both_fetches(pushed, helper, seen):
    held = helper.take("metadata")
    body = {"success": True, "metadata": {"title": "Bread"}, "transcript": SEGMENTS}
    assert helper.post(held, **body).status_code == 200
    assert helper.post(held, **body).status_code == 200
    found = {item.task_type: item.status for item in tasks()}
    assert found["fetch_metadata"] == found["fetch_transcript"] == "completed"
    assert found["generate_summary"] == "pending"
    assert helper.poll("transcript").status_code == 204


def test_what_comes_beside_a_result_replaces_nothing(pushed, helper, seen, admin):
    held = helper.take("metadata")
    better = [{"text": "The better one.", "offset": 0, "duration": 9}]
    admin.post(f"/internal/videos/{VIDEO}/transcript", {"transcript": better})
    before = admin.get(f"/internal/videos/{VIDEO}/transcript").json
    body = {"success": True, "metadata": {"title": "Bread"}, "transcript": SEGMENTS}
    assert helper.post(held, **body, source="late").status_code == 200
    assert admin.get(f"/internal/videos/{VIDEO}/transcript").json == before
    assert seen.get(f"/videos/{VIDEO}").json["title"] == "Bread"


def test_the_same_result_again_changes_nothing(pushed, helper, seen):
    held = helper.take("transcript")
    first = helper.post(held, success=True, transcript=SEGMENTS)
    again = helper.post(held, success=True, transcript=SEGMENTS)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json["status"] == "completed"
    other = [{**SEGMENTS[0], "text": "Something else."}]
    assert error(helper.post(held, success=True, transcript=other), 409)["code"] == "stale_attempt"
    assert len(tasks(task_type="generate_summary")) == 1


def test_the_same_result_may_be_spelled_in_another_way(pushed, helper, seen):
    held = helper.take("metadata")
    first = {
        "success": True,
        "metadata": {"title": "Bread", "duration": 600, "view_count": 5},
        "transcript": [{"text": "The dough rests.", "offset": 0, "duration": 9}],
    }
    assert helper.post(held, **first).status_code == 200
    again = {
        "unknown": 1,
        "transcript": {
            "language": None,
            "segments": [{"duration": 9.0, "offset": 0.0, "text": "The dough rests.", "x": 1}],
        },
        "metadata": {
            "view_count": 5,
            "duration": 600.0,
            "title": "Bread",
            "channel": None,
            "thumbnail": "",
            "unknown": [],
        },
        "summary": None,
        "error_code": None,
        "success": True,
        "source": "helper",
    }
    assert helper.post(held, **again).status_code == 200
    for change in ({"duration": 601}, {"channel": "Bakery"}, {"view_count": None}):
        other = {**first, "metadata": {**first["metadata"], **change}}
        error(helper.post(held, **other), 409)
    longer = [{"text": "The dough rests.", "offset": 0, "duration": 9.5}]
    error(helper.post(held, **{**first, "transcript": longer}), 409)


def test_the_same_failure_again_counts_once(pushed, helper, seen):
    held = helper.take("transcript")
    for _ in range(3):
        answer = helper.post(held, success=False, error_code="network_error")
        assert (answer.status_code, answer.json["status"]) == (200, "pending")
    assert task(held["task_id"]).failures == 1
    assert task(held["task_id"]).error_code == "network_error"


def test_a_late_result_is_refused(pushed, helper, seen):
    first = helper.take("transcript")
    expire_lease(first["task_id"])
    sweep()
    make_due(first["task_id"])
    second = helper.take("transcript")
    assert (second["task_id"], second["attempt"], second["retry_count"]) == (
        first["task_id"],
        2,
        1,
    )
    error(helper.post(first, success=False, error_code="private"), 409)
    error(helper.post(first, success=True, transcript=SEGMENTS), 409)
    beat = f"/internal/tasks/{first['task_id']}/heartbeat"
    error(helper.admin.post(beat, {"attempt": 1}), 409)
    assert helper.admin.post(beat, {"attempt": 2}).json == {"lease_seconds": 30.0}
    other = [{**SEGMENTS[0], "text": "The second one's."}]
    assert helper.post(second, success=True, transcript=other).status_code == 200
    error(helper.admin.post(beat, {"attempt": 2}), 409)


def test_a_success_just_after_the_lease_still_counts(pushed, helper, seen):
    held = helper.take("transcript")
    expire_lease(held["task_id"])
    error(helper.post(held, success=False, error_code="private"), 409)
    assert helper.post(held, success=True, transcript=SEGMENTS).status_code == 200


@pytest.mark.parametrize(
    ("code", "message", "status", "shown"),
    [
        ("private", "x", "failed", "private"),
        ("no_captions", None, "failed", "no_captions"),
        ("ip_blocked", None, "pending", "ip_blocked"),
        ("network_error", None, "pending", "network_error"),
        ("home_made", "My own trouble.", "pending", "helper_failed"),
        ("home_made", "My \u202eown\x1b[31m\n trouble.", "pending", "helper_failed"),
        ("home_made", "\u200b ", "pending", "helper_failed"),
        (None, None, "pending", "helper_failed"),
    ],
)
def test_failures_are_classified(pushed, helper, seen, code, message, status, shown):
    held = helper.take("transcript")
    body = {"success": False, "error_code": code, "error_message": message}
    assert helper.post(held, **body).json["status"] == status
    stage = seen.get(f"/videos/{VIDEO}").json["stages"]["transcript"]
    assert stage["code"] == shown
    assert stage["message"]
    if message and "trouble" in message:
        assert stage["message"].replace("[31m", "") == "My own trouble."
    assert (stage["next_try_at"] is None) == (status == "failed")


EMPTY: list[tuple[str, dict[str, object]]] = [
    ("transcript", {}),
    ("transcript", {"transcript": []}),
    ("transcript", {"transcript": [{"text": " ", "offset": 0, "duration": 1}]}),
    ("transcript", {"transcript": [{"text": "x", "offset": -1, "duration": 1}]}),
    ("transcript", {"transcript": [{"text": "x", "offset": "0", "duration": 1}]}),
    ("transcript", {"transcript": [{"text": "x", "offset": 0}]}),
    ("transcript", {"transcript": "words"}),
    ("transcript", {"transcript": {"segments": SEGMENTS, "language": 5}}),
    ("transcript", {"metadata": {"title": "x"}}),
    ("metadata", {}),
    ("metadata", {"metadata": {}}),
    ("metadata", {"metadata": {"unknown": 1}}),
    ("metadata", {"metadata": {"view_count": 10**4000}}),
    ("metadata", {"metadata": {"title": 5}}),
    ("metadata", {"metadata": {"title": "x", "chapters": [{"title": "y"}]}}),
    ("metadata", {"metadata": {"title": "x"}, "video_id": "otherotherx"}),
    ("metadata", {"metadata": {"title": "\u200b", "channel": " \x1b"}}),
    ("metadata", {"metadata": {"title": "x", "thumbnail": "javascript:alert(1)"}}),
    ("metadata", {"metadata": {"title": "x", "webpage_url": "data:text/html,x"}}),
    ("metadata", {"metadata": {"title": "x", "channel_url": "//evil.example"}}),
    ("metadata", {"metadata": {"title": "x", "upload_date": "2024-01-01"}}),
    ("metadata", {"metadata": {"title": "x", "upload_date": "20240230"}}),
    ("transcript", {"transcript": {"segments": SEGMENTS, "language": "english"}}),
    ("transcript", {"transcript": {"segments": SEGMENTS, "language": "en_GB"}}),
    ("transcript", {"transcript": SEGMENTS, "attempt": 1.9}),
    ("transcript", {"transcript": SEGMENTS, "attempt": "1"}),
    ("transcript", {"transcript": SEGMENTS, "source": " "}),
    ("summary", {"summary": {"summary": "  ", "suggested_questions": QUESTIONS}}),
    ("summary", {"summary": {"summary": "Yeast.", "suggested_questions": ["a", "b", "\u200b"]}}),
    ("note", {"note": " \n\t"}),
    ("note", {"note": {"text": "\u200b\u00a0"}}),
]


def test_a_success_without_content_ends_nothing(pushed, helper, seen, admin):
    ada_note = seen.post(NOTES, {"timestamp": "0:05"}).json["id"]
    held = {kind: helper.take(kind) for kind in ("transcript", "metadata")}
    for kind, body in EMPTY:
        if kind not in held:
            admin.post(f"/internal/videos/{VIDEO}/transcript", {"transcript": SEGMENTS})
            held |= {name: helper.take(name) for name in ("summary", "note")}
        before = task(held[kind]["task_id"]).status
        response = helper.post(held[kind], **{"success": True, **body})
        assert error(response, 422)["details"], body
        assert task(held[kind]["task_id"]).status == before
    assert task(held["metadata"]["task_id"]).status is TaskStatus.IN_PROGRESS
    shown = seen.get(f"/videos/{VIDEO}").json
    assert (shown["summary"], shown["metadata"]) == (None, None)
    assert seen.get(f"/notes/{ada_note}").json["text"] is None


def test_an_old_helper_names_no_attempt(pushed, helper, seen):
    held = helper.take("transcript")
    answer = helper.post(held, attempt=False, success=False, error_code="network_error")
    assert answer.json["status"] == "pending"
    error(helper.post(held, attempt=False, success=False, error_code="private"), 409)
    taken = helper.post(held, attempt=False, success=True, transcript=SEGMENTS)
    assert taken.json["status"] == "completed"
    again = helper.post(held, attempt=False, success=True, transcript=SEGMENTS)
    assert again.status_code == 200
    other = [{**SEGMENTS[0], "text": "Something else."}]
    error(helper.post(held, attempt=False, success=True, transcript=other), 409)


def test_an_old_helper_may_bring_what_had_been_given_up(pushed, helper, seen):
    held = helper.take("transcript")
    helper.post(held, success=False, error_code="no_captions")
    answer = helper.post(held, attempt=False, success=True, transcript=SEGMENTS)
    assert (answer.status_code, answer.json["status"]) == (200, "failed")
    assert seen.get(f"/videos/{VIDEO}").json["transcript_available"] is True
    assert len(tasks(task_type="generate_summary")) == 1


def test_a_note_that_its_owner_wrote_stays_as_it_is(pushed, helper, seen, admin):
    path = f"/notes/{seen.post(NOTES, {'timestamp': '0:05'}).json['id']}"
    admin.post(f"/internal/videos/{VIDEO}/transcript", {"transcript": SEGMENTS})
    held = helper.take("note")
    seen.patch(path, {"text": "Mine"})
    error(helper.post(held, success=True, note={"text": "The AI's"}), 409)
    assert seen.get(path).json["text"] == "Mine"


@only_sqlite
def test_tasks_that_are_not_there(admin, helper):
    nowhere = {"task_id": 2**31 - 1, "attempt": 1}
    error(helper.post(nowhere, success=False), 404)
    error(admin.post(f"/internal/tasks/{2**31 - 1}/heartbeat", {"attempt": 1}), 404)
    error(admin.post("/internal/tasks/1/heartbeat", {}), 422)
    for attempt in (2**40, 1.0, 1.9, "1", True, [1]):
        error(admin.post("/internal/tasks/1/heartbeat", {"attempt": attempt}), 422)


def test_a_failing_fetch_waits_before_it_is_tried_again(pushed, helper, seen):
    helper.post(helper.take("transcript"), success=False, error_code="rate_limited")
    assert helper.poll("transcript").status_code == 204
    assert helper.poll("metadata").status_code == 200
    stage = seen.get(f"/videos/{VIDEO}").json["stages"]["transcript"]
    assert (stage["state"], stage["code"]) == ("waiting", "rate_limited")
    wait = datetime.fromisoformat(stage["next_try_at"]) - datetime.now(UTC)
    assert timedelta(0) < wait < timedelta(days=1)


@only_sqlite
def test_a_result_needs_the_admin_token(app, helper, seen):
    held = helper.take("transcript")
    for caller in (Person(app, {}), seen):
        error(caller.post(f"/internal/tasks/{held['task_id']}/result", {"success": True}), 401)
