"""Reads answers, as OpenAI gives them and as others do, and judges how they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz.plugin_api import Usage
from vidwiz.plugin_api.answers import json_in, without_thoughts
from vidwiz_openai.failures import (
    BROKEN_OFF,
    CUT,
    EMPTY,
    NOT_THE_API,
    ONLY_THOUGHTS,
    REFUSED,
    ServerError,
    failure,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def text_of(response: Any, *, schema: bool, model: str) -> str:  # noqa: ANN401 - any server's
    """Return the text of a whole answer; raise `PluginError` when there is none."""
    choices = getattr(response, "choices", None)
    if choices is None:
        raise _said_within(response, model) or failure(NOT_THE_API)
    message = choices[0].message if choices else None
    if message is None:
        raise failure(EMPTY)
    content = text_in(message.content)
    text = without_thoughts(content)
    thought = any(getattr(message, name, None) for name in ("reasoning", "reasoning_content"))
    judge(
        text,
        finish=choices[0].finish_reason,
        refused=bool(getattr(message, "refusal", None)),
        thought=thought or bool(content),
        schema=schema,
    )
    return (json_in(text) or text) if schema else text


def text_in(content: Any) -> str:  # noqa: ANN401 - any server's
    """Return the text of a message's content, which Mistral's models have in parts."""
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict))
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def judge(text: str, *, finish: str | None, refused: bool, thought: bool, schema: bool) -> None:
    """Raise `PluginError` when an answer that ended so is no answer.

    Text without a form that came to its longest length is kept: its beginning is as good.
    """
    if refused or finish == "content_filter":
        raise failure(REFUSED)
    if finish == "error":  # OpenRouter, when the server behind it failed
        raise failure(BROKEN_OFF)
    if finish == "length" and (schema or not text):
        raise failure(ONLY_THOUGHTS if thought and not text else CUT)
    if not text:
        raise failure(ONLY_THOUGHTS if thought else EMPTY)


def usage_of(told: Any) -> Usage | None:  # noqa: ANN401 - any server's
    """Return the tokens, where the server tells them."""
    if told is None:
        return None
    details = getattr(told, "prompt_tokens_details", None)
    # DeepSeek has a field of its own.
    cached = getattr(details, "cached_tokens", None) or getattr(
        told, "prompt_cache_hit_tokens", None
    )
    given = _count(getattr(told, "prompt_tokens", None))
    written = _count(getattr(told, "completion_tokens", None))
    return Usage(given, written, min(_count(cached), given))


def model_of(told: Any) -> str | None:  # noqa: ANN401 - any server's
    """Return the name of the model, where the server tells it."""
    name = getattr(told, "model", None)
    return name if isinstance(name, str) else None


def _count(value: object) -> int:
    return max(0, value) if isinstance(value, int) else 0


def _said_within(response: Any, model: str) -> Exception | None:  # noqa: ANN401 - any server's
    """Return the failure that OpenRouter tells of within an answer with status 200."""
    error: Mapping[str, Any] | None = getattr(response, "error", None)
    if not isinstance(error, dict):
        return None
    code = error.get("code")
    return failure(ServerError(code if isinstance(code, int) else None, error).outcome, model=model)
