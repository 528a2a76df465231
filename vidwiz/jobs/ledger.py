"""The `Ledger` port of the runner, and its adapter for a process that has the database."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from vidwiz.db import reading, unit_of_work
from vidwiz.publishing import publish
from vidwiz.services import claims, fetcher_health, results, setbacks, transcripts
from vidwiz.services.results import TranscriptResult

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from vidwiz.models import TaskStatus
    from vidwiz.plugin_api import Segment, Transcript
    from vidwiz.ports import TaskType
    from vidwiz.runtime import Runtime
    from vidwiz.services.claims import Claim, WorkerId
    from vidwiz.services.failures import TaskFailure
    from vidwiz.services.results import Inputs, Result


# A fetcher that was refused elsewhere a moment ago may be asked once more; that is harmless.
_LOOK_SECONDS = 2.0


class Ledger(Protocol):
    """What the runner needs of the ledger, wherever that is."""

    def claim(self, task_type: TaskType, task_ids: Sequence[int], *, limit: int) -> list[Claim]:
        """Claim due work of this type, these tasks first; an empty list when there is none.

        More than one are of one video, and `limit` at the most.
        """

    def renew(self, claim: Claim) -> bool:
        """Prolong the lease; False when the task is not this attempt's any more."""

    def inputs(self, claim: Claim) -> Inputs | None:
        """Return what a text is made from; None when it is not wanted any more."""

    def segments(self, key: str) -> tuple[Segment, ...]:
        """Return the transcript behind `Inputs.object_key`; raise `StoreError`."""

    def store(self, claim: Claim, transcript: Transcript, source: str) -> TranscriptResult:
        """Keep a fetched transcript, so that it can be named in a result."""

    def complete(self, claim: Claim, result: Result) -> None:
        """Hand in the result; raise `StaleError` when it does not count any more."""

    def fail(self, claim: Claim, failure: TaskFailure) -> TaskStatus:
        """Hand in a failure; raise `StaleError` when it does not count any more."""

    def release(self, claim: Claim) -> None:
        """Give the task back untried."""


class DatabaseLedger:
    """The ledger in the database; needs an app context."""

    def __init__(self, runtime: Runtime, worker: WorkerId) -> None:
        self._runtime = runtime
        self._worker = worker
        self._lease = runtime.config.lease_seconds

    def claim(
        self, task_type: TaskType, task_ids: Sequence[int] = (), *, limit: int = 1
    ) -> list[Claim]:
        """Claim in one transaction."""
        with unit_of_work(self._runtime.queue) as uow:
            return claims.claim(
                *(uow, task_type, self._worker),
                lease_seconds=self._lease,
                task_ids=task_ids,
                limit=limit,
            )

    def renew(self, claim: Claim) -> bool:
        """Prolong the lease by its full length."""
        with unit_of_work(self._runtime.queue) as uow:
            return claims.renew(uow, claim, lease_seconds=self._lease)

    def inputs(self, claim: Claim) -> Inputs | None:
        """Read the rows that a text is made from."""
        with reading() as session:
            return results.inputs_of(session, claim)

    def segments(self, key: str) -> tuple[Segment, ...]:
        """Read the object from the store."""
        return transcripts.load(self._runtime.store, key)

    def store(self, claim: Claim, transcript: Transcript, source: str) -> TranscriptResult:
        """Write the object, before any transaction."""
        return TranscriptResult(
            transcripts.put_object(self._runtime.store, claim.video_id, transcript, source=source)
        )

    def complete(self, claim: Claim, result: Result) -> None:
        """Write effect, end and followers in one transaction; then the published copy."""
        with unit_of_work(self._runtime.queue) as uow:
            results.apply(uow, claim, result)
        if isinstance(result, TranscriptResult):
            stored = result.stored
            publish(self._runtime, claim.video_id, object_key=stored.key, digest=stored.sha256)

    def fail(self, claim: Claim, failure: TaskFailure) -> TaskStatus:
        """Record the failure."""
        with unit_of_work(self._runtime.queue) as uow:
            return setbacks.fail(uow, claim, failure)

    def release(self, claim: Claim) -> None:
        """Make the task pending again."""
        with unit_of_work(self._runtime.queue) as uow:
            claims.release(uow, claim)


class DatabaseHealth:
    """The fetchers' breakers in the database, for this machine's network."""

    def __init__(self, runtime: Runtime) -> None:
        self._queue = runtime.queue
        self._network = runtime.config.network
        self._troubled: set[str] = set()
        self._look_again_at = 0.0

    def may_call(self, provider: str) -> datetime | None:
        """Look without writing first: a breaker that never opened has no row."""
        self._look()
        if provider not in self._troubled:
            return None
        with unit_of_work(self._queue) as uow:
            return fetcher_health.may_call(uow, provider, self._network)

    def _look(self) -> None:
        if time.monotonic() < self._look_again_at:
            return
        with reading() as session:
            self._troubled = fetcher_health.troubled(session, self._network)
        self._look_again_at = time.monotonic() + _LOOK_SECONDS

    def refused(self, provider: str, code: str, retry_at: datetime | None) -> None:
        """Open the breaker."""
        self._troubled.add(provider)
        with unit_of_work(self._queue) as uow:
            fetcher_health.refused(uow, provider, self._network, code=code, retry_at=retry_at)

    def succeeded(self, provider: str) -> None:
        """Close the breaker, if it was not closed."""
        if provider in self._troubled:
            self._troubled.discard(provider)
            with unit_of_work(self._queue) as uow:
                fetcher_health.succeeded(uow, provider, self._network)
