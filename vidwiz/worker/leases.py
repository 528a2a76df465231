"""Keeps the leases of running tasks alive, and ends a process whose task takes too long."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz.tasks.types import TaskFailure

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import Self

    from vidwiz.tasks.types import Claim
    from vidwiz.worker.ledger import Ledger

log = logging.getLogger(__name__)

_TOO_SLOW = TaskFailure.of_code("deadline_exceeded")


@dataclass(slots=True)
class _Running:
    """An attempt that runs in this process."""

    claim: Claim
    deadline: float
    is_held: bool = True
    """False once the lease is lost: nothing to renew, but the call still runs."""


class LeaseKeeper:
    """A thread that renews all held claims, thrice a lease.

    `context` is entered around each use of the ledger; `end_process` is called when an attempt
    has passed its deadline, as nothing else ends a call that hangs. That holds also for an
    attempt that lost its lease meanwhile, as on a laptop that slept.
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
        # By task and attempt: an older attempt of the same task may still be running here.
        self._running: dict[tuple[int, int], _Running] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def hold(self, claims: list[Claim], *, deadline_seconds: float) -> None:
        """Begin to renew these claims; their work has so long from now."""
        deadline = time.monotonic() + deadline_seconds
        with self._lock:
            for claim in claims:
                self._running[claim.task_id, claim.attempt] = _Running(claim, deadline)

    def end(self, claim: Claim) -> None:
        """Forget an attempt whose call has returned."""
        with self._lock:
            self._running.pop((claim.task_id, claim.attempt), None)

    def held(self) -> list[Claim]:
        """Return the claims whose leases this process still has."""
        return [running.claim for running in self._snapshot() if running.is_held]

    def _snapshot(self) -> list[_Running]:
        with self._lock:
            return list(self._running.values())

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            with self._context():
                self._round()

    def _round(self) -> None:
        running = self._snapshot()
        now = time.monotonic()
        if any(now > attempt.deadline for attempt in running):
            self._give_up(running, now)
            return
        for attempt in running:
            if attempt.is_held:
                self._renew(attempt)

    def _renew(self, attempt: _Running) -> None:
        try:
            attempt.is_held = self._ledger.renew(attempt.claim)
        except Exception:
            # The lease has time for two more tries, whatever was wrong with this one.
            log.warning("the lease could not be renewed", exc_info=True)
        else:
            if not attempt.is_held:
                log.warning("the lease is lost", extra={"task_id": attempt.claim.task_id})

    def _give_up(self, running: list[_Running], now: float) -> None:
        """Fail what is overdue, give the rest back, and end the process."""
        try:
            for attempt in running:
                if attempt.is_held:
                    self._give_back(attempt, overdue=now > attempt.deadline)
        finally:
            self._end_process()

    def _give_back(self, attempt: _Running, *, overdue: bool) -> None:
        try:
            if overdue:
                self._ledger.fail(attempt.claim, _TOO_SLOW)
            else:
                self._ledger.release(attempt.claim)
        except Exception:
            # The process ends in any case; what was not given back loses its lease.
            log.warning(
                "the ledger did not take it",
                exc_info=True,
                extra={"task_id": attempt.claim.task_id},
            )
