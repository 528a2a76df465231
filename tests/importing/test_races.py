"""Imports and follows beside other requests at the same moment, and beside many others."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import only_postgresql
from tests.fixtures.servers import until
from tests.importing.helping import CHANNEL, begin, cancel, ids, look, sweep_now
from tests.importing.test_imports import source_of
from tests.races import Rival, held_open
from tests.support import VIDEO, tasks, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import ConflictError
from vidwiz.models import ImportItem, QuotaUse, Task, TaskStatus, VideoImport, now
from vidwiz.services import quotas, videos
from vidwiz.services.importing import adding, follows, imports, settling


def used():
    with read_transaction() as session:
        return session.scalar(sa.select(sa.func.sum(QuotaUse.used)))


@only_postgresql
def test_a_request_and_an_import_bring_the_same_video_at_once(core, user):
    """Both count it and both lock it: in another order each would wait for the other."""
    allowance = quotas.videos_of_user(user, 5)
    with writing() as uow:
        assert quotas.take(uow, allowance)
        rival = Rival(core, lambda other: videos.ensure(other, VIDEO, allowance=allowance))
        waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        until(lambda: uow.connection.scalar(waiting) or rival.is_over(), "the rival to wait")
        assert videos.ensure(uow, VIDEO).is_new
    assert not rival.result().is_new
    assert used() == 1


def test_what_is_over_the_limit_is_the_end_of_the_list(core, user):
    first, *others = reversed(ids(5))
    import_id = begin(user, source_of(first, *others))
    with writing() as uow:
        step = adding.add_some(uow, imports.lock(uow, import_id), daily_videos=1)
    assert step is not None
    assert {task.video_id for task in tasks(task_type="fetch_transcript")} == {first}
    assert used() == 1


@only_postgresql
def test_a_follow_that_is_removed_while_it_is_asked_for_again_is_made_anew(core, user):
    with writing() as uow:
        old, _ = follows.create(uow, user.id, CHANNEL)
    with held_open(core, lambda uow: follows.remove(uow, old.id, user_id=user.id)):
        again = Rival(core, lambda uow: follows.create(uow, user.id, CHANNEL, every_hours=7))
        assert not again.is_over_or_waits()
    follow, is_new = again.result()
    assert (is_new, follow.every_hours) == (True, 7)
    assert follow.id != old.id


@only_postgresql
def test_a_follow_is_removed_twice_at_once(core, user):
    with writing() as uow:
        follow, _ = follows.create(uow, user.id, CHANNEL)

    def remove(uow):
        follows.remove(uow, follow.id, user_id=user.id)

    with held_open(core, remove):
        second = Rival(core, remove)
        assert not second.is_over_or_waits()
    second.result()


def make_follow(uow, user, number):
    follows.create(uow, user.id, f"{CHANNEL}{number}")


def make_import(uow, user, number):
    imports.create(uow, user.id, source_of(*ids(number + 1)))


@only_postgresql
@pytest.mark.parametrize(
    ("module", "limit", "make"),
    [(follows, "MOST_FOLLOWS", make_follow), (imports, "MOST_UNFINISHED", make_import)],
)
def test_no_number_of_requests_at_once_exceeds_a_users_limit(
    core, user, monkeypatch, module, limit, make
):
    monkeypatch.setattr(module, limit, 2)
    together = Barrier(6)

    def ask(number):
        with core.app_context():
            together.wait(20)
            try:
                with writing() as uow:
                    make(uow, user, number)
            except ConflictError:
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(ask, range(6))) == 2


class TestSettlingBesideMany:
    """What waits keeps nothing that has ended from being noted."""

    @pytest.fixture(autouse=True)
    def _small_slices(self, monkeypatch):
        monkeypatch.setattr(settling, "_SLICE", 10)

    def add(self, import_id):
        with writing() as uow:
            assert adding.add_some(uow, imports.lock(uow, import_id), daily_videos=1000)
        with writing() as uow:
            assert adding.add_some(uow, imports.lock(uow, import_id), daily_videos=1000) is None

    def test_one_that_has_ended_behind_a_large_one_that_waits(self, core, user):
        large = begin(user, source_of(*ids(35)))
        small = begin(user, source_of("behindothr1"))
        self.add(large)
        self.add(small)
        with writing() as uow:
            uow.session.execute(
                sa.update(Task)
                .where(Task.video_id == "behindothr1")
                .values(status=TaskStatus.FAILED, completed_at=now())
            )
        for _ in range(4):
            sweep_now()
        found, _ = look(small)
        assert (found.state, found.finished_at is None) == ("completed", False)
        assert look(large)[0].state == "running"

    def test_one_behind_two_hundred_that_wait(self, core, user):
        with writing() as uow:
            row = {"user_id": user.id, "kind": "urls", "state": "running", "unreadable_count": 0}
            waiting = uow.session.scalars(
                sa.insert(VideoImport).returning(VideoImport.id),
                [{**row, "source_key": f"videos:{number}"} for number in range(250)],
            ).all()
            item = {"video_id": VIDEO, "state": "begun", "saved": False}
            rows = [{**item, "import_id": id_} for id_ in waiting]
            uow.session.execute(sa.insert(ImportItem), rows)
            over = uow.session.scalar(
                sa.insert(VideoImport).values(**row, source_key="over").returning(VideoImport.id)
            )
        sweep_now()
        assert look(over)[0].finished_at is not None

    def test_all_of_a_cancelled_one_counts_that_had_ended(self, core, user):
        import_id = begin(user, source_of(*ids(35)))
        self.add(import_id)
        with writing() as uow:
            values = {"status": TaskStatus.FAILED, "completed_at": now()}
            uow.session.execute(sa.update(Task).values(**values))
        cancel(import_id, user)
        assert look(import_id)[0].state == "completed"
