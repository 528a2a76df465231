"""The `Ledger` port: what a worker needs of the ledger, wherever that is."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from vidwiz.pipeline.work import Inputs, Result
    from vidwiz.tasks.types import Claim, TaskFailure


class LedgerUnreachableError(Exception):
    """The ledger did not answer; what was asked of it may or may not have happened."""


@contextmanager
def reachable() -> Iterator[None]:
    """Raise `LedgerUnreachableError` where the database does not answer within the block."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as exc:
        raise LedgerUnreachableError("the database did not answer") from exc


class Ledger(Protocol):
    """Claims work and takes results. Each method may raise `LedgerUnreachableError`."""

    def claim(self, task_type: str, task_ids: Sequence[int], *, limit: int) -> list[Claim]:
        """Claim due work of this type, these tasks first; an empty list when there is none.

        More than one are of one video, and `limit` at the most.
        """

    def renew(self, claim: Claim) -> bool:
        """Prolong the lease; False when the task is not this attempt's any more."""

    def inputs(self, claim: Claim) -> Inputs | None:
        """Return what the attempt works from; None when the work is not needed any more.

        Raises `StoreError` when the stored transcript cannot be read.
        """

    def complete(
        self, claim: Claim, result: Result, *, claimed: Callable[[Claim], None] | None = None
    ) -> None:
        """Submit the result; raise `StaleError` when it does not count any more.

        With `claimed`, the next due task of this type is claimed together with that, or not at
        all: `claimed` is called with it as soon as it is so. None is claimed where none is due.
        Raises `InvalidInputError` for a result that must not be kept, `StoreError` when it could
        not be.
        """

    def fail(self, claim: Claim, failure: TaskFailure) -> str:
        """Submit a failure and return the task's status; raise `StaleError` as above."""

    def release(self, claim: Claim) -> None:
        """Give the task back untried."""
