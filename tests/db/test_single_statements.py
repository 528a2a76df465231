"""Single statements: without BEGIN and COMMIT, and the connection is as it was afterwards."""

import signal
import threading

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import only_postgresql, only_sqlite
from tests.support import ensure_video, tasks, writing
from vidwiz.db import sqlite
from vidwiz.db.engine import NEEDS_TRANSACTIONS, db
from vidwiz.db.postgresql import LIMITS
from vidwiz.db.transactions import read_transaction, single_read, single_statement, unit_of_work
from vidwiz.models import Task
from vidwiz.ports import transaction_open
from vidwiz.runtime import current

pytestmark = pytest.mark.usefixtures("core")

RAISE = sa.update(Task.__table__).values(priority=10)
COUNT = sa.select(sa.func.count()).select_from(Task.__table__)


def priorities():
    return {row.priority for row in tasks()}


def test_it_is_committed_and_followed_by_work_after_the_commit():
    ensure_video()
    seen = []
    with single_statement(current()) as uow:
        uow.connection.execute(RAISE)
        uow.after_commit(lambda _parts: seen.append(priorities()))
        assert transaction_open.get()
    assert seen == [{10}]
    assert not transaction_open.get()


def test_one_that_fails_is_followed_by_nothing():
    done = []
    with pytest.raises(ZeroDivisionError), single_statement(current()) as uow:
        uow.after_commit(done.append)
        raise ZeroDivisionError
    assert done == []


def test_the_next_transaction_on_the_connection_can_be_rolled_back():
    """There is one connection in the pool here, so that all of them use it."""
    ensure_video()
    for _ in range(2):
        with single_statement(current()) as uow:
            uow.connection.execute(COUNT)
        with pytest.raises(ZeroDivisionError), writing() as uow:
            uow.connection.execute(RAISE)
            raise ZeroDivisionError
    assert db.engine.pool.checkedin() == 1
    assert priorities() == {0}


def test_a_statement_that_fails_leaves_the_connection_usable():
    for _ in range(2):
        with pytest.raises(sa.exc.DBAPIError), single_statement(current()) as uow:
            uow.connection.exec_driver_sql("SELECT nonsense")
        with pytest.raises(sa.exc.DBAPIError), single_read() as connection:
            connection.exec_driver_sql("SELECT nonsense")
    ensure_video()
    assert len(tasks()) == 2


@pytest.mark.parametrize("inner", [lambda: single_statement(current()), single_read])
@pytest.mark.parametrize("outer", [writing, read_transaction])
def test_it_does_not_nest(outer, inner):
    with outer(), pytest.raises(RuntimeError, match="nest"), inner():
        pass


@pytest.mark.parametrize(
    "inner", [writing, read_transaction, single_read, lambda: single_statement(current())]
)
@pytest.mark.parametrize("outer", [lambda: single_statement(current()), single_read])
def test_nothing_nests_in_it(outer, inner):
    with outer(), pytest.raises(RuntimeError, match="nest"), inner():
        pass


def test_it_has_no_session():
    with single_statement(current()) as uow, pytest.raises(RuntimeError, match="connection"):
        _ = uow.session


@only_postgresql
def test_where_limits_need_a_transaction_there_is_one():
    """As behind PgBouncer, which gives each transaction another of the server's sessions."""
    ensure_video()

    def mark(_driver, record, _proxy):
        record.info[NEEDS_TRANSACTIONS] = True

    sa.event.listen(db.engine, "checkout", mark)
    with single_statement(current()) as uow:
        uow.connection.execute(RAISE)
        assert not uow.connection.connection.driver_connection.autocommit
    assert priorities() == {10}
    with pytest.raises(ZeroDivisionError), single_statement(current()) as uow:
        uow.connection.execute(RAISE.values(priority=20))
        raise ZeroDivisionError
    assert priorities() == {10}


@only_postgresql
def test_the_limits_hold_for_it():
    names = sa.text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
    with single_read() as connection:
        found = connection.execute(names, {"names": list(LIMITS)}).all()
    assert {name: int(setting) for name, setting in found} == LIMITS


@only_postgresql
def test_a_connection_that_broke_is_not_used_again():
    with pytest.raises(sa.exc.OperationalError), single_statement(current()) as uow:
        uow.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    ensure_video()
    assert len(tasks()) == 2


@only_sqlite
def test_a_writing_one_waits_for_its_turn(core):
    ensure_video()
    done = threading.Event()

    def write():
        with core.app_context(), single_statement(current()) as uow:
            uow.connection.execute(RAISE)
        done.set()

    thread = threading.Thread(target=write)
    with unit_of_work(current()):
        thread.start()
        while not sqlite.writer_queue._waiting:
            pass
        assert not done.is_set()
    thread.join()
    assert priorities() == {10}


@only_sqlite
def test_a_reading_one_waits_for_no_writer(core):
    ensure_video()
    seen = []

    def read():
        with core.app_context(), single_read() as connection:
            seen.append(connection.scalar(COUNT))

    with writing() as uow:
        uow.connection.execute(RAISE)
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert seen == [2]


@only_postgresql
def test_one_that_is_interrupted_says_so_and_leaves_its_connection_to_nobody():
    """RQ's time limit of a job is an exception out of a signal's handler."""

    class TimeIsUp(Exception):  # noqa: N818 - as RQ's is
        pass

    def interrupt(*_):
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(TimeIsUp), single_read() as connection:
            interrupted = connection.connection.driver_connection
            connection.execute(sa.text("SELECT pg_sleep(10)"))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    with single_read() as connection:
        assert connection.connection.driver_connection is not interrupted
        assert connection.scalar(sa.text("SELECT 1")) == 1
    assert interrupted.closed
