"""AI notes: switched in one statement, and no waiting note is forgotten."""

import threading

import pytest
import sqlalchemy as sa

from tests.support import VIDEO, ensure_video, make_note, make_user, note, tasks, work_here, writing
from vidwiz.db.engine import db
from vidwiz.db.transactions import read_transaction
from vidwiz.models import Note, PeriodicRun, Task, TaskStatus, User
from vidwiz.runtime import runtime_of
from vidwiz.services import dispatch, notes, users
from vidwiz.tasks.types import TaskType
from vidwiz.worker.sweeper import sweep

FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
NOTE = TaskType.GENERATE_NOTE


@pytest.fixture
def ada(core):
    return make_user()


@pytest.fixture
def ready(core, ada):
    ensure_video()
    work_here(core, FETCHES)


def switch(user, *, enabled):
    with writing() as uow:
        notes.set_ai_notes(uow, users.get(uow.session, user.id), enabled=enabled)


def sweep_now(core):
    with writing() as uow:
        uow.session.execute(sa.delete(PeriodicRun).where(PeriodicRun.name == "sweep"))
    sweep(runtime_of(core))


def active():
    return [row.note_id for row in tasks(task_type=NOTE, status=TaskStatus.PENDING)]


@pytest.fixture
def statements(core):
    seen = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    return seen


@pytest.mark.parametrize("enabled", [True, False])
def test_switching_takes_as_many_statements_for_many_notes_as_for_one(
    core, ada, ready, statements, enabled
):
    counts = []
    for how_many in (1, 40):
        for number in range(how_many):
            make_note(ada, f"0:{number:02d}")
        switch(ada, enabled=not enabled)
        statements.clear()
        switch(ada, enabled=enabled)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert len(active()) == (41 if enabled else 0)


def test_switching_off_leaves_other_users_alone(core, ada, ready):
    bob = make_user("bob@example.org")
    make_note(ada, "0:10")
    his = make_note(bob, "0:10")
    switch(ada, enabled=False)
    assert active() == [his.id]
    switch(ada, enabled=True)
    assert len(active()) == 2


def test_switching_twice_changes_nothing(core, ada, ready):
    marked = make_note(ada, "0:10")
    for enabled in (False, False, True, True):
        switch(ada, enabled=enabled)
    assert active() == [marked.id]


def test_a_note_that_was_blanked_while_ai_notes_were_off_is_not_forgotten(core, ada, ready):
    """The race: switching on did not see the note yet, and the note did not see the switch."""
    marked = make_note(ada, "0:10")
    work_here(core, [NOTE])
    with writing() as uow:
        uow.session.execute(sa.update(Note).values(text=None, generated_by_ai=False))
    assert active() == []
    sweep_now(core)
    assert active() == [marked.id]
    work_here(core, [NOTE])
    assert note(marked.id).text


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_only_what_is_on_its_way_or_failed_keeps_a_note_from_being_found(core, ada, ready, status):
    marked = make_note(ada, "0:10")
    with writing() as uow:
        uow.session.execute(sa.update(Task).where(Task.task_type == NOTE).values(status=status))
    sweep_now(core)
    assert active() == [marked.id]


@pytest.mark.parametrize("status", ["pending", "in_progress", "failed"])
def test_what_is_on_its_way_or_failed_is_not_scheduled_again(core, ada, ready, status):
    make_note(ada, "0:10")
    with writing() as uow:
        uow.session.execute(sa.update(Task).where(Task.task_type == NOTE).values(status=status))
    sweep_now(core)
    assert len(tasks(task_type=NOTE)) == 1


def test_notes_of_users_without_ai_notes_are_not_found(core, ada, ready):
    make_note(ada, "0:10")
    switch(ada, enabled=False)
    sweep_now(core)
    assert active() == []


def test_waiting_notes_are_looked_through_in_slices(core, ada, ready, monkeypatch):
    monkeypatch.setattr(dispatch, "_SLICE", 3)
    ids = [make_note(ada, f"0:{number:02d}").id for number in range(8)]
    with writing() as uow:
        uow.session.execute(sa.delete(Task).where(Task.task_type == NOTE))
    found = []
    for _ in range(3):
        sweep_now(core)
        found.append(active())
    assert found == [ids[:3], ids[:6], ids]
    with writing() as uow:
        uow.session.execute(sa.delete(Task).where(Task.note_id == ids[0]))
    for _ in range(2):  # the look began anew
        sweep_now(core)
    assert sorted(active()) == ids


def test_an_idle_look_writes_nothing(core, ada, ready, statements):
    sweep_now(core)
    statements.clear()
    with read_transaction() as session:
        found = dispatch.find_forgotten_notes(session)
    assert (found.note_ids, found.begin, found.end) == ((), 0, 0)


def test_blanking_and_switching_at_the_same_time_forgets_no_note(core, ada, ready):
    ids = [make_note(ada, f"0:{number:02d}", text="Mine.").id for number in range(12)]
    barrier = threading.Barrier(2, timeout=20)

    def blank():
        barrier.wait()
        with core.app_context():
            for note_id in ids:
                with writing() as uow:
                    notes.update(uow, note_id, user_id=ada.id, changes={"text": ""})

    def flip():
        barrier.wait()
        with core.app_context():
            for number in range(12):
                switch(ada, enabled=bool(number % 2))

    threads = [threading.Thread(target=act) for act in (blank, flip)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with read_transaction() as session:
        assert session.get(User, ada.id).ai_notes_enabled
    sweep_now(core)
    assert sorted(active()) == ids
    assert len({row.subject for row in tasks(task_type=NOTE, status="pending")}) == 12
    assert {row.video_id for row in tasks()} == {VIDEO}
