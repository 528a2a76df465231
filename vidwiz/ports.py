"""What the rules need from outside, as protocols without any outside library."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Session


class TaskQueue(Protocol):
    """Notifies workers of tasks. Losing a notification is harmless, so nothing is raised."""

    def notify(self, task_type: str, task_ids: Sequence[int]) -> bool:
        """Have a worker look at these tasks; False when the queue could not be reached."""

    def is_reachable(self) -> bool:
        """Say whether the queue answers."""


class TranscriptStore(Protocol):
    """Keeps transcript objects by key. Keys are relative paths with `/`."""

    def put(self, key: str, body: bytes) -> None:
        """Store `body` whole or not at all; raise `StoreError` when it is not stored."""

    def copy(self, key: str, copy_key: str) -> None:
        """Copy an object within the store; raise `ObjectMissingError`, `StoreError`."""

    def get(self, key: str) -> bytes:
        """Return the object; raise `ObjectMissingError` or `StoreError`."""

    def check(self) -> None:
        """Raise `StoreError` when the store cannot be used."""

    def remove_drafts(self, *, older_than_seconds: float) -> int:
        """Remove what interrupted writes left behind; return how many there were."""


@dataclass(frozen=True, slots=True)
class VideoChanged:
    """Something that users see of a video has changed."""

    video_id: str


@dataclass(frozen=True, slots=True)
class NoteChanged:
    """Something that its owner sees of a note has changed, or the note is gone."""

    note_id: int
    video_id: str


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """What somebody may do has changed: an account or a token is gone, or has other rights.

    Whoever changes that publishes it; processes remember for some seconds what it was.
    """

    user_id: int


Event = VideoChanged | NoteChanged | AccountChanged


class EventPublisher(Protocol):
    """Tells whoever listens in this process what has been committed."""

    def publish(self, event: Event) -> None:
        """Call every listener; what one of them raises reaches nobody else."""


class UnitOfWork(Protocol):
    """One transaction that may write; what it asks for happens after its commit.

    `connection` is the session's own, for statements that need no objects: executed there they
    cost a third. What the session holds is not flushed before them.
    """

    @property
    def session(self) -> Session:
        """The session; one statement by itself has none."""

    @property
    def connection(self) -> Connection:
        """The connection."""

    def notify(self, task_type: str, task_id: int) -> None:
        """Have a worker look at this task once the transaction is committed."""

    def publish(self, event: Event) -> None:
        """Publish the event once the transaction is committed; the same one only once."""

    def after_commit(self, work: Callable[[Parts], object], *, last: bool = False) -> None:
        """Run `work` once the transaction is committed, in the order of registration.

        With `last` it runs after all that is not: nobody waits for it, and it may take long.
        """


class Parts(Protocol):
    """What work after a commit may use; it may open transactions of its own."""

    @property
    def queue(self) -> TaskQueue:
        """Where workers are notified."""

    @property
    def store(self) -> TranscriptStore:
        """Where transcript objects are."""

    @property
    def events(self) -> EventPublisher:
        """Where events are published."""

    def unit_of_work(self) -> AbstractContextManager[UnitOfWork]:
        """Open a writing transaction."""

    def single_statement(self) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work of one statement on its connection, which commits by itself."""


class FetcherHealth(Protocol):
    """Remembers which fetchers a site has refused, for every process on this network."""

    def may_call(self, provider: str) -> datetime | None:
        """Return None when the fetcher may be called, else the time of the next probe.

        When that time has come, exactly one caller is let through as the probe.
        """

    def refused(self, provider: str, code: str, retry_at: datetime | None) -> None:
        """Note that the site refused this fetcher, so that it is not called for a while."""

    def succeeded(self, provider: str) -> None:
        """Note that the fetcher works."""

    def count(self, provider: str, code: str | None) -> None:
        """Count a call for those who look at it: a success, or why it failed."""


class FetchPace(Protocol):
    """How often each fetcher may ask its site, for every process on this network together."""

    def take(self, provider: str, *, urgent: bool) -> float:
        """Take a slot and return 0, or return the seconds until there may be one.

        Some slots are kept for what is urgent, so that a long queue holds up nobody who waits.
        """


@dataclass(frozen=True, slots=True)
class TokenUse:
    """Tokens of one call of an LLM provider; `user_id` is None for a text that all share."""

    provider: str
    model: str
    purpose: str
    user_id: int | None
    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0


class TokenCount(Protocol):
    """Counts what calls of an LLM provider use, and says when the day's budget is spent."""

    def add(self, use: TokenUse) -> None:
        """Count a call. Called from several threads; writes nothing by itself."""

    def check_budget(self) -> None:
        """Raise `PluginError` (`budget_spent`) when no more may be used today."""


@dataclass(frozen=True, slots=True)
class KeptPart:
    """What a model wrote about a part of a transcript, and the tokens that it took."""

    text: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0


class PartStore(Protocol):
    """Keeps what is paid for of a long transcript's summary, for another attempt."""

    def kept(self, keys: Sequence[str]) -> dict[str, KeptPart]:
        """Return those that there are."""

    def keep(self, key: str, part: KeptPart) -> None:
        """Keep a part, together with the tokens that were counted until now."""


transaction_open: ContextVar[bool] = ContextVar("transaction_open", default=False)
"""Whether the running code holds a database transaction, in which nothing may wait."""
