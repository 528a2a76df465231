"""Which failure each error of the API and of the library is: one table."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vidwiz.plugin_api import Handling, PluginError
from vidwiz.plugin_api.answers import retry_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    import anthropic

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A failure as VidWiz knows it; `{model}` in the message is the model's name."""

    code: str
    message: str | None = None
    handling: Handling | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An error has this outcome when each part that is given fits."""

    outcome: Outcome
    types: tuple[str, ...] = ()
    """The `type` of the error, which also tells what it is in the middle of a stream."""
    statuses: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    """Parts of the error's message, in lower case: the API has one type for many causes."""


UNKNOWN_REQUEST: Final = Outcome("invalid_request", "The AI provider refuses this request.")
NO_SCHEMA: Final = Outcome("invalid_request", "The AI model cannot keep to a form.")
NO_CREDIT: Final = Outcome("auth_failed", "The AI provider's account has no credit left.")
MISSING_MODEL: Final = Outcome(
    "invalid_request", "The AI provider has no model {model}.", Handling.OPERATOR
)
WRONG_ADDRESS: Final = Outcome(
    "invalid_request", "There is no such API at the AI provider's address.", Handling.OPERATOR
)
OVERLOADED: Final = Outcome(
    "network_error", "The AI provider is overloaded. It will be tried again."
)
NOT_THE_API: Final = Outcome(
    "bad_answer", "The AI provider's address answers with something else. Check the base URL."
)
REFUSED: Final = Outcome("invalid_request", "The AI provider refuses to write about this.")
BROKEN_OFF: Final = Outcome("network_error", "The AI provider's answer broke off.")
EMPTY: Final = Outcome("bad_answer", "The AI provider gave an empty answer.")
CUT: Final = Outcome("bad_answer", "The AI provider's answer was cut off at its longest length.")

TABLE: Final = (
    Row(Outcome("too_long"), types=("request_too_large",)),
    Row(Outcome("too_long"), statuses=(413,)),
    Row(
        Outcome("too_long"),
        statuses=(400,),
        words=("prompt is too long", "exceed context limit", "context window"),
    ),
    Row(NO_CREDIT, types=("billing_error",)),
    Row(NO_CREDIT, statuses=(402,)),
    Row(NO_CREDIT, statuses=(400, 403), words=("credit balance",)),
    Row(Outcome("auth_failed"), types=("authentication_error", "permission_error")),
    Row(Outcome("auth_failed"), statuses=(401, 403)),
    Row(MISSING_MODEL, types=("not_found_error",), words=("model",)),
    Row(WRONG_ADDRESS, statuses=(404, 405)),
    Row(Outcome("rate_limited"), types=("rate_limit_error",)),
    Row(Outcome("rate_limited"), statuses=(429,)),
    Row(OVERLOADED, types=("overloaded_error",)),
    Row(OVERLOADED, statuses=(503, 529)),
    Row(Outcome("timed_out"), types=("timeout_error",)),
    Row(Outcome("timed_out"), statuses=(408, 504, 524)),
    Row(
        NO_SCHEMA,
        statuses=(400, 422),
        words=("output_config", "output_format", "structured output", "tool", "schema"),
    ),
    Row(UNKNOWN_REQUEST, statuses=(400, 409, 415, 422)),
    Row(Outcome("network_error"), types=("api_error",)),
    Row(Outcome("network_error"), statuses=tuple(range(500, 600))),
)
"""The first row that fits counts; what fits none is a `network_error`, which is tried again."""


def outcome_of(exc: anthropic.APIStatusError) -> Outcome:
    """Return what an error that the API tells of is."""
    words = str(exc.api_message or "").lower()
    for row in TABLE:
        if (
            (not row.types or exc.type in row.types)
            and (not row.statuses or exc.status_code in row.statuses)
            and (not row.words or any(part in words for part in row.words))
        ):
            return row.outcome
    return Outcome("network_error")


def failure(outcome: Outcome, *, model: str = "", retry_after: str | None = None) -> PluginError:
    """Return the error to raise; its words are ours, since a server may repeat key and prompt."""
    message = outcome.message.format(model=model) if outcome.message else None
    return PluginError(
        outcome.code, message, handling=outcome.handling, retry_at=retry_time(retry_after)
    )


def failure_of(exc: anthropic.APIStatusError, model: str) -> PluginError:
    """Return the error to raise for one that the API tells of."""
    retry_after = exc.response.headers.get("retry-after")
    return failure(outcome_of(exc), model=model, retry_after=retry_after)


_OF_STRANGE_BODIES: Final = (
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)
"""What the library raises for a body that is no JSON, or not of the API's form."""


@contextmanager
def translated(model: str) -> Iterator[None]:
    """Raise the `PluginError` that an error of the library or of its answer is.

    The cause is left out of the trace on purpose: its words may repeat the key or the prompt.
    """
    import anthropic  # noqa: PLC0415 - large
    import httpx2  # noqa: PLC0415 - loaded with it

    try:
        yield
    except (anthropic.APITimeoutError, httpx2.TimeoutException):
        raise failure(Outcome("timed_out")) from None
    except (anthropic.APIConnectionError, httpx2.TransportError):
        raise failure(Outcome("network_error")) from None
    except anthropic.APIStatusError as exc:
        raise failure_of(exc, model) from None
    except (anthropic.AnthropicError, *_OF_STRANGE_BODIES) as exc:
        log.warning("an answer is not of the API's form", extra={"error": type(exc).__name__})
        raise failure(NOT_THE_API) from None
