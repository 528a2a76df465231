"""Helpers: being given a task, holding it, handing in what came of it."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.api.conftest import Person, error
from tests.fixtures.databases import only_sqlite
from tests.support import VIDEO, metadata, note, tasks
from vidwiz.api.internal.polling import LongPolls
from vidwiz.db import reading, unit_of_work
from vidwiz.models import Task, TaskStatus, now_plus
from vidwiz.runtime import current
from vidwiz.services import claims

NOTES = f"/videos/{VIDEO}/notes"
SEGMENTS = [{"text": "The dough rests.", "offset": 0, "duration": 9.5}]
QUESTIONS = ["What eats the sugar?", "Why does the dough rise?", "How long does it rest?"]
SUMMARY = {"summary": "Yeast eats sugar.", "suggested_questions": QUESTIONS}


class Helper:
    def __init__(self, admin):
        self.admin = admin

    def poll(self, kind, timeout=1, **query):
        return self.admin.get(
            "/internal/tasks", query_string={"type": kind, "timeout": timeout, **query}
        )

    def take(self, kind):
        return self.poll(kind).json

    def post(self, held, *, video_id=VIDEO, attempt=True, **body):
        if attempt is True:
            body["attempt"] = held["attempt"]
        return self.admin.post(
            f"/internal/tasks/{held['task_id']}/result", {"video_id": video_id, **body}
        )


@pytest.fixture
def helper(admin):
    return Helper(admin)


@pytest.fixture
def seen(ada):
    ada.post("/videos", {"video": VIDEO, "title": "Bread"})
    return ada


def expire_lease(task_id):
    with unit_of_work(current().queue) as uow:
        uow.session.execute(
            sa.update(Task).where(Task.id == task_id).values(lease_expires_at=now_plus(-1))
        )


def sweep():
    with unit_of_work(current().queue) as uow:
        claims.recover_expired(uow)


def make_due(task_id):
    with unit_of_work(current().queue) as uow:
        uow.session.execute(sa.update(Task).where(Task.id == task_id).values(run_at=now_plus(-1)))


def task(task_id):
    with reading() as session:
        return session.get(Task, task_id)


def test_a_helper_is_told_what_it_needs(pushed, helper, seen):
    response = helper.poll("metadata", worker="home", network="home-ip")
    assert response.status_code == 200
    held = response.json
    assert held == {
        "task_id": held["task_id"],
        "task_type": "fetch_metadata",
        "task_details": {
            "video_id": VIDEO,
            "url": f"https://www.youtube.com/watch?v={VIDEO}",
            "title": "Bread",
        },
        "retry_count": 0,
        "attempt": 1,
        "lease_seconds": 30.0,
        "message": held["message"],
    }
    found = task(held["task_id"])
    assert (found.worker_name, found.worker_kind, found.worker_network) == (
        "home",
        "helper",
        "home-ip",
    )
    assert helper.poll("metadata").status_code == 204


@only_sqlite
@pytest.mark.parametrize(
    "query", ["", "type=video", "type=metadata&timeout=x", "type=metadata&worker=" + "x" * 129]
)
def test_a_bad_poll_is_refused(admin, query):
    error(admin.get(f"/internal/tasks?{query}"), 422)


def test_a_poll_ends_when_work_comes(app, helper, ada):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(helper.poll, "transcript", 20)
        time.sleep(0.3)
        began = time.monotonic()
        ada.post("/videos", {"video": VIDEO})
        assert waiting.result().json["task_type"] == "fetch_transcript"
    assert time.monotonic() - began < 3


@only_sqlite
@pytest.mark.parametrize(("asked", "least", "most"), [("-5", 0.9, 2.5), ("0", 0.9, 2.5)])
def test_the_time_to_wait_is_clamped(helper, asked, least, most):
    began = time.monotonic()
    assert helper.poll("note", asked).status_code == 204
    assert least < time.monotonic() - began < most


@only_sqlite
def test_only_so_many_may_wait(app, helper, seen):
    app.extensions["vidwiz.polls"] = polls = LongPolls(most=1)
    with polls.place():
        full = helper.poll("summary")
        assert error(full, 503)["code"] == "busy"
        assert int(full.headers["Retry-After"]) > 0
        assert helper.poll("metadata").status_code == 200
    polls.close()
    began = time.monotonic()
    assert helper.poll("summary", 60).status_code == 204
    assert time.monotonic() - began < 1


@only_sqlite
def test_waiting_holds_no_connection(app, helper):
    from vidwiz.db import db

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(helper.poll, "summary", 2) for _ in range(4)]
        time.sleep(0.5)
        with app.app_context():
            assert db.engine.pool.checkedout() == 0
        assert [answer.result().status_code for answer in waiting] == [204] * 4


def test_a_task_goes_from_hand_to_hand(pushed, helper, seen, admin):
    """Metadata, transcript, summary and note, each by a helper."""
    note_id = seen.post(NOTES, {"timestamp": "0:05"}).json["id"]
    known = metadata(title="How bread rises").as_dict()
    done = helper.post(helper.take("metadata"), success=True, metadata=known, source="yt-dlp")
    assert done.status_code == 200
    assert set(done.json) == {"message", "task_id", "status"}
    assert done.json["status"] == "completed"
    held = helper.take("transcript")
    assert helper.post(held, success=True, transcript=SEGMENTS).status_code == 200
    shared = admin.get(f"/internal/videos/{VIDEO}/transcript").json
    assert shared["transcript"] == SEGMENTS
    held = helper.take("summary")
    assert held["task_details"]["title"] == "How bread rises"
    assert helper.post(held, success=True, summary=SUMMARY).status_code == 200
    held = helper.take("note")
    assert held["task_details"]["note_id"] == note_id
    assert held["task_details"]["timestamp"] == "0:05"
    assert helper.post(held, success=True, note="The dough is left alone.").status_code == 200
    shown = seen.get(f"/videos/{VIDEO}").json
    assert {name: stage["state"] for name, stage in shown["stages"].items()} == dict.fromkeys(
        ("metadata", "transcript", "summary"), "ready"
    )
    assert shown["stages"]["metadata"]["source"] == "yt-dlp"
    assert (shown["summary"], shown["suggested_questions"]) == ("Yeast eats sugar.", QUESTIONS)
    filled = note(note_id)
    assert (filled.text, filled.generated_by_ai) == ("The dough is left alone.", True)
    assert {item.status for item in tasks()} == {TaskStatus.COMPLETED}


def test_a_stored_transcript_is_published(config, helper, seen):
    helper.post(helper.take("transcript"), success=True, transcript={"segments": SEGMENTS})
    assert (config.data_dir / "objects" / "transcripts" / f"{VIDEO}.json").exists()


def test_notes_are_given_out_one_by_one(helper, seen, admin):
    for second in range(3):
        seen.post(NOTES, {"timestamp": f"0:0{second}"})
    admin.post(f"/internal/videos/{VIDEO}/transcript", {"transcript": SEGMENTS})
    assert len({helper.take("note")["task_id"] for _ in range(3)}) == 3


def test_one_result_may_complete_both_fetches(pushed, helper, seen):
    held = helper.take("metadata")
    body = {"success": True, "metadata": {"title": "Bread"}, "transcript": SEGMENTS}
    assert helper.post(held, **body).status_code == 200
    assert helper.post(held, **body).status_code == 200
    found = {item.task_type: item.status for item in tasks()}
    assert found["fetch_metadata"] == found["fetch_transcript"] == "completed"
    assert found["generate_summary"] == "pending"
    assert helper.poll("transcript").status_code == 204


def test_the_same_result_again_changes_nothing(pushed, helper, seen):
    held = helper.take("transcript")
    first = helper.post(held, success=True, transcript=SEGMENTS)
    again = helper.post(held, success=True, transcript=SEGMENTS)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json["status"] == "completed"
    other = [{**SEGMENTS[0], "text": "Something else."}]
    assert error(helper.post(held, success=True, transcript=other), 409)["code"] == "stale_attempt"
    assert len(tasks(task_type="generate_summary")) == 1


def test_the_same_failure_again_counts_once(pushed, helper, seen):
    held = helper.take("transcript")
    for _ in range(3):
        answer = helper.post(held, success=False, error_code="network_error")
        assert (answer.status_code, answer.json["status"]) == (200, "pending")
    assert task(held["task_id"]).failures == 1
    assert task(held["task_id"]).error_code == "network_error"


def test_a_late_word_is_refused(pushed, helper, seen):
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
        ("home_made", "My own trouble.", "pending", "home_made"),
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
    if code == "home_made":
        assert stage["message"] == "My own trouble."
    assert (stage["next_try_at"] is None) == (status == "failed")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
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
    ],
)
def test_a_success_without_content_ends_nothing(pushed, helper, seen, kind, body):
    held = helper.take(kind)
    response = helper.post(held, **{"success": True, **body})
    assert error(response, 422)["details"]
    assert task(held["task_id"]).status is TaskStatus.IN_PROGRESS
    assert seen.get(f"/videos/{VIDEO}").json["transcript_available"] is False


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
    error(admin.post("/internal/tasks/1/heartbeat", {"attempt": 2**40}), 422)


def test_a_failing_fetch_waits_before_it_is_tried_again(pushed, helper, seen):
    helper.post(helper.take("transcript"), success=False, error_code="rate_limited")
    assert helper.poll("transcript").status_code == 204
    assert helper.poll("metadata").status_code == 200
    stage = seen.get(f"/videos/{VIDEO}").json["stages"]["transcript"]
    assert (stage["state"], stage["code"]) == ("waiting", "rate_limited")
    assert stage["next_try_at"] > stage["next_try_at"][:4]


@only_sqlite
def test_a_result_needs_the_admin_token(app, helper, seen):
    held = helper.take("transcript")
    for caller in (Person(app, {}), seen):
        error(caller.post(f"/internal/tasks/{held['task_id']}/result", {"success": True}), 401)
