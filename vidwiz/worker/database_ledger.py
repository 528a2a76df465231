"""The ledger in the database, for workers that have it; all of it needs an app context."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from vidwiz import prompts
from vidwiz.db.transactions import read_transaction, single_read
from vidwiz.errors import StaleError
from vidwiz.pipeline import fetches, submissions
from vidwiz.pipeline.shared_health import SharedHealth
from vidwiz.services import fetcher_health, transcripts
from vidwiz.tasks import claims, failures
from vidwiz.tasks.claims import NextClaim
from vidwiz.worker.database_texts import DatabaseTokens
from vidwiz.worker.ledger import LedgerUnreachableError, reachable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sqlalchemy import Row, Select
    from sqlalchemy.orm import Session

    from vidwiz.pipeline.kinds import TaskKind, TaskKinds
    from vidwiz.pipeline.work import Inputs, Result
    from vidwiz.plugin_api import Segment
    from vidwiz.ports import Parts, UnitOfWork
    from vidwiz.runtime import Runtime
    from vidwiz.tasks.types import Claim, TaskFailure, WorkerId

log = logging.getLogger(__name__)

# A fetcher that was refused elsewhere a moment ago may be asked once more; that is harmless.
_LOOK_SECONDS = 2.0


class StoredTranscripts:
    """Reads what tasks work from; keeps the last transcript, as a batch of notes is of one."""

    def __init__(self, runtime: Runtime, tokens: DatabaseTokens) -> None:
        self._store = runtime.store
        self._secret = runtime.config.secret_key
        self._tokens = tokens
        self._last: tuple[str, tuple[Segment, ...]] | None = None

    def read_transaction(self) -> AbstractContextManager[Session]:
        """Open a reading transaction."""
        return read_transaction()

    def row(self, statement: Select[Any], values: dict[str, Any]) -> Row[Any] | None:
        """Read one row, in no transaction."""
        with single_read() as connection:
            return connection.execute(statement, values).first()

    def segments(self, object_key: str) -> tuple[Segment, ...]:
        """Read the object from the store, unless it is the one that was read last."""
        if self._last is None or self._last[0] != object_key:
            self._last = (object_key, transcripts.load(self._store, object_key))
        return self._last[1]

    def fence(self, transcript_sha256: str) -> str:
        """Return the fence that this installation's secret key gives the transcript."""
        return prompts.fence(self._secret, transcript_sha256)

    def check_budget(self) -> None:
        """Look at what is used today, where there is a budget."""
        self._tokens.check_budget()


class DatabaseLedger:
    """Claims in the database, and writes results there and into the store."""

    def __init__(
        self,
        runtime: Runtime,
        worker: WorkerId,
        kinds: TaskKinds,
        tokens: DatabaseTokens | None = None,
    ) -> None:
        self._runtime = runtime
        self._worker = worker
        self._kinds = kinds
        self._lease = runtime.config.lease_seconds
        self._tokens = tokens or DatabaseTokens(runtime)
        self._reader = StoredTranscripts(runtime, self._tokens)

    def claim(self, task_type: str, task_ids: Sequence[int] = (), *, limit: int = 1) -> list[Claim]:
        """Claim in one transaction; one task needs one statement only."""
        unit = self._runtime.single_statement if limit == 1 else self._runtime.unit_of_work
        with reachable(), unit() as uow:
            return claims.claim(
                *(uow, task_type, self._worker),
                lease_seconds=self._lease,
                task_ids=task_ids,
                limit=limit,
            )

    def renew(self, claim: Claim) -> bool:
        """Prolong the lease by its full length."""
        with reachable(), self._runtime.single_statement() as uow:
            return claims.renew(uow, claim, lease_seconds=self._lease)

    def inputs(self, claim: Claim) -> Inputs | None:
        """Read the rows, and the transcript from the store."""
        with reachable():
            return self._kinds.named(claim.task_type).inputs(self._reader, claim)

    def complete(
        self, claim: Claim, result: Result, *, claimed: Callable[[Claim], None] | None = None
    ) -> None:
        """Store the object, then write effect, end and followers in one transaction."""
        kind = self._kinds.named(claim.task_type)
        stored = result
        if isinstance(result, kind.result_type):
            stored = kind.store(self._runtime.store, claim.video_id, result)
        try:
            with self._tokens.writing() as uow:
                if claimed is None:
                    submissions.write_result(uow, kind, claim, stored)
                else:
                    self._write_and_claim(uow, kind, claim, stored, claimed)
        except StaleError:
            # The text does not count, but what it took does.
            self._tokens.write()
            raise

    def _write_and_claim(
        self,
        uow: UnitOfWork,
        kind: TaskKind,
        claim: Claim,
        stored: Any,  # noqa: ANN401 - what the kind's `store` returned
        claimed: Callable[[Claim], None],
    ) -> None:
        taken: list[Claim] = []

        def tell(_parts: Parts) -> None:
            for each in taken:
                claimed(each)

        # The first thing after the commit: what else follows may take longer than a lease.
        uow.after_commit(tell)
        following = NextClaim(kind.name, self._worker, self._lease)
        taken += submissions.write_and_claim(uow, kind, claim, stored, following)

    def fail(self, claim: Claim, failure: TaskFailure) -> str:
        """Record the failure, and what the attempt used."""
        try:
            with self._tokens.writing() as uow:
                return failures.fail(uow, claim, fetches.as_recorded(uow.session, claim, failure))
        except StaleError:
            self._tokens.write()
            raise

    def release(self, claim: Claim) -> None:
        """Make the task pending again."""
        with reachable(), self._runtime.single_statement() as uow:
            claims.release(uow, claim)


class DatabaseHealth:
    """The fetchers' health in the database, for this machine's network."""

    def __init__(self, runtime: Runtime) -> None:
        self._network = runtime.config.network
        self._shared = SharedHealth(runtime, self._network)
        self._refused: set[str] = set()
        self._look_again_at = 0.0

    def may_call(self, provider: str) -> datetime | None:
        """Look without writing first, as most breakers are closed."""
        self._look()
        if provider not in self._refused:
            return None
        with reachable():
            return self._shared.may_call(provider)

    def _look(self) -> None:
        if time.monotonic() < self._look_again_at:
            return
        with reachable(), single_read() as connection:
            self._refused = fetcher_health.refused_on(connection, self._network)
        self._look_again_at = time.monotonic() + _LOOK_SECONDS

    def refused(self, provider: str, code: str, retry_at: datetime | None) -> None:
        """Open the breaker."""
        self._refused.add(provider)
        with reachable():
            self._shared.refused(provider, code, retry_at)

    def succeeded(self, provider: str) -> None:
        """Close the breaker, if it was not closed."""
        if provider in self._refused:
            self._refused.discard(provider)
            with reachable():
                self._shared.succeeded(provider)

    def count(self, provider: str, code: str | None) -> None:
        """Count a call of a site; what it brought is not lost where that cannot be written."""
        try:
            with reachable():
                self._shared.count(provider, code)
        except LedgerUnreachableError:
            log.warning("a call could not be counted", extra={"plugin": provider})
