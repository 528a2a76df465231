"""Retention: what is kept and what goes, from both sides of each age."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.support import VIDEO, make_user, tasks, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import (
    IdempotencyRecord,
    PeriodicRun,
    QuotaUse,
    Task,
    TaskStatus,
    now_plus,
)
from vidwiz.runtime import current
from vidwiz.services import retention
from vidwiz.tasks import scheduling, subjects
from vidwiz.tasks.types import TaskType
from vidwiz.worker import sweeper
from vidwiz.worker.sweeper import sweep

pytestmark = pytest.mark.usefixtures("core")

HOUR = 3600.0
DAY = 24 * HOUR


def remove():
    """Sweep as if an hour had passed; return how many tasks are gone."""
    before = len(left())
    with writing() as uow:
        names = ("sweep", retention.RETENTION)
        uow.session.execute(sa.delete(PeriodicRun).where(PeriodicRun.name.in_(names)))
    assert sweep(current())
    return before - len(left())


def all_of(column):
    with read_transaction() as session:
        return set(session.scalars(sa.select(column)))


@pytest.mark.parametrize("user_number", [0, 1])
def test_an_answer_is_kept_for_a_day(user_number):
    """A client that tries again the next morning must not make a second note."""
    user = [make_user(), make_user("bob@example.org")][user_number]
    with writing() as uow:
        for hours in (0, 1, 23, 25, 24 * 40):
            uow.session.add(
                IdempotencyRecord(
                    user_id=user.id,
                    route="create_note",
                    key=str(hours),
                    request_sha256="0" * 64,
                    created_at=datetime.now(UTC) - timedelta(hours=hours),
                )
            )
    remove()
    assert all_of(IdempotencyRecord.key) == {"0", "1", "23"}


def test_todays_and_yesterdays_quotas_are_kept():
    today = datetime.now(UTC).date()
    with writing() as uow:
        for days in (-1, 0, 1, 2, 3, 400):
            day = today - timedelta(days=days)
            for holder in ("user:1", "address:::ffff"):
                uow.session.add(QuotaUse(holder=holder, kind=f"{days}", day=day, used=1))
    remove()
    assert all_of(QuotaUse.kind) == {"-1", "0", "1"}


def test_a_periodic_run_is_kept_for_a_month():
    with writing() as uow:
        for days in (0, 1, 29, 31, 300):
            uow.session.add(PeriodicRun(name=f"run {days}", started_at=now_plus(-days * DAY)))
    remove()
    names = {name for name in all_of(PeriodicRun.name) if name.startswith("run ")}
    assert names == {"run 0", "run 1", "run 29"}


def ended(item, *ages, status=TaskStatus.COMPLETED):
    """Make tasks of one subject that ended so many days ago, in this order; return their ids."""
    ids = []
    for days in ages:
        with writing() as uow:
            task_id = scheduling.schedule(uow, item)
            uow.session.execute(
                sa.update(Task)
                .where(Task.id == task_id)
                .values(status=status, completed_at=now_plus(-days * DAY))
            )
        ids.append(task_id)
    return ids


def left():
    return [row.id for row in tasks()]


@pytest.mark.parametrize("status", [TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED])
def test_an_ended_task_that_another_follows_is_kept_for_a_month(status):
    old, young, newest = ended(subjects.metadata_of(VIDEO), 31, 29, 0, status=status)
    assert remove() == 1
    assert left() == [young, newest]
    assert old not in left()


@pytest.mark.parametrize("status", [TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED])
def test_a_subjects_newest_task_is_kept_for_ever(status):
    _, newest = ended(subjects.metadata_of(VIDEO), 4000, 3999, status=status)
    assert remove() == 1
    assert left() == [newest]
    assert remove() == 0
    assert left() == [newest]


def test_a_newer_task_of_another_kind_or_subject_follows_nothing():
    """Metadata and transcript have one subject, and the stage of each shows its own task."""
    kept = [
        *ended(subjects.metadata_of(VIDEO), 300),
        *ended(subjects.transcript_of(VIDEO), 200),
        *ended(subjects.metadata_of("bluesky0002"), 100),
        *ended(subjects.text_of_note(1, VIDEO), 90),
        *ended(subjects.text_of_note(2, VIDEO), 80),
    ]
    assert remove() == 0
    assert left() == kept


def test_an_active_successor_lets_the_old_one_go():
    ended(subjects.metadata_of(VIDEO), 31)
    with writing() as uow:
        pending = scheduling.schedule(uow, subjects.metadata_of(VIDEO))
    assert remove() == 1
    assert left() == [pending]


def test_what_waits_or_runs_is_never_old():
    with writing() as uow:
        for number, status in enumerate((TaskStatus.PENDING, TaskStatus.IN_PROGRESS)):
            item = subjects.text_of_note(number, VIDEO)
            scheduling.schedule(uow, item)
            uow.session.execute(
                sa.update(Task)
                .where(Task.note_id == number)
                .values(status=status, created_at=now_plus(-400 * DAY))
            )
    assert remove() == 0
    assert len(left()) == 2


def test_one_sweep_removes_all_however_many_a_transaction_takes():
    count = 2 * retention.MOST_AT_ONCE + 5
    with writing() as uow:
        columns = {"task_type": TaskType.FETCH_METADATA, "video_id": VIDEO}
        row = {**columns, "subject": subjects.of_video(VIDEO), "status": TaskStatus.COMPLETED}
        uow.session.execute(
            sa.insert(Task),
            [{**row, "completed_at": datetime.now(UTC) - timedelta(days=40)}] * (count + 1),
        )
    newest = max(left())
    assert remove() == count
    assert left() == [newest]


def test_removing_keeps_a_sweep_for_a_stated_time_only(monkeypatch):
    """A process that removes a million tasks looks for nothing else meanwhile."""
    monkeypatch.setattr(sweeper, "_REMOVING_SECONDS", 0.0)
    row = {"task_type": TaskType.FETCH_METADATA, "video_id": VIDEO, "subject": "video:x"}
    ended = datetime.now(UTC) - timedelta(days=40)
    with writing() as uow:
        rows = [{**row, "status": TaskStatus.COMPLETED, "completed_at": ended}] * 3
        uow.session.execute(sa.insert(Task), rows)
    assert remove() == 0


def test_the_stated_times_and_the_size_of_a_transaction():
    assert 100 <= retention.MOST_AT_ONCE <= 1000
    assert retention.DRAFT_SECONDS == DAY
    assert retention.EVERY_SECONDS == HOUR
    assert retention.ENDED_TASK_DAYS == 30
