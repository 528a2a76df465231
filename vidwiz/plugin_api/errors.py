"""Why a plugin could not do its work, and what should follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Handling(StrEnum):
    """What follows from a failure."""

    RETRY = "retry"  # the same provider may succeed soon; counts a failure
    SWITCH = "switch"  # this provider will not do it; another may
    WAIT = "wait"  # a known time must pass; counts no failure
    PERMANENT = "permanent"  # nobody can do it
    OPERATOR = "operator"  # needs a setting, a key or a helper


@dataclass(frozen=True, slots=True)
class Failure:
    """One row of the failure table: how it is handled and what a user reads."""

    handling: Handling
    message: str
    opens_breaker: bool = False
    """Whether the provider refuses everybody here, so that it should not be called for a while."""
    llm_message: str | None = None
    """What a user reads when an LLM provider failed so; None where `message` fits it too."""


def _row(
    handling: Handling, message: str, *, opens_breaker: bool = False, llm: str | None = None
) -> Failure:
    return Failure(handling, message, opens_breaker, llm)


FAILURES: dict[str, Failure] = {
    "network_error": _row(
        Handling.RETRY,
        "The site did not answer. It will be tried again.",
        llm="The AI provider did not answer. It will be tried again.",
    ),
    "timed_out": _row(
        Handling.RETRY,
        "The site took too long to answer. It will be tried again.",
        llm="The AI provider took too long to answer. It will be tried again.",
    ),
    "ip_blocked": _row(
        Handling.WAIT,
        "The site refuses this server at the moment. The video stays queued.",
        opens_breaker=True,
        llm="The AI provider refuses this server at the moment. The text stays queued.",
    ),
    "rate_limited": _row(
        Handling.WAIT,
        "The site asked for a pause. The video stays queued.",
        opens_breaker=True,
        llm="The AI provider asked for a pause. The text stays queued.",
    ),
    "po_token_required": _row(
        Handling.SWITCH, "This video's captions need a method that this server has not set up."
    ),
    "parse_error": _row(
        Handling.SWITCH,
        "The site's reply could not be read.",
        llm="The AI provider's reply could not be read.",
    ),
    "still_written": _row(
        Handling.RETRY, "Its file is still being written. It will be read when it is complete."
    ),
    "not_started": _row(Handling.WAIT, "The stream has not begun; it is fetched afterwards."),
    "live_now": _row(Handling.WAIT, "The stream is still live; it is fetched afterwards."),
    "captions_not_ready": _row(Handling.WAIT, "The site has not made captions yet."),
    "no_captions": _row(Handling.PERMANENT, "This video has no captions."),
    "age_restricted": _row(Handling.OPERATOR, "Age-restricted; it needs a signed-in helper."),
    "sign_in_required": _row(
        Handling.OPERATOR, "The site shows this video to signed-in viewers only."
    ),
    "private": _row(Handling.PERMANENT, "This video is private."),
    "members_only": _row(Handling.PERMANENT, "This video is for the channel's members only."),
    "premium_only": _row(Handling.PERMANENT, "This video is for paying viewers only."),
    "embedding_disabled": _row(
        Handling.SWITCH, "The site says nothing of this video to other sites."
    ),
    "geo_blocked": _row(Handling.SWITCH, "Not available in this server's country."),
    "removed": _row(
        Handling.PERMANENT, "Gone from the site. Your notes and what was stored stay here."
    ),
    "terminated": _row(Handling.PERMANENT, "The channel's account was closed."),
    "invalid_id": _row(Handling.PERMANENT, "There is no video with this id."),
    "too_long": _row(
        Handling.PERMANENT,
        "The transcript is longer than this server takes.",
        llm="The transcript is longer than the AI provider takes.",
    ),
    "empty_transcript": _row(Handling.SWITCH, "The captions hold no words."),
    "fetcher_crash": _row(Handling.RETRY, "An unexpected error; it was logged."),
    "provider_crash": _row(Handling.RETRY, "An unexpected error; it was logged."),
    "auth_failed": _row(
        Handling.OPERATOR,
        "The site refuses this server's key.",
        llm="The AI provider refuses this server's key.",
    ),
    "invalid_request": _row(Handling.PERMANENT, "The provider cannot work on this request."),
    "bad_answer": _row(Handling.RETRY, "The provider's answer was not usable."),
    "budget_spent": _row(Handling.WAIT, "Today's budget for AI text is spent."),
}
"""The codes that core knows. A plugin may use a code of its own with an explicit handling."""


class PluginError(Exception):
    """A classified failure of one call.

    `code` is a row of `FAILURES` or the plugin's own; `message` is for the user and must hold no
    secret; without one the row's is taken, and the host words it for the role that failed.
    `retry_at` (aware) is the earliest moment at which trying again makes sense. Raise it from the
    vendor's exception: `raise PluginError(...) from exc`.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        handling: Handling | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        row = FAILURES.get(code)
        if row is None and (handling is None or message is None):
            msg = f"a failure code of the plugin's own ({code}) needs a handling and a message"
            raise ValueError(msg)
        if retry_at is not None and retry_at.tzinfo is None:
            raise ValueError("retry_at needs its zone")
        self.code = code
        self.message = message or (row.message if row else "")
        self.handling = handling or (row.handling if row else Handling.RETRY)
        self.retry_at = retry_at
        self.opens_breaker = row.opens_breaker if row else False
        self._llm_message = row.llm_message if row and not message else None
        super().__init__(code, self.message)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def speak_of_llm(self) -> None:
        """Take the words that fit an LLM provider, unless the plugin has said its own."""
        self.message = self._llm_message or self.message


class PluginUnavailableError(Exception):
    """Raised by `Plugin.check`: what is missing on this machine, and the remedy."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        self.reason = reason
        self.remedy = remedy
        super().__init__(reason)
