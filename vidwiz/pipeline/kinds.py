"""What is to be said of one kind of task, and finding a kind by its name or its queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from vidwiz.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from sqlalchemy import Row, Select
    from sqlalchemy.orm import Session

    from vidwiz.pipeline.providers import Providers
    from vidwiz.pipeline.work import Inputs, Result
    from vidwiz.plugin_api import Segment
    from vidwiz.ports import TranscriptStore, UnitOfWork
    from vidwiz.tasks.types import Claim, WorkItem

# How much longer RQ lets a job run than its tasks may take by themselves, in seconds.
_JOB_EXTRA = 120.0


class InputReader(Protocol):
    """How the inputs of a task are read, wherever the rows and the objects are."""

    def read_transaction(self) -> AbstractContextManager[Session]:
        """Open a reading transaction."""

    def row(self, statement: Select[Any], values: dict[str, Any]) -> Row[Any] | None:
        """Return the one row that the statement finds, by itself and without a transaction."""

    def segments(self, object_key: str) -> tuple[Segment, ...]:
        """Return a stored transcript; raise `StoreError`. Not to be called in a transaction."""

    def fence(self, transcript_sha256: str) -> str:
        """Return the line around strangers' text in prompts about this transcript."""

    def check_budget(self) -> None:
        """Raise `PluginError` (`budget_spent`) when today's tokens are spent."""


def store_nothing(_store: TranscriptStore, _video_id: str, result: Any) -> Any:  # noqa: ANN401 - a Result
    """Store nothing: the result goes into the database as it is."""
    return result


def schedule_nothing(_uow: UnitOfWork, _written: object, _priority: int) -> None:
    """Schedule nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskKind:
    """One kind of task, from its queue to what follows from its result.

    In the order of the flow: `is_needed` says whether its result still lacks. `inputs` reads what
    an attempt works from, None when the work is not needed any more. `run` does the work, with no
    transaction open. `store` keeps what belongs into the transcript store, before the
    transaction. `write` writes the result into the locked rows and returns what was written, or
    None when that changes nothing. `then` schedules what follows from that, with the priority of
    the task.
    """

    name: str
    queue: str
    """Where workers are notified of it. A kind without slots shares the queue of one that has."""
    slots: int
    """Workers that are started for its queue unless VIDWIZ_WORKERS says otherwise."""
    deadline_seconds: float
    """How long one attempt may take; its process ends itself after that."""
    asks: tuple[str, ...] = ()
    """The roles of the plugins that it calls."""
    at_once: int = 1
    """How many tasks of one video a worker claims and runs at the same time."""
    result_type: type[Any]
    is_needed: Callable[[Session, WorkItem], bool]
    inputs: Callable[[InputReader, Claim], Inputs | None]
    run: Callable[[Any, Providers], Result]
    store: Callable[[TranscriptStore, str, Any], Any] = store_nothing
    write: Callable[[UnitOfWork, WorkItem, Any], object | None]
    then: Callable[[UnitOfWork, Any, int], None] = schedule_nothing
    example: Any = None
    """What `store` might return, written once and rolled back when a worker warms up."""
    outlives_its_task: bool = False
    """Whether a result still counts that comes without its task, as long as it is needed."""


class TaskKinds:
    """The kinds that this program knows, in the order of the flow."""

    def __init__(self, *kinds: TaskKind) -> None:
        self._by_name = {kind.name: kind for kind in kinds}
        owners = [kind for kind in kinds if kind.slots]
        self._by_queue = {kind.queue: kind for kind in owners}
        if len(self._by_name) != len(kinds) or len(self._by_queue) != len(owners):
            raise ValueError("two kinds of tasks have one name or one queue")
        self._sharing = {
            queue: tuple(kind for kind in kinds if kind.queue == queue) for queue in self._by_queue
        }
        if sum(map(len, self._sharing.values())) != len(kinds):
            raise ValueError("a kind of tasks shares a queue that no kind has slots for")

    def __iter__(self) -> Iterator[TaskKind]:
        return iter(self._by_name.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all kinds."""
        return tuple(self._by_name)

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues of all kinds."""
        return tuple(self._by_queue)

    def named(self, name: str) -> TaskKind:
        """Return the kind of this name; raise `InvalidInputError` for an unknown one."""
        if name not in self._by_name:
            raise InvalidInputError(f"{name} is no kind of task here", field="task_type")
        return self._by_name[name]

    def of_queue(self, queue: str) -> TaskKind:
        """Return the kind that the queue is made for; raise `InvalidInputError`."""
        if queue not in self._by_queue:
            raise InvalidInputError(
                f"there is no queue {queue}; there are {', '.join(self.queues)}", field="queue"
            )
        return self._by_queue[queue]

    def sharing(self, queue: str) -> tuple[TaskKind, ...]:
        """Return all kinds whose tasks go through this queue; raise `InvalidInputError`."""
        return self._sharing[self.of_queue(queue).queue]

    def job_timeout(self, queue: str) -> int:
        """Return how long RQ lets a job of this queue run, in seconds; it works on each kind."""
        return int(sum(kind.deadline_seconds for kind in self.sharing(queue)) + _JOB_EXTRA)

    def asked_for(self, queue: str) -> list[str]:
        """Return the roles of the plugins that the work of a queue calls."""
        return sorted({role for kind in self.sharing(queue) for role in kind.asks})

    def of_result(self, result: Result) -> TaskKind:
        """Return the kind whose work brings such a result; raise `InvalidInputError`."""
        for kind in self:
            if isinstance(result, kind.result_type):
                return kind
        raise InvalidInputError(
            f"{type(result).__name__} is no result of a kind of task here", field="result"
        )

    def slots(self, asked: Mapping[str, int]) -> dict[str, int]:
        """Return how many workers each queue gets; raise `InvalidInputError` for an unknown one."""
        return {queue: kind.slots for queue, kind in self._by_queue.items()} | {
            self.of_queue(queue).queue: count for queue, count in asked.items()
        }
