"""Switching AI notes of one user, whatever other users and other videos have."""

import pytest
import sqlalchemy as sa

from tests.support import (
    OTHER_VIDEO,
    VIDEO,
    ensure_video,
    make_note,
    make_user,
    note,
    tasks,
    work_here,
    writing,
)
from vidwiz.db.transactions import read_transaction
from vidwiz.models import Task, TaskStatus
from vidwiz.services import notes, users
from vidwiz.tasks import claims
from vidwiz.tasks.types import TaskType, WorkerId

NOTE = TaskType.GENERATE_NOTE
FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)


@pytest.fixture
def ada(core):
    return make_user()


@pytest.fixture
def bob(core):
    return make_user("bob@example.org")


@pytest.fixture
def ready(core):
    ensure_video()
    work_here(core, FETCHES)


def switch(user, *, enabled):
    with writing() as uow:
        notes.set_ai_notes(uow, users.get(uow.session, user.id), enabled=enabled)


def statuses(marked):
    return [row.status for row in tasks(task_type=NOTE, note_id=marked.id)]


def test_off_leaves_what_runs_and_waits_for_others(ready, ada, bob):
    running, waiting, hers = make_note(bob, "0:10"), make_note(bob, "0:20"), make_note(ada, "0:30")
    with writing() as uow:
        (held,) = claims.claim(uow, NOTE, WorkerId("me"), lease_seconds=30.0, limit=1)
    assert held.note_id == running.id
    switch(ada, enabled=False)
    assert statuses(hers) == [TaskStatus.CANCELLED]
    assert statuses(running) == [TaskStatus.IN_PROGRESS]
    assert statuses(waiting) == [TaskStatus.PENDING]
    with read_transaction() as session:
        assert [user.ai_notes_enabled for user in (users.get(session, ada.id),)] == [False]
        assert users.get(session, bob.id).ai_notes_enabled


def test_off_ends_no_task_of_another_kind(core, ada):
    """A note's id is no video's and no transcript's."""
    ensure_video()
    make_note(ada, "0:10")
    switch(ada, enabled=False)
    assert {row.status for row in tasks()} == {TaskStatus.PENDING}
    assert len(tasks()) == 2


def test_on_tries_nothing_again_for_others(ready, ada, bob):
    """Another user's note that failed for good stays failed."""
    his = make_note(bob, "0:10")
    with writing() as uow:
        uow.session.execute(
            sa.update(Task).where(Task.note_id == his.id).values(status=TaskStatus.FAILED)
        )
    switch(ada, enabled=False)
    hers = make_note(ada, "0:20")
    switch(ada, enabled=True)
    assert statuses(his) == [TaskStatus.FAILED]
    assert statuses(hers) == [TaskStatus.PENDING]


def test_on_schedules_only_where_there_is_a_transcript(ready, ada):
    switch(ada, enabled=False)
    here, elsewhere = make_note(ada, "0:10"), make_note(ada, "0:10", video_id=OTHER_VIDEO)
    switch(ada, enabled=True)
    assert statuses(here) == [TaskStatus.PENDING]
    assert statuses(elsewhere) == []


def test_on_leaves_notes_with_text_alone(core, ready, ada, llm):
    switch(ada, enabled=False)
    mine = make_note(ada, "0:10", text="My own words.")
    switch(ada, enabled=True)
    work_here(core, [NOTE])
    assert statuses(mine) == []
    assert note(mine.id).text == "My own words."
    assert not [purpose for purpose, _ in llm.calls if purpose == "note"]


def test_the_notes_of_a_video_are_the_users_own(ready, ada, bob):
    later, earlier = make_note(ada, "0:30"), make_note(ada, "0:10")
    make_note(bob, "0:20")
    make_note(ada, "0:10", video_id=OTHER_VIDEO)
    with read_transaction() as session:
        found = notes.of_video(session, VIDEO, user_id=ada.id)
    assert [row.id for row in found] == [earlier.id, later.id]


def test_notes_wait_by_video_and_only_where_their_owner_wants_text(ready, ada, bob):
    switch(bob, enabled=False)
    hers, his = make_note(ada, "0:10"), make_note(bob, "0:20")
    make_note(ada, "0:10", video_id=OTHER_VIDEO)
    make_note(ada, "0:30", text="Mine.")
    with read_transaction() as session:
        assert [row.id for row in notes.waiting(session, VIDEO)] == [hers.id]
        assert notes.find_waiting(session, hers.id).id == hers.id
        assert notes.find_waiting(session, his.id) is None


def test_each_note_is_told_its_own_stage(core, ready, ada, bob):
    filled, waiting, mine = (
        make_note(ada, "0:10"),
        make_note(ada, "0:20"),
        make_note(ada, "0:30", text="x"),
    )
    with writing() as uow:
        uow.session.execute(
            sa.update(Task)
            .where(Task.note_id == waiting.id)
            .values(status=TaskStatus.FAILED, error_code="nothing_said", error_message="No.")
        )
    work_here(core, [NOTE])
    switch(bob, enabled=False)
    his = make_note(bob, "0:40")
    with read_transaction() as session:
        found = [notes.get_any(session, each.id) for each in (filled, waiting, mine, his)]
        stages = notes.ai_stages(session, found)
    assert {note_id: (stage.state, stage.code) for note_id, stage in stages.items()} == {
        filled.id: ("ready", None),
        waiting.id: ("unavailable", "nothing_said"),
        mine.id: ("none", None),
        his.id: ("none", None),
    }
