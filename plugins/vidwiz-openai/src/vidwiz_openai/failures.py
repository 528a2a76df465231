"""Which failure each of the server's and the library's errors is: one table.

The words of servers are looked at only where there is neither a status nor a name that tells the
cause. They come from the sources and issues of vLLM, llama.cpp, LM Studio, OpenRouter and Azure.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from vidwiz.plugin_api import Handling, PluginError
from vidwiz.plugin_api.answers import retry_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A failure as VidWiz knows it; `{model}` in the message is the model's name."""

    code: str
    message: str | None = None
    handling: Handling | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An error has this outcome when each part that is given fits: a status, a name, words."""

    outcome: Outcome
    statuses: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    """The error's `code` or `type`."""
    words: tuple[str, ...] = ()
    """Parts of the error's message, in lower case."""


UNKNOWN_REQUEST: Final = Outcome("invalid_request", "The AI provider refuses this request.")
NO_SCHEMA: Final = Outcome("invalid_request", "The AI model cannot keep to a form.")
NO_ENDPOINT: Final = Outcome(
    "invalid_request",
    "The AI provider has no server for this request; the data policy of the account may exclude"
    " all of them.",
    Handling.OPERATOR,
)
NOT_JSON: Final = Outcome("bad_answer", "The AI model's answer had not the form asked for.")
WRONG_ADDRESS: Final = Outcome(
    "invalid_request",
    "There is no such API at the AI provider's address. Its base URL mostly ends in /v1.",
    Handling.OPERATOR,
)
NOT_THE_API: Final = Outcome(
    "bad_answer", "The AI provider's address answers with something else. Check the base URL."
)
NO_CREDIT: Final = Outcome("auth_failed", "The AI provider's account has no credit left.")
MISSING_MODEL: Final = Outcome(
    "invalid_request", "The AI provider has no model {model}.", Handling.OPERATOR
)
NO_MODEL_CHOSEN: Final = Outcome(
    "invalid_request",
    "The AI provider has not exactly one model; VIDWIZ_PLUGIN_OPENAI_MODEL names the one to use.",
    Handling.OPERATOR,
)
REFUSED: Final = Outcome("invalid_request", "The AI provider refuses to write about this.")
BROKEN_OFF: Final = Outcome("network_error", "The AI provider's answer broke off.")
EMPTY: Final = Outcome("bad_answer", "The AI provider gave an empty answer.")
ONLY_THOUGHTS: Final = Outcome(
    "bad_answer", "The AI model thought, but gave no answer; it may need more reasoning tokens."
)
CUT: Final = Outcome("bad_answer", "The AI provider's answer was cut off at its longest length.")

_TOO_LONG_WORDS = (
    "context length",  # OpenAI, OpenRouter, vLLM
    "context size",  # llama.cpp
    "context window",
    "context the overflows",  # LM Studio
    "maximum model length",  # vLLM
    "prompt is too long",  # Anthropic behind OpenRouter
    "exceeds the maximum number of tokens",  # Google's compatible API
)

TABLE: Final = (
    Row(Outcome("too_long"), names=("context_length_exceeded", "exceed_context_size_error")),
    Row(Outcome("too_long"), statuses=(400, 422, 500), words=_TOO_LONG_WORDS),
    Row(Outcome("too_long"), statuses=(413,)),
    Row(NO_CREDIT, names=("insufficient_quota", "billing_hard_limit_reached")),
    Row(NO_CREDIT, statuses=(402,)),
    Row(REFUSED, names=("content_filter", "content_policy_violation")),  # Azure
    Row(REFUSED, statuses=(403,), words=("flagged", "moderation")),  # OpenRouter
    Row(MISSING_MODEL, names=("model_not_found", "model_not_supported")),
    Row(MISSING_MODEL, statuses=(404,), words=("model", "no endpoints found for")),
    Row(MISSING_MODEL, statuses=(400,), words=("not a valid model", "invalid model name")),
    # OpenRouter: no server behind it may be used, or none that keeps to a strict schema.
    Row(NO_ENDPOINT, statuses=(404,), words=("no endpoints",)),
    Row(WRONG_ADDRESS, statuses=(404, 405)),
    Row(Outcome("auth_failed"), statuses=(401, 403)),
    # Google and xAI say so with a 400.
    Row(Outcome("auth_failed"), statuses=(400,), words=("api key not valid", "incorrect api key")),
    Row(Outcome("rate_limited"), statuses=(429,)),
    Row(Outcome("timed_out"), statuses=(408, 504, 524)),
    Row(NOT_JSON, names=("json_validate_failed",)),  # Groq
    Row(
        NO_SCHEMA,
        statuses=(400, 422, 500, 501),
        words=("response_format", "json_schema", "guided", "grammar", "structured output"),
    ),
    Row(UNKNOWN_REQUEST, statuses=(400, 409, 415, 422)),
    Row(Outcome("network_error"), statuses=tuple(range(500, 600))),
)
"""The first row that fits counts; what fits none is a `network_error`, which is tried again."""


