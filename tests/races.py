"""Two transactions at once on PostgreSQL: one is held open while another one comes upon it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import sqlalchemy as sa

from tests.fixtures.servers import until
from tests.support import writing
from vidwiz.db.transactions import read_transaction


@contextmanager
def held_open(app, act):
    """Run `act(uow)` in a thread, whose transaction is committed only when the block ends."""
    acted, may_end = threading.Event(), threading.Event()

    def run():
        with app.app_context(), writing() as uow:
            act(uow)
            uow.session.flush()
            acted.set()
            assert may_end.wait(30)

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(run)
        until(lambda: acted.is_set() or holder.done(), "the transaction to be held open")
        try:
            if acted.is_set():
                yield
        finally:
            may_end.set()
            holder.result(30)


class Rival:
    """What comes upon an open transaction: `act(uow)` in a transaction of its own, in a thread."""

    def __init__(self, app, act):
        self._app = app
        self._act = act
        self._pool = ThreadPoolExecutor(1)
        self._future = self._pool.submit(self._run)

    def _run(self):
        with self._app.app_context(), writing() as uow:
            return self._act(uow)

    def is_over(self):
        return self._future.done()

    def is_over_or_waits(self):
        """Wait until it has ended or waits for a lock, and say whether it has ended."""
        until(lambda: self.is_over() or somebody_waits_for_a_lock(), "the rival to get on")
        return self.is_over()

    def result(self):
        try:
            return self._future.result(30)
        finally:
            self._pool.shutdown()


def somebody_waits_for_a_lock():
    with read_transaction() as session:
        return bool(session.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
