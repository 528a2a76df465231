"""Which failure each error of Ollama and of its library is: one table.

The library tells of an error its status and its words only; no header such as `Retry-After`.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vidwiz.plugin_api import Handling, PluginError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ollama

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A failure as VidWiz knows it; `{model}` in the message is the model's name."""

    code: str
    message: str | None = None
    handling: Handling | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An error has this outcome when its status is one of these and its words are among it."""

    outcome: Outcome
    statuses: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    """Parts of the error's message, in lower case."""


WITHIN_STREAM: Final = -1  # the status that the library gives to an error in the middle of a stream

TOO_LONG: Final = Outcome("too_long")
NO_THINKING: Final = Outcome("invalid_request", "The AI model cannot be told not to think.")
NO_FORM: Final = Outcome("invalid_request", "The AI model cannot keep to a form.")
UNKNOWN_REQUEST: Final = Outcome("invalid_request", "Ollama refuses this request.")
NOT_RUNNING: Final = Outcome(
    "network_error", "Ollama does not answer; `ollama serve` starts it. It will be tried again."
)
MISSING_MODEL: Final = Outcome(
    "invalid_request",
    "Ollama has not got the model {model}; `ollama pull {model}` fetches it.",
    Handling.OPERATOR,
)
NO_MODEL_CHOSEN: Final = Outcome(
    "invalid_request",
    "Ollama has not exactly one model; VIDWIZ_PLUGIN_OLLAMA_MODEL names the one to use.",
    Handling.OPERATOR,
)
NO_MEMORY: Final = Outcome(
    "invalid_request",
    "The model {model} needs more memory than Ollama has; a smaller model or fewer"
    " context tokens may do.",
    Handling.OPERATOR,
)
WRONG_ADDRESS: Final = Outcome(
    "invalid_request", "There is no Ollama at the address that is set.", Handling.OPERATOR
)
NOT_THE_API: Final = Outcome(
    "bad_answer", "Ollama's address answers with something else. Check the base URL."
)
BROKEN_OFF: Final = Outcome("network_error", "Ollama's answer broke off.")
EMPTY: Final = Outcome("bad_answer", "The AI model gave an empty answer.")
ONLY_THOUGHTS: Final = Outcome("bad_answer", "The AI model thought, but gave no answer.")
CUT: Final = Outcome("bad_answer", "The AI model's answer was cut off at its longest length.")

TABLE: Final = (
    Row(TOO_LONG, statuses=(400, 413, 500), words=("context length", "context size")),
    Row(NO_THINKING, statuses=(400,), words=("does not support thinking", "invalid think value")),
    Row(MISSING_MODEL, statuses=(404,), words=("model",)),
    Row(WRONG_ADDRESS, statuses=(404, 405)),
    Row(Outcome("auth_failed"), statuses=(401, 403)),
    Row(Outcome("auth_failed", "The AI provider's account has no credit left."), statuses=(402,)),
    Row(Outcome("rate_limited"), statuses=(429,)),
    Row(NO_MEMORY, statuses=(500,), words=("more system memory", "out of memory")),
    Row(Outcome("network_error", "Ollama is busy. It will be tried again."), statuses=(503,)),
    Row(Outcome("timed_out"), statuses=(408, 504)),
    Row(BROKEN_OFF, statuses=(WITHIN_STREAM,)),
    Row(
        NO_FORM,
        statuses=(400, 500, 501),
        words=("chatrequest.format", "invalid format", "required for format", "grammar"),
    ),
    Row(UNKNOWN_REQUEST, statuses=(400, 415, 422)),
)
"""The first row that fits counts; what fits none is a `network_error`, which is tried again."""


def outcome_of(exc: ollama.ResponseError) -> Outcome:
    """Return what an error that Ollama tells of is."""
    words = str(exc.error).lower()
    for row in TABLE:
        if exc.status_code in row.statuses and (
            not row.words or any(part in words for part in row.words)
        ):
            return row.outcome
    return Outcome("network_error")


def failure(outcome: Outcome, model: str = "") -> PluginError:
    """Return the error to raise; its words are ours, since Ollama may repeat the prompt."""
    message = outcome.message.format(model=model) if outcome.message else None
    return PluginError(outcome.code, message, handling=outcome.handling)


@contextmanager
def translated(model: str) -> Iterator[None]:
    """Raise the `PluginError` that an error of the library or of its answer is.

    The cause is left out of the trace on purpose: its words may repeat the key or the prompt.
    """
    import httpx  # noqa: PLC0415 - large
    import ollama  # noqa: PLC0415 - large

    try:
        yield
    except ollama.ResponseError as exc:
        raise failure(outcome_of(exc), model) from None
    except (ConnectionError, httpx.ConnectError):
        raise failure(NOT_RUNNING) from None
    except httpx.TimeoutException:
        raise failure(Outcome("timed_out")) from None
    except httpx.TransportError:
        raise failure(BROKEN_OFF) from None
    except (httpx.HTTPError, ValueError, TypeError, AttributeError, RecursionError) as exc:
        # A body that is no JSON, or not of the form that the library builds its answer from.
        log.warning("an answer is not of the API's form", extra={"error": type(exc).__name__})
        raise failure(NOT_THE_API) from None
