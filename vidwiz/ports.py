"""What the rules need from outside, as protocols without any outside library."""

from __future__ import annotations

from contextvars import ContextVar
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


class TaskType(StrEnum):
    """The kinds of durable work. The value stands in the database and in the API."""

    FETCH_METADATA = "fetch_metadata"
    FETCH_TRANSCRIPT = "fetch_transcript"
    GENERATE_SUMMARY = "generate_summary"
    GENERATE_NOTE = "generate_note"


class TaskQueue(Protocol):
    """Tells the engine to look at tasks. Losing a poke is harmless, so nothing is raised."""

    def poke(self, task_type: TaskType, task_ids: Sequence[int]) -> bool:
        """Ask for these tasks to be looked at; False when the engine could not be told."""

    def is_reachable(self) -> bool:
        """Say whether the engine answers."""


class TranscriptStore(Protocol):
    """Keeps transcript objects by key. Keys are relative paths with `/`."""

    def put(self, key: str, body: bytes) -> None:
        """Store `body` whole or not at all; raise `StoreError` when it is not stored."""

    def copy(self, key: str, copy_key: str) -> None:
        """Put a copy of an object that nobody changes; raise `ObjectMissingError`, `StoreError`."""

    def get(self, key: str) -> bytes:
        """Return the object; raise `ObjectMissingError` or `StoreError`."""

    def check(self) -> None:
        """Raise `StoreError` when the store cannot be used."""


class UnitOfWork(Protocol):
    """One transaction that may write; what it asks for happens after its commit."""

    session: Session

    def poke(self, task_type: TaskType, task_id: int) -> None:
        """Have the engine look at this task once the transaction is committed."""


class FetcherHealth(Protocol):
    """Remembers which fetchers a site has refused, for every process on this network."""

    def may_call(self, provider: str) -> datetime | None:
        """Return None when the fetcher may be called, else the time of the next probe.

        When that time has come, exactly one caller is let through as the probe.
        """

    def refused(self, provider: str, code: str, retry_at: datetime | None) -> None:
        """Note that the site refused this fetcher, so that it is left alone for a while."""

    def succeeded(self, provider: str) -> None:
        """Note that the fetcher works."""


transaction_open: ContextVar[bool] = ContextVar("transaction_open", default=False)
"""Whether the running code holds a database transaction, in which nothing may wait."""
