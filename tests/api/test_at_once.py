"""Many requests at the same moment, each in a thread of its own."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from tests.api.conftest import Person
from tests.fixtures.databases import dispose
from tests.support import VIDEO, make_user, tasks
from vidwiz.app import create_app
from vidwiz.db.transactions import read_transaction
from vidwiz.http.auth import make_jwt
from vidwiz.models import Conversation, Note, QuotaUse, Video

NOTES = f"/videos/{VIDEO}/notes"


def all_at_once(calls):
    """Call everything at one moment and return what came back."""
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def count(model):
    with read_transaction() as session:
        return session.query(model).count()


def test_fifty_conversations_about_one_new_video(app, pushed, sign_in):
    people = [sign_in(f"p{number}@example.org") for number in range(5)]
    answers = all_at_once(
        [
            lambda number=number: Person(app, people[number % 5].headers).post(
                "/conversations", {"video_id": VIDEO}
            )
            for number in range(50)
        ]
    )
    assert Counter(answer.status_code for answer in answers) == {201: 50}
    assert len({answer.json["id"] for answer in answers}) == 50
    assert (count(Video), count(Conversation)) == (1, 50)
    assert sorted(task.task_type for task in tasks()) == ["fetch_metadata", "fetch_transcript"]


def test_notes_on_a_new_video(app, pushed, ada):
    answers = all_at_once(
        [
            lambda number=number: Person(app, ada.headers).post(
                NOTES, {"timestamp": f"{number}:00", "video_title": "Bread"}
            )
            for number in range(16)
        ]
    )
    assert Counter(answer.status_code for answer in answers) == {201: 16}
    assert (count(Video), count(Note), len(tasks())) == (1, 16, 2)


def test_a_quota_holds_exactly(config, queue, plugins):
    app = create_app(replace(config, user_daily_videos=5), queue=queue, plugins=plugins)
    with app.app_context():
        token = make_jwt(make_user())
        answers = all_at_once(
            [
                lambda number=number: Person(app, {"Authorization": f"Bearer {token}"}).post(
                    "/conversations", {"video_id": f"new{number:08d}"}
                )
                for number in range(20)
            ]
        )
        assert Counter(answer.status_code for answer in answers) == {201: 5, 429: 15}
        assert (count(Video), count(Conversation), len(tasks())) == (5, 5, 10)
        with read_transaction() as session:
            assert [use.used for use in session.query(QuotaUse)] == [5]
    dispose(app)


def test_one_key_makes_one_note(app, pushed, ada):
    answers = all_at_once(
        [
            lambda: Person(app, ada.headers).post(
                NOTES, {"timestamp": "1:00"}, headers={"Idempotency-Key": "tap"}
            )
            for _ in range(12)
        ]
    )
    assert Counter(answer.status_code for answer in answers) == {201: 12}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert count(Note) == 1


def test_one_task_goes_to_one_helper(app, pushed, ada, admin):
    ada.post("/videos", {"video": VIDEO})
    answers = all_at_once(
        [
            lambda: Person(app, admin.headers).get("/internal/tasks?type=metadata&timeout=1")
            for _ in range(8)
        ]
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 204: 7}


def test_the_same_result_at_once_is_taken_once(app, pushed, ada, admin):
    ada.post("/videos", {"video": VIDEO})
    held = admin.get("/internal/tasks?type=transcript&timeout=1").json
    body = {
        "video_id": VIDEO,
        "success": True,
        "attempt": held["attempt"],
        "transcript": [{"text": "The dough rests.", "offset": 0, "duration": 9}],
    }
    answers = all_at_once(
        [
            lambda: Person(app, admin.headers).post(
                f"/internal/tasks/{held['task_id']}/result", body
            )
            for _ in range(8)
        ]
    )
    assert Counter(answer.status_code for answer in answers) == {200: 8}
    assert len(tasks(task_type="generate_summary")) == 1
