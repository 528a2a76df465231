"""The loop that works on tasks: claim, do, report, until nothing is due."""

from __future__ import annotations

import logging
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, OperationalError

from vidwiz.errors import StaleError, StoreError
from vidwiz.plugin_api import Handling, PluginError
from vidwiz.ports import TaskType
from vidwiz.services.failures import TaskFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vidwiz.jobs.handlers import Handlers
    from vidwiz.jobs.leases import LeaseKeeper
    from vidwiz.jobs.ledger import Ledger
    from vidwiz.services.claims import Claim
    from vidwiz.services.results import Result

log = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
LLM_CALLS_AT_ONCE = 10
_NO_DATABASE = TaskFailure("database_error", "The database did not answer.", Handling.RETRY)
_BUG = TaskFailure("internal_error", "An unexpected error; it was logged.", Handling.RETRY)


class Runner:
    """Works on tasks of one type at a time; one for each process."""

    def __init__(
        self,
        ledger: Ledger,
        handlers: Handlers,
        leases: LeaseKeeper,
        *,
        interrupts: tuple[type[BaseException], ...] = (),
    ) -> None:
        self._ledger = ledger
        self._handlers = handlers
        self._leases = leases
        self._interrupts = interrupts
        self._bugs: list[Exception] = []
        self.outcomes: Counter[str] = Counter()
        self.stopping = False

    def drain(self, task_type: TaskType, task_ids: Sequence[int] = ()) -> bool:
        """Work on these tasks and then on what is due, for 5 s; say whether more may be due.

        Raises the first bug met, after everything else was worked on, so that it is seen.
        """
        asked = _Asked(self._ledger, task_type, list(task_ids))
        if task_type is TaskType.GENERATE_NOTE:
            self._several_at_once(asked)
        else:
            self._one_by_one(asked)
        if self._bugs:
            raise self._bugs[0]
        return asked.more_may_be_due

    def _one_by_one(self, asked: _Asked) -> None:
        while self._may_claim(asked) and (claims := asked.claim(1)):
            self._leases.hold(claims)
            work = self._prepared(claims[0])
            if work is not None:
                self._report(claims[0], work)

    def _several_at_once(self, asked: _Asked) -> None:
        """Keep up to ten calls running; the ledger is spoken to from this thread alone."""
        running: dict[Future[Result], Claim] = {}
        with ThreadPoolExecutor(LLM_CALLS_AT_ONCE) as pool:
            while True:
                room = LLM_CALLS_AT_ONCE - len(running)
                # Refilled by halves: results are written while the other half is waited for.
                if 2 * room >= LLM_CALLS_AT_ONCE and self._may_claim(asked):
                    self._begin(asked.claim(room), pool, running)
                if running:
                    self._report_some(running)
                elif not self._may_claim(asked):
                    return

    def _may_claim(self, asked: _Asked) -> bool:
        return not self.stopping and asked.more_may_be_due and time.monotonic() < asked.until

    def _begin(
        self, claims: list[Claim], pool: ThreadPoolExecutor, running: dict[Future[Result], Claim]
    ) -> None:
        self._leases.hold(claims)
        for claim in claims:
            while claim.alone and running:
                self._report_some(running)
            work = self._prepared(claim)
            if work is not None:
                running[pool.submit(work)] = claim
            while claim.alone and running:
                self._report_some(running)

    def _prepared(self, claim: Claim) -> Callable[[], Result] | None:
        """Return the claim's work; None when even that failed, which is reported here."""
        try:
            return self._handlers.prepare(claim)
        except self._interrupts:
            raise
        except Exception as exc:  # noqa: BLE001 - every claim has to end with a word
            self._report_failure(claim, exc)
            return None

    def _report_some(self, running: dict[Future[Result], Claim]) -> None:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            self._report(running.pop(future), future.result)

    def give_back(self) -> None:
        """Return what is still held, untried, because the process has to stop."""
        self.stopping = True
        for claim in self._leases.held():
            self._ledger.release(claim)
            self._leases.let_go(claim)

    def _report(self, claim: Claim, work: Callable[[], Result]) -> None:
        try:
            self._ledger.complete(claim, work())
        except self._interrupts:
            raise
        except Exception as exc:  # noqa: BLE001 - every claim has to end with a word
            self._report_failure(claim, exc)
        else:
            self._ended(claim, "completed")

    def _report_failure(self, claim: Claim, error: Exception) -> None:
        if isinstance(error, StaleError):
            self._ended(claim, "stale")
            return
        failure = self._classify(error)
        log.info("attempt failed", extra={"task_id": claim.task_id, "code": failure.code})
        try:
            status = self._ledger.fail(claim, failure)
        except StaleError:
            self._ended(claim, "stale")
        except DBAPIError:
            # The lease runs out, and the sweeper gives the task to another attempt.
            self._ended(claim, "not reported")
        else:
            self._ended(claim, f"{status}: {failure.code}")

    def _classify(self, error: Exception) -> TaskFailure:
        if isinstance(error, PluginError):
            return TaskFailure.from_plugin(error)
        if isinstance(error, StoreError):
            return TaskFailure(error.code, "The transcript store does not answer.", Handling.RETRY)
        if isinstance(error, OperationalError):
            # Also a commit whose answer was lost: then the failure is refused, as it should be.
            return _NO_DATABASE
        log.error("a job met a bug", exc_info=error)
        self._bugs.append(error)
        return _BUG

    def _ended(self, claim: Claim, outcome: str) -> None:
        self._leases.let_go(claim)
        self.outcomes[outcome] += 1


class _Asked:
    """What a drain may claim: the tasks that it was poked for, and then whatever is due."""

    def __init__(self, ledger: Ledger, task_type: TaskType, task_ids: list[int]) -> None:
        self._ledger = ledger
        self._task_type = task_type
        self._task_ids = task_ids
        self.until = time.monotonic() + DRAIN_SECONDS
        self.more_may_be_due = True

    def claim(self, limit: int) -> list[Claim]:
        claims = self._ledger.claim(self._task_type, self._task_ids, limit=limit)
        taken = {claim.task_id for claim in claims}
        self._task_ids = [task_id for task_id in self._task_ids if task_id not in taken]
        self.more_may_be_due = bool(claims)
        return claims
