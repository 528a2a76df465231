"""The loop that works on tasks: claim, run, submit, until nothing is due."""

from __future__ import annotations

import logging
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from vidwiz.errors import InvalidInputError, StaleError, StoreError
from vidwiz.pipeline.work import NotNeeded
from vidwiz.plugin_api import Handling, PluginError
from vidwiz.services import cleaning
from vidwiz.tasks.types import TaskFailure, known_failure
from vidwiz.worker.ledger import LedgerUnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vidwiz.pipeline.kinds import TaskKind, TaskKinds
    from vidwiz.pipeline.providers import Providers
    from vidwiz.pipeline.work import Result
    from vidwiz.tasks.types import Claim
    from vidwiz.worker.leases import LeaseKeeper
    from vidwiz.worker.ledger import Ledger

log = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
_MOST_WITHOUT_SLOT = 3


class Runner:
    """Works on tasks of one kind at a time; one for each process."""

    def __init__(
        self,
        ledger: Ledger,
        kinds: TaskKinds,
        providers: Providers,
        leases: LeaseKeeper,
        *,
        interrupts: tuple[type[BaseException], ...] = (),
    ) -> None:
        self._ledger = ledger
        self._kinds = kinds
        self._providers = providers
        self._leases = leases
        self._interrupts = interrupts
        self._bugs: list[Exception] = []
        self._without_slot = 0
        self.outcomes: Counter[str] = Counter()
        self.stopping = False

    def drain(self, task_type: str, task_ids: Sequence[int] = ()) -> bool:
        """Work on these tasks and then on what is due, for 5 s; say whether more may be due.

        Raises the first bug met, after everything else was worked on, so that it is seen.
        """
        self._bugs = []
        self._without_slot = 0
        kind = self._kinds.named(task_type)
        due = _DueTasks(self._ledger, kind, list(task_ids))
        if kind.at_once > 1:
            self._several_at_once(kind, due)
        else:
            self._one_by_one(kind, due)
        if self._bugs:
            raise self._bugs[0]
        return due.more_may_be_due and not self._waits_for_slots()

    def _waits_for_slots(self) -> bool:
        """Say whether sites may not be asked for a while; a few more tasks may need no site."""
        return self._without_slot >= _MOST_WITHOUT_SLOT

    def _one_by_one(self, kind: TaskKind, due: _DueTasks) -> None:
        claim = self._claim_one(due)
        while claim is not None:
            work = self._prepared(kind, claim)
            following = None if work is None else self._report_and_claim(claim, work, due)
            claim = following or self._claim_one(due)

    def _claim_one(self, due: _DueTasks) -> Claim | None:
        claims = self._claim(due, 1) if self._may_claim(due) else []
        return claims[0] if claims else None

    def _several_at_once(self, kind: TaskKind, due: _DueTasks) -> None:
        """Keep up to `at_once` calls running; only this thread speaks to the ledger."""
        running: dict[Future[Result], Claim] = {}
        with ThreadPoolExecutor(kind.at_once) as pool:
            while True:
                room = kind.at_once - len(running)
                # Refilled by halves: results are written while the other half is waited for.
                if 2 * room >= kind.at_once and self._may_claim(due):
                    self._begin(kind, self._claim(due, room), pool, running)
                if running:
                    self._report_some(running)
                elif not self._may_claim(due):
                    return

    def _may_claim(self, due: _DueTasks) -> bool:
        may_go_on = not self.stopping and not self._waits_for_slots()
        return may_go_on and due.more_may_be_due and time.monotonic() < due.until

    def _claim(self, due: _DueTasks, limit: int) -> list[Claim]:
        """Claim; a claim that fails ends the claiming, but not what already runs."""
        try:
            claims = due.claim(limit)
        except self._interrupts:
            raise
        except LedgerUnreachableError:
            log.warning("the ledger did not answer; what is due is claimed later")
            due.more_may_be_due = False
            return []
        except Exception as exc:
            log.exception("a claim met a bug")
            self._bugs.append(exc)
            due.more_may_be_due = False
            return []
        self._hold(due, *claims)
        return claims

    def _hold(self, due: _DueTasks, *claims: Claim) -> None:
        self._leases.hold(list(claims), deadline_seconds=due.kind.deadline_seconds)

    def _begin(
        self,
        kind: TaskKind,
        claims: list[Claim],
        pool: ThreadPoolExecutor,
        running: dict[Future[Result], Claim],
    ) -> None:
        for claim in claims:
            while claim.isolated and running:
                self._report_some(running)
            work = self._prepared(kind, claim)
            if work is not None:
                running[pool.submit(work)] = claim
            while claim.isolated and running:
                self._report_some(running)

    def _prepared(self, kind: TaskKind, claim: Claim) -> Callable[[], Result] | None:
        """Return the claim's work; None when even that failed, which is reported here."""
        try:
            inputs = self._ledger.inputs(claim)
        except self._interrupts:
            raise
        except Exception as exc:  # noqa: BLE001 - every claim has to end with a report
            self._report_failure(claim, exc)
            return None
        return NotNeeded if inputs is None else partial(kind.run, inputs, self._providers)

    def _report_some(self, running: dict[Future[Result], Claim]) -> None:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            self._report(running.pop(future), future.result)

    def give_back(self) -> None:
        """Return what is still held, untried, because the process has to stop.

        A ledger that does not answer keeps no other claim from being given back.
        """
        self.stopping = True
        for claim in self._leases.held():
            self._give_back(claim)

    def _give_back(self, claim: Claim) -> None:
        try:
            self._ledger.release(claim)
        except LedgerUnreachableError:
            log.warning("a task could not be given back", extra={"task_id": claim.task_id})
        self._leases.end(claim)

    def _report_and_claim(
        self, claim: Claim, work: Callable[[], Result], due: _DueTasks
    ) -> Claim | None:
        """Report, and have the next task claimed with the same transaction, if one may be."""
        claimed: list[Claim] = []

        def hold(following: Claim) -> None:
            # At once: what else follows the commit may take longer than a lease.
            self._hold(due, following)
            claimed.append(following)

        def complete(result: Result) -> None:
            if self._may_claim(due):
                self._ledger.complete(claim, result, claimed=hold)
                due.more_may_be_due = bool(claimed)
            else:
                self._ledger.complete(claim, result)

        self._report(claim, work, complete)
        if claimed and self.stopping:
            self._give_back(claimed.pop())
        if not claimed:
            return None
        # Its time begins only now.
        self._hold(due, *claimed)
        return claimed[0]

    def _report(
        self,
        claim: Claim,
        work: Callable[[], Result],
        complete: Callable[[Result], None] | None = None,
    ) -> None:
        complete = complete or partial(self._ledger.complete, claim)
        try:
            complete(work())
        except self._interrupts:
            raise
        except Exception as exc:  # noqa: BLE001 - every claim has to end with a report
            self._report_failure(claim, exc)
        else:
            self._ended(claim, "completed")

    def _report_failure(self, claim: Claim, error: Exception) -> None:
        if isinstance(error, StaleError):
            self._ended(claim, "stale")
            return
        failure = self._classify(error)
        self._without_slot += failure.code == "paced"
        log.info("attempt failed", extra={"task_id": claim.task_id, "code": failure.code})
        try:
            status = self._ledger.fail(claim, failure)
        except StaleError:
            self._ended(claim, "stale")
        except LedgerUnreachableError:
            # The lease runs out, and the sweeper gives the task to another attempt.
            self._ended(claim, "not reported")
        else:
            self._ended(claim, f"{status}: {failure.code}")

    def _classify(self, error: Exception) -> TaskFailure:
        if isinstance(error, PluginError):
            # A plugin may have put into its sentence what a site said.
            failure = TaskFailure.from_plugin(error)
            return replace(failure, message=cleaning.clean_line(failure.message))
        if isinstance(error, StoreError):
            return TaskFailure(error.code, "The transcript store does not answer.", Handling.RETRY)
        if isinstance(error, InvalidInputError):
            row = known_failure(error.code)
            handling = row.handling if row is not None else Handling.SWITCH
            return TaskFailure(error.code, error.message, handling)
        if isinstance(error, LedgerUnreachableError):
            # Also a commit whose answer was lost: then the failure is refused, as it should be.
            return TaskFailure.of_code("database_error")
        log.error("a job met a bug", exc_info=error)
        self._bugs.append(error)
        return TaskFailure.of_code("internal_error")

    def _ended(self, claim: Claim, outcome: str) -> None:
        self._leases.end(claim)
        self.outcomes[outcome] += 1


class _DueTasks:
    """What a drain may claim: the tasks that it was notified of, and then whatever is due."""

    def __init__(self, ledger: Ledger, kind: TaskKind, task_ids: list[int]) -> None:
        self._ledger = ledger
        self._task_ids = task_ids
        self.kind = kind
        self.until = time.monotonic() + DRAIN_SECONDS
        self.more_may_be_due = True

    def claim(self, limit: int) -> list[Claim]:
        claims = self._ledger.claim(self.kind.name, self._task_ids, limit=limit)
        taken = {claim.task_id for claim in claims}
        self._task_ids = [task_id for task_id in self._task_ids if task_id not in taken]
        self.more_may_be_due = bool(claims)
        return claims
