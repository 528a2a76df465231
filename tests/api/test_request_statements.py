"""How many statements a request takes; one more is a decision, not an accident."""

import pytest
import sqlalchemy as sa

from tests.api.helping import SEGMENTS, SUMMARY
from tests.support import VIDEO
from vidwiz.db.engine import db

NOTES = f"/videos/{VIDEO}/notes"


@pytest.fixture
def statements(app):
    """Return the statements of the requests since the list was last cleared."""
    seen = []
    with app.app_context():
        engine = db.engine

    def remember(*call):
        seen.append(" ".join(call[2].split()[:3]))

    sa.event.listen(engine, "before_cursor_execute", remember)
    return seen


@pytest.fixture
def transactions(app):
    """Return what was begun by the requests."""
    begun = []
    with app.app_context():
        sa.event.listen(db.session, "after_begin", lambda *_: begun.append(1))
    return begun


@pytest.fixture
def ready(seen, admin):
    """Return a signed-in person who knows a video with metadata, transcript and summary."""
    for path, body in (
        ("metadata", {"metadata": {"id": VIDEO, "title": "Bread", "duration": 600}}),
        ("transcript", {"transcript": SEGMENTS}),
        ("summary", SUMMARY),
    ):
        posted = admin.post(f"/internal/videos/{VIDEO}/{path}", body)
        assert posted.status_code == 200, posted.json
    assert seen.get(f"/videos/{VIDEO}").json["summary"]
    return seen


def count(statements, response, status):
    assert response.status_code == status, response.json
    sent = [text for text in statements if not text.startswith(("BEGIN", "PRAGMA"))]
    statements.clear()
    return len(sent)


def test_reading_a_video(ready, statements):
    statements.clear()
    assert count(statements, ready.get(f"/videos/{VIDEO}"), 200) == 1


def test_reading_a_video_of_which_something_is_missing(seen, statements):
    seen.get("/videos")
    statements.clear()
    assert count(statements, seen.get(f"/videos/{VIDEO}"), 200) == 2


def test_making_a_note(ready, statements):
    statements.clear()
    # The note, its task, and what is shown of the task.
    assert count(statements, ready.post(NOTES, {"timestamp": "1:00"}), 201) == 3
    mine = {"timestamp": "1:00", "text": "mine"}
    assert count(statements, ready.post(NOTES, mine), 201) == 1
    # With a key it is taken before and the answer is kept after it.
    keyed = ready.post(NOTES, mine, headers={"Idempotency-Key": "a"})
    assert count(statements, keyed, 201) == 3


def test_a_note_with_a_text_needs_no_transaction_of_a_session(ready, transactions):
    ready.post(NOTES, {"timestamp": "1:00", "text": "mine"})
    transactions.clear()
    assert ready.post(NOTES, {"timestamp": "1:00", "text": "mine"}).status_code == 201
    assert not transactions
    assert ready.post(NOTES, {"timestamp": "1:00"}).status_code == 201
    assert transactions


def test_talking_about_a_video(ready, statements):
    statements.clear()
    # What is known of the video, and the conversation.
    assert count(statements, ready.post("/conversations", {"video_id": VIDEO}), 201) == 2
    # Known? The video, the quota, its two tasks, the conversation.
    new = ready.post("/conversations", {"video_id": "newvideo001"})
    assert count(statements, new, 201) == 5
