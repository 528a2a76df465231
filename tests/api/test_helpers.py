"""Helpers: being given a task, and what comes of it."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.conftest import error
from tests.api.helping import NOTES, QUESTIONS, SEGMENTS, SUMMARY, task
from tests.fixtures.databases import only_sqlite
from tests.support import VIDEO, metadata, note, tasks
from vidwiz.api.internal.polling import LongPolls
from vidwiz.http.connections import ClientConnection, DeliveredBody
from vidwiz.http.error_responses import BusyError
from vidwiz.models import TaskStatus


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


class AskedPolls(LongPolls):
    """Writes down how long it is asked to wait, and does not."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def wait(self, seconds):
        self.asked.append(seconds)
        return False


@only_sqlite
def test_nobody_waits_for_more_than_a_minute(app, helper):
    app.extensions["vidwiz.polls"] = polls = AskedPolls()
    for asked in (9999, 61, 60, 20):
        assert helper.poll("note", asked).status_code == 204
    assert [round(seconds) for seconds in polls.asked] == [60, 60, 60, 20]


def test_a_place_is_free_again_after_an_error():
    polls = LongPolls(most=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), polls.place():
            raise ZeroDivisionError
    with polls.place(), pytest.raises(BusyError), polls.place():
        pytest.fail("there was one place only")


@pytest.fixture
def wire():
    """Return both ends of a connection: the server's and the client's."""
    server, client = socket.socketpair()
    with server, client:
        yield server, client


def ask(helper, server):
    """Poll over a connection; the answer has not been written when this returns."""
    return helper.poll("transcript", environ_overrides={"gunicorn.socket": server})


def state(task_type="fetch_transcript"):
    (found,) = tasks(task_type=task_type)
    return found.status, found.attempt, found.failures


def test_a_claim_that_was_not_written_is_given_back_uncounted(pushed, helper, seen, wire):
    server, _ = wire
    answer = ask(helper, server)
    assert answer.status_code == 200
    assert state() == ("in_progress", 1, 0)
    answer.close()
    assert state() == ("pending", 1, 0)
    # Closed again, it takes nothing from the next one.
    second = ask(helper, server)
    assert second.json["attempt"] == 2
    answer.close()
    assert state() == ("in_progress", 2, 0)
    second.close()
    assert state() == ("in_progress", 2, 0)


def test_a_client_that_leaves_before_the_answer_is_written_loses_nothing(
    pushed, helper, seen, wire
):
    server, client = wire
    answer = ask(helper, server)
    client.close()
    with pytest.raises(BrokenPipeError):
        server.sendall(b"HTTP/1.1 200 OK")
    answer.close()
    assert state() == ("pending", 1, 0)


def test_a_body_says_once_that_it_did_not_arrive(wire):
    server, client = wire
    said = []
    connection = ClientConnection({"gunicorn.socket": server})
    body = DeliveredBody(b"{}", connection, lambda: said.append("undelivered"))
    client.close()
    # Known before anything is written.
    assert next(body) == b"{}"
    assert said == ["undelivered"]
    assert list(body) == []
    body.close()
    body.close()
    assert said == ["undelivered"]


def test_a_client_that_sends_more_is_still_there(wire):
    server, client = wire
    connection = ClientConnection({"gunicorn.socket": server})
    assert not connection.is_closed()
    client.sendall(b"GET /next")
    assert not connection.is_closed()
    assert server.recv(100) == b"GET /next"
    client.close()
    assert connection.is_closed()
    assert not ClientConnection({}).is_closed()


def test_an_answer_that_is_refused_unread_is_given_back(pushed, helper, seen, wire):
    server, client = wire
    answer = ask(helper, server)
    server.sendall(answer.data)
    client.close()  # with what was sent to it unread
    answer.close()
    assert state() == ("pending", 1, 0)


def test_a_client_that_closes_after_reading_keeps_its_task(pushed, helper, seen, wire):
    server, client = wire
    answer = ask(helper, server)
    server.sendall(answer.data)
    client.recv(65536)
    client.close()
    answer.close()
    assert state() == ("in_progress", 1, 0)


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
    from vidwiz.db.engine import db

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(helper.poll, "summary", 2) for _ in range(4)]
        time.sleep(0.5)
        with app.app_context():
            assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert [answer.result().status_code for answer in waiting] == [204] * 4


def test_each_kind_of_task_can_be_done_by_a_helper(pushed, helper, seen, admin):
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
