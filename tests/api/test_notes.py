"""Notes, and requests that are repeated."""

import pytest

from tests.api.conftest import error
from tests.api.helping import SEGMENTS
from tests.fixtures.databases import only_sqlite
from tests.support import VIDEO, tasks
from vidwiz.db.transactions import read_transaction
from vidwiz.models import IdempotencyRecord, Note

NOTES = f"/videos/{VIDEO}/notes"
TRANSCRIPT = [{"text": "The dough rests.", "offset": 0, "duration": 9}]


def count(model):
    with read_transaction() as session:
        return session.query(model).count()


def test_a_note_is_made_read_changed_and_deleted(ada):
    made = ada.post(NOTES, {"timestamp": "1:05", "text": "Yeast", "video_title": "Bread"})
    assert made.status_code == 201
    assert made.json == {
        "id": made.json["id"],
        "video_id": VIDEO,
        "timestamp": "1:05",
        "text": "Yeast",
        "generated_by_ai": False,
        "ai": {"state": "none", "code": None, "message": None, "next_try_at": None},
        "created_at": made.json["created_at"],
        "updated_at": made.json["updated_at"],
        "user_id": ada.id,
    }
    path = f"/notes/{made.json['id']}"
    assert ada.get(path).json == made.json
    assert ada.get(NOTES).json == [made.json]
    assert ada.get(f"/videos/{VIDEO}").json["title"] == "Bread"
    changed = ada.patch(path, {"text": "Sugar", "timestamp": "0:09"})
    assert changed.status_code == 200
    assert (changed.json["text"], changed.json["timestamp"]) == ("Sugar", "0:09")
    gone = ada.delete(path)
    assert (gone.status_code, set(gone.json)) == (200, {"message"})
    for response in (ada.get(path), ada.patch(path, {"text": "x"}), ada.delete(path)):
        assert error(response, 404)["code"] == "note_not_found"


def test_notes_come_in_the_order_of_the_video(ada):
    for timestamp in ("1:00:00", "0:59", "59:59", "000:01"):
        ada.post(NOTES, {"timestamp": timestamp, "text": "x"})
    stamps = [note["timestamp"] for note in ada.get(NOTES).json]
    assert stamps == ["000:01", "0:59", "59:59", "1:00:00"]


def test_other_peoples_notes_do_not_exist(ada, bob):
    note_id = ada.post(NOTES, {"timestamp": "1:00", "text": "mine"}).json["id"]
    path = f"/notes/{note_id}"
    assert bob.get(NOTES).json == []
    nobody = bob.get("/notes/2147483647").json["error"]
    for response in (bob.get(path), bob.patch(path, {"text": "x"}), bob.delete(path)):
        assert error(response, 404)["code"] == nobody["code"]
    assert ada.get(path).json["text"] == "mine"


@only_sqlite
@pytest.mark.parametrize("note_id", ["0", "-1", "x", "1.5", str(2**31), str(2**63), "9" * 400])
def test_an_odd_note_id_is_not_found(ada, note_id):
    error(ada.get(f"/notes/{note_id}"), 404)


def test_a_note_cannot_stand_past_the_end(ada, admin):
    ada.post(NOTES, {"timestamp": "9:59:59", "text": "before the length is known"})
    admin.post(f"/internal/videos/{VIDEO}/metadata", {"metadata": {"duration": 600}})
    for text in ("", "mine"):
        refused = ada.post(NOTES, {"timestamp": "10:01", "text": text})
        assert error(refused, 422)["details"][0]["field"] == "timestamp"
    # Nor when nothing of the video is missing any more.
    admin.post(f"/internal/videos/{VIDEO}/transcript", {"transcript": SEGMENTS})
    error(ada.post(NOTES, {"timestamp": "10:01", "text": "mine"}), 422)
    assert ada.post(NOTES, {"timestamp": "10:00"}).status_code == 201