@dataclass(frozen=True, slots=True)
class ServerError:
    """What a server says of a failure, wherever it says it."""

    status: int | None
    body: Mapping[str, Any]
    retry_after: str | None = None

    @property
    def names(self) -> set[str]:
        """Return its code and its kind."""
        return {str(self.body.get("code")), str(self.body.get("type"))}

    @property
    def field(self) -> str:
        """Return the name of the field that it blames, if any."""
        return str(self.body.get("param") or "")

    @property
    def words(self) -> str:
        """Return its message in lower case; it may repeat the prompt and is never shown."""
        return str(self.body.get("message") or "").lower()

    @property
    def outcome(self) -> Outcome:
        """Return what this error is."""
        return next((row.outcome for row in TABLE if self._fits(row)), Outcome("network_error"))

    def failure(self, model: str) -> PluginError:
        """Return the error to raise."""
        return failure(self.outcome, model=model, retry_after=self.retry_after)

    def _fits(self, row: Row) -> bool:
        return (
            (not row.statuses or self.status in row.statuses)
            and (not row.names or not self.names.isdisjoint(row.names))
            and (not row.words or any(words in self.words for words in row.words))
        )


def read(exc: Exception) -> ServerError:
    """Return what a server says in an exception of the library, or in a part of a stream."""
    body = getattr(exc, "body", None)
    response = getattr(exc, "response", None)
    body = body if isinstance(body, dict) else {"message": str(body or "")}
    status = getattr(exc, "status_code", None)
    if status is None:
        status = body.get("code") if isinstance(body.get("code"), int) else None
    headers = response.headers if response is not None else {}
    return ServerError(status, body, _retry_after(headers))


def _retry_after(headers: Mapping[str, str]) -> str | None:
    milliseconds = headers.get("retry-after-ms", "")
    if milliseconds.isdecimal():
        return str(float(milliseconds) / 1000)
    return headers.get("retry-after")


def failure(outcome: Outcome, *, model: str = "", retry_after: str | None = None) -> PluginError:
    """Return the error to raise; its words are ours, since a server may repeat key and prompt."""
    message = outcome.message.format(model=model) if outcome.message else None
    return PluginError(
        outcome.code, message, handling=outcome.handling, retry_at=retry_time(retry_after)
    )


@contextmanager
def translated(model: str) -> Iterator[None]:
    """Raise the `PluginError` that an error of the library or of its answer is.

    The cause is left out of the trace on purpose: its words may repeat the key or the prompt.
    """
    import httpx2  # noqa: PLC0415 - large, and loaded with the library
    import openai  # noqa: PLC0415

    try:
        yield
    except (openai.APITimeoutError, httpx2.TimeoutException):
        raise failure(Outcome("timed_out")) from None
    except (openai.APIConnectionError, httpx2.TransportError):
        raise failure(Outcome("network_error")) from None
    except openai.APIError as exc:
        raise read(exc).failure(model) from None
    except (ValueError, TypeError, AttributeError, RecursionError) as exc:
        # A body that is no JSON, or not of the form that the library builds its answer from.
        log.warning("an answer is not of the API's form", extra={"error": type(exc).__name__})
        raise failure(NOT_THE_API) from None
