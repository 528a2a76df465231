"""Keeps the leases of running tasks alive, and ends a process whose task takes too long."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from vidwiz.errors import StaleError
from vidwiz.plugin_api import Handling
from vidwiz.services.claims import DEADLINE_SECONDS
from vidwiz.services.failures import TaskFailure

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import Self

    from vidwiz.jobs.ledger import Ledger
    from vidwiz.services.claims import Claim

log = logging.getLogger(__name__)

_TOO_SLOW = TaskFailure(
    "deadline_exceeded", "It took too long. It will be tried again.", Handling.RETRY
)


class LeaseKeeper:
    """A thread that renews all held claims, thrice a lease.

    `context` is entered around each use of the ledger; `end_process` is called when a task has
    passed its deadline, as nothing else ends a call that hangs.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        lease_seconds: float,
        context: Callable[[], AbstractContextManager[object]],
        end_process: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._interval = lease_seconds / 3
        self._context = context
        self._end_process = end_process
        self._held: dict[int, tuple[Claim, float]] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def hold(self, claims: list[Claim]) -> None:
        """Begin to renew these claims."""
        now = time.monotonic()
        with self._lock:
            for claim in claims:
                self._held[claim.task_id] = (claim, now + DEADLINE_SECONDS[claim.task_type])

    def let_go(self, claim: Claim) -> None:
        """Stop renewing: the task has ended or is somebody else's."""
        with self._lock:
            self._held.pop(claim.task_id, None)

    def held(self) -> list[Claim]:
        """Return the claims that have not ended."""
        with self._lock:
            return [claim for claim, _ in self._held.values()]

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            with self._lock:
                held = list(self._held.values())
            with self._context():
                for claim, deadline in held:
                    self._look_after(claim, overdue=time.monotonic() > deadline)

    def _look_after(self, claim: Claim, *, overdue: bool) -> None:
        try:
            if overdue:
                self._give_up()
            elif not self._ledger.renew(claim):
                log.warning("the lease is lost", extra={"task_id": claim.task_id})
                self.let_go(claim)
        except SQLAlchemyError:
            log.warning("the lease could not be renewed", exc_info=True)

    def _give_up(self) -> None:
        """Fail what is overdue, give the rest back, and end the process."""
        now = time.monotonic()
        with self._lock:
            held = list(self._held.values())
        for claim, deadline in held:
            try:
                if now > deadline:
                    self._ledger.fail(claim, _TOO_SLOW)
                else:
                    self._ledger.release(claim)
            except (StaleError, SQLAlchemyError):
                log.warning("the ledger did not take it", extra={"task_id": claim.task_id})
        self._end_process()
