"""Plain data of the ledger: kinds of tasks, who works, claims and failures.

No SQLAlchemy here: these values also travel between a server and helpers on other machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from vidwiz.plugin_api import FAILURES, Failure, Handling

if TYPE_CHECKING:
    from datetime import datetime

    from vidwiz.plugin_api import PluginError


NO_VIDEO = ""
"""The video of work that is about no single video."""


class TaskType(StrEnum):
    """The kinds of tasks that the rules schedule; the value stands in the database and the API.

    `vidwiz.pipeline.flow` says what each kind does.
    """

    FETCH_METADATA = "fetch_metadata"
    FETCH_TRANSCRIPT = "fetch_transcript"
    GENERATE_SUMMARY = "generate_summary"
    GENERATE_NOTE = "generate_note"
    EXPAND_LIST = "expand_list"


FETCHES = frozenset({TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT})
TEXTS = frozenset({TaskType.GENERATE_SUMMARY, TaskType.GENERATE_NOTE})


@dataclass(frozen=True, slots=True)
class WorkerId:
    """Who works: shown on the task. `network` is where its requests come from."""

    name: str
    kind: str = "queue"
    network: str = "server"


REPLACES = "replaces"
"""In a task's details: the provider whose text it replaces."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """What a task is about, independent of who works on it."""

    task_type: str
    subject: str
    video_id: str
    note_id: int | None = None
    replaces: str | None = None
    """For a text that is made anew: the provider whose text it replaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(WorkItem):
    """The right of one attempt to work on a task until its lease runs out."""

    task_id: int
    attempt: int
    failures: int
    isolated: bool = False
    """Whether an earlier attempt lost its worker, so that no other task may run beside it."""
    priority: int = 0


# Failures that no plugin reports; together with FAILURES these are all codes that we know.
OWN_FAILURES: dict[str, Failure] = {
    "worker_lost": Failure(Handling.RETRY, "The worker stopped in the middle of it."),
    "deadline_exceeded": Failure(Handling.RETRY, "It took too long. It will be tried again."),
    "database_error": Failure(Handling.RETRY, "The database did not answer."),
    "store_unavailable": Failure(Handling.RETRY, "The transcript store does not answer."),
    "object_missing": Failure(Handling.RETRY, "The stored transcript is missing or damaged."),
    "internal_error": Failure(Handling.RETRY, "An unexpected error; it was logged."),
    "helper_failed": Failure(Handling.RETRY, "The helper could not do it. It will be tried again."),
    "paced": Failure(
        Handling.WAIT, "Sites are asked only so often, so that they let us in. It waits its turn."
    ),
    "no_fetcher": Failure(Handling.OPERATOR, "No fetcher on this server can look for this video."),
    "no_provider": Failure(Handling.OPERATOR, "No provider on this server writes texts."),
    "still_reading": Failure(
        Handling.WAIT, "The video is very long; the rest of it is read in a moment."
    ),
    "nothing_said": Failure(Handling.PERMANENT, "Nothing is said near this moment."),
    "after_the_end": Failure(Handling.PERMANENT, "This moment is after the end of the video."),
    "daily_limit": Failure(
        Handling.WAIT, "Today's limit of new videos is used up; the rest is added tomorrow."
    ),
    "not_in_library": Failure(Handling.SWITCH, "The library folder has nothing of this video."),
}


def known_failure(code: str | None) -> Failure | None:
    """Return how a failure of this code is handled; None for a code that nobody here knows."""
    return FAILURES.get(code or "") or OWN_FAILURES.get(code or "")


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """A classified failure of one attempt, in words that a user understands."""

    code: str
    message: str
    handling: Handling
    retry_at: datetime | None = None

    @classmethod
    def of_code(cls, code: str) -> TaskFailure:
        """Return the failure of a known code; raise `KeyError` for another one."""
        row = known_failure(code)
        if row is None:
            raise KeyError(code)
        return cls(code, row.message, row.handling)

    @classmethod
    def from_plugin(cls, error: PluginError) -> TaskFailure:
        """Take over what a plugin said."""
        return cls(error.code, error.message, error.handling, error.retry_at)

    @property
    def ends_the_task(self) -> bool:
        """Say whether no further try can help."""
        return self.handling in (Handling.PERMANENT, Handling.SWITCH, Handling.OPERATOR)
