"""The loop that works on tasks: claim, do, report, until nothing is due."""

from __future__ import annotations

import logging
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, OperationalError

from vidwiz.errors import StaleError, StoreError
from vidwiz.plugin_api import Handling, PluginError
from vidwiz.services.failures import TaskFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vidwiz.jobs.handlers import Handlers
    from vidwiz.jobs.leases import LeaseKeeper
    from vidwiz.jobs.ledger import Ledger
    from vidwiz.ports import TaskType
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
        until = time.monotonic() + DRAIN_SECONDS
        left = list(task_ids)
        more = False
        while not self.stopping:
            claims = self._ledger.claim(task_type, left)
            if not claims:
                more = False
                break
            self._perform(claims)
            taken = {claim.task_id for claim in claims}
            left = [task_id for task_id in left if task_id not in taken]
            more = True
            if time.monotonic() >= until:
                break
        if self._bugs:
            raise self._bugs[0]
        return more

    def give_back(self) -> None:
        """Return what is still held, untried, because the process has to stop."""
        self.stopping = True
        for claim in self._leases.held():
            self._ledger.release(claim)
            self._leases.let_go(claim)

    def _perform(self, claims: list[Claim]) -> None:
        self._leases.hold(claims)
        works = {}
        for claim in claims:
            try:
                works[claim] = self._handlers.prepare(claim)
            except self._interrupts:
                raise
            except Exception as exc:  # noqa: BLE001 - every claim has to end with a word
                self._report_failure(claim, exc)
        if len(works) == 1:
            ((claim, work),) = works.items()
            self._report(claim, work)
        elif works:
            self._perform_at_once(works)

    def _perform_at_once(self, works: dict[Claim, Callable[[], Result]]) -> None:
        """Run the calls in threads; the ledger is spoken to from this one alone."""
        with ThreadPoolExecutor(LLM_CALLS_AT_ONCE) as pool:
            futures = {pool.submit(work): claim for claim, work in works.items()}
            for future in as_completed(futures):
                self._report(futures[future], future.result)

    def _report(self, claim: Claim, work: Callable[[], Result]) -> None:
        try:
            result = work()
            self._ledger.complete(claim, result)
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
