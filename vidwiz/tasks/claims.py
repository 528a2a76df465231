"""Claims: who works on a task, for how long, and how an attempt succeeds.

Every statement about an attempt names task, attempt and state in its WHERE, so that the database,
and not the order in which things happen, decides whether the attempt still counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from vidwiz.errors import StaleError
from vidwiz.statements import tasks as statements
from vidwiz.tasks.changes import publish_change
from vidwiz.tasks.types import REPLACES, Claim

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import sqlalchemy as sa
    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork
    from vidwiz.tasks.types import WorkerId, WorkItem


@dataclass(frozen=True, slots=True)
class NextClaim:
    """Who claims the next due task of a type, and for how many seconds."""

    task_type: str
    worker: WorkerId
    lease_seconds: float

    def values(self) -> dict[str, Any]:
        """Return it as a statement takes it."""
        return {
            "of_type": self.task_type,
            "lease": self.lease_seconds,
            "by_name": self.worker.name,
            "by_kind": self.worker.kind,
            "by_network": self.worker.network,
        }


def claim(
    uow: UnitOfWork,
    task_type: str,
    worker: WorkerId,
    *,
    lease_seconds: float,
    task_ids: Sequence[int] = (),
    limit: int = 1,
) -> list[Claim]:
    """Claim due work; `task_ids` are looked at first.

    More than one task are of one video, `limit` at the most; an isolated one comes by itself.
    One task is claimed with one statement.
    """
    by = NextClaim(task_type, worker, lease_seconds).values()
    if task_ids:
        first = _take(uow, statements.CLAIM_ONE_OF, {**by, "ids": task_ids})
    else:
        first = _take(uow, statements.CLAIM_NEXT, by)
    if not first or limit == 1 or first[0].isolated:
        return first
    more = {"of_video": first[0].video_id, "at_most": limit - 1}
    return first + _take(uow, statements.CLAIM_MORE_OF_VIDEO, {**by, **more})


def _take(uow: UnitOfWork, statement: sa.Update, values: dict[str, Any]) -> list[Claim]:
    return _claims(uow, uow.connection.execute(statement, values).mappings())


def _claims(uow: UnitOfWork, rows: Iterable[Mapping[Any, Any]]) -> list[Claim]:
    taken = [_claim(**row) for row in rows]
    for claim in taken:
        publish_change(uow, claim)
    return taken


def _claim(*, task_details: dict[str, Any] | None, **values: Any) -> Claim:  # noqa: ANN401 - a row
    return Claim(**values, replaces=(task_details or {}).get(REPLACES))


def _attempt(claim: Claim) -> dict[str, Any]:
    return {"of_task": claim.task_id, "of_attempt": claim.attempt}


def renew(uow: UnitOfWork, claim: Claim, *, lease_seconds: float) -> bool:
    """Prolong the lease; False means that the task is no longer this attempt's: stop."""
    values = {**_attempt(claim), "lease": lease_seconds}
    return uow.connection.execute(statements.RENEW, values).rowcount == 1


def complete(uow: UnitOfWork, claim: Claim, result: dict[str, Any] | None = None) -> int:
    """End the task as completed, in the transaction of its effect; return its priority.

    Counts while nobody claimed the task since, even if the lease has just run out. Raises
    `StaleError` otherwise, so that the caller's transaction, effect included, is rolled back.
    """
    values = {**_attempt(claim), "result": result}
    priority = uow.connection.scalar(statements.COMPLETE, values)
    if priority is None:
        raise _stale(claim)
    publish_change(uow, claim)
    return int(priority)


def complete_and_claim(
    uow: UnitOfWork, claim: Claim, result: dict[str, Any] | None, following: NextClaim
) -> list[Claim]:
    """Complete, as the last thing of a transaction, and claim the next due task of a type."""
    if uow.connection.dialect.name == "sqlite":
        # Which has no UPDATE within another statement.
        complete(uow, claim, result)
        return claim_next(uow, following)
    values = {**_attempt(claim), "result": result, **following.values()}
    row = uow.connection.execute(statements.COMPLETE_AND_CLAIM_NEXT, values).mappings().first()
    if row is None:
        raise _stale(claim)
    publish_change(uow, claim)
    claimed = {name: value for name, value in row.items() if name != "ended_priority"}
    return _claims(uow, [claimed] if claimed["task_id"] is not None else [])


def claim_next(uow: UnitOfWork, following: NextClaim) -> list[Claim]:
    """Claim the next due task; to be the last thing of a transaction, as others skip it then."""
    return _take(uow, statements.CLAIM_NEXT, following.values())


def _stale(claim: Claim) -> StaleError:
    return StaleError(f"task {claim.task_id} is no longer attempt {claim.attempt}'s")


def complete_active(
    uow: UnitOfWork, item: WorkItem, result: dict[str, Any] | None = None
) -> int | None:
    """End the subject's active task, whoever holds it; return its priority, None without one."""
    values = {"of_type": item.task_type, "of_subject": item.subject, "result": result}
    return cast("int | None", uow.connection.scalar(statements.COMPLETE_ACTIVE, values))


def is_due(session: Session, task_type: str, network: str) -> bool:
    """Say whether a task of this type could be claimed on this network, without taking any lock."""
    values = {"of_type": task_type, "by_network": network}
    return bool(session.connection().scalar(statements.IS_DUE, values))


def release(uow: UnitOfWork, claim: Claim) -> bool:
    """Give the task back untried; counts no failure. False when it is no longer this attempt's."""
    released = uow.connection.execute(statements.RELEASE, _attempt(claim)).rowcount == 1
    if released:
        uow.notify(claim.task_type, claim.task_id)
        publish_change(uow, claim)
    return released