def test_a_blank_note_waits_for_the_ai(pushed, ada, admin):
    made = ada.post(NOTES, {"timestamp": "0:05", "text": " \n"}).json
    assert made["text"] is None
    admin.post(f"/internal/videos/{VIDEO}/transcript", {"transcript": TRANSCRIPT})
    assert ada.get(f"/notes/{made['id']}").json["ai"]["state"] == "waiting"
    assert ada.patch(f"/notes/{made['id']}", {"text": "Mine"}).json["ai"]["state"] == "none"
    assert [task.status for task in tasks(task_type="generate_note")] == ["cancelled"]
    again = ada.patch(f"/notes/{made['id']}", {"text": ""}).json
    assert (again["text"], again["ai"]["state"]) == (None, "waiting")


@only_sqlite
def test_the_owner_says_who_wrote_it(ada):
    path = f"/notes/{ada.post(NOTES, {'timestamp': '0:01', 'text': 'x'}).json['id']}"
    assert ada.patch(path, {"generated_by_ai": True}).json["generated_by_ai"] is True
    assert ada.patch(path, {"generated_by_ai": True}).json["generated_by_ai"] is True
    assert ada.patch(path, {"text": "y"}).json["generated_by_ai"] is False
    error(ada.patch(path, {"timestamp": None}), 422)
    error(ada.patch(path, {"text": "x" * 10_001}), 422)


def test_the_same_key_and_body_get_the_first_answer_again(pushed, ada):
    headers = {"Idempotency-Key": "tap-1"}
    body = {"timestamp": "1:00", "text": "once"}
    first = ada.post(NOTES, body, headers=headers)
    assert first.status_code == 201
    ada.patch(f"/notes/{first.json['id']}", {"text": "changed since"})
    again = ada.post(NOTES, {**body, "unknown": 1}, headers=headers)
    assert (again.status_code, again.json) == (201, first.json)
    assert (count(Note), count(IdempotencyRecord)) == (1, 1)


def test_a_key_is_for_one_body_one_user_and_one_video(pushed, ada, bob):
    headers = {"Idempotency-Key": "tap-1"}
    ada.post(NOTES, {"timestamp": "1:00"}, headers=headers)
    other = ada.post(NOTES, {"timestamp": "2:00"}, headers=headers)
    assert error(other, 422)["code"] == "idempotency_key_reused"
    error(ada.post("/videos/bluesky0002/notes", {"timestamp": "1:00"}, headers=headers), 422)
    assert bob.post(NOTES, {"timestamp": "2:00"}, headers=headers).status_code == 201
    assert count(Note) == 2


def test_a_refused_request_keeps_no_key(pushed, ada):
    headers = {"Idempotency-Key": "tap-1"}
    error(ada.post(NOTES, {"timestamp": "1:77"}, headers=headers), 422)
    assert count(IdempotencyRecord) == 0
    assert ada.post(NOTES, {"timestamp": "1:07"}, headers=headers).status_code == 201


@only_sqlite
@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256])
def test_an_odd_key_is_refused(pushed, ada, key):
    response = ada.post(NOTES, {"timestamp": "1:00"}, headers={"Idempotency-Key": key})
    assert error(response, 422)["details"][0]["field"] == "Idempotency-Key"
    assert count(Note) == 0


def test_the_same_key_of_two_users_is_two_keys(ada, bob):
    body, key = {"timestamp": "1:00", "text": "x"}, {"Idempotency-Key": "tap"}
    notes = {}
    for person in (ada, bob):
        first = person.post(NOTES, body, headers=key)
        again = person.post(NOTES, body, headers=key)
        assert (first.status_code, again.json) == (201, first.json)
        notes[person.id] = first.json["id"]
    assert len(set(notes.values())) == 2
    # Both once more: what the second one kept must not have become the first one's answer.
    for person in (ada, bob):
        again = person.post(NOTES, body, headers=key).json
        assert (again["id"], again["user_id"]) == (notes[person.id], person.id)


@only_sqlite
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("note_id", ["0", "00", "2147483648", "9" * 19])
def test_an_id_that_cannot_be_is_not_found_by_any_method(ada, method, note_id):
    error(ada.call(method, f"/notes/{note_id}", json={"text": "x"}), 404)
