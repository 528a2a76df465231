"""Puts what VidWiz asks into the fields of the Chat Completions API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from vidwiz_openai.abilities import Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vidwiz.plugin_api import CompletionOptions, Message
    from vidwiz_openai.abilities import Abilities
    from vidwiz_openai.settings import OpenAISettings


def fields(
    settings: OpenAISettings,
    known: Abilities,
    messages: Sequence[Message],
    options: CompletionOptions,
) -> dict[str, Any]:
    """Return the fields of a request, without the model's name."""
    asked: dict[str, Any] = {
        "messages": [{"role": m.role, "content": m.content} for m in messages],
        **_limit(settings, known, options),
    }
    if settings.reasoning_effort:
        asked["reasoning_effort"] = settings.reasoning_effort
    if options.json_schema is not None:
        asked.update(_form(known.level, options.json_schema))
        if known.level <= Level.JSON_OBJECT:
            asked["messages"] = _with_schema(asked["messages"], options.json_schema)
        if settings.is_openrouter and "response_format" in asked:
            # Without this it may send the request to a server that ignores the form.
            asked["extra_body"] = {"provider": {"require_parameters": True}}
    return asked


def stream_fields(known: Abilities) -> dict[str, Any]:
    """Return what makes a request one for a stream."""
    usage = {"stream_options": {"include_usage": True}} if known.tells_usage else {}
    return {"stream": True, **usage}


def _limit(
    settings: OpenAISettings, known: Abilities, options: CompletionOptions
) -> dict[str, Any]:
    if options.max_output_tokens is None or known.token_field is None:
        return {}
    return {known.token_field: options.max_output_tokens + settings.reasoning_tokens}


def _form(level: Level, schema: Mapping[str, Any]) -> dict[str, Any]:
    if level is Level.PROMPT:
        return {}
    if level is Level.JSON_OBJECT:
        return {"response_format": {"type": "json_object"}}
    named: dict[str, Any] = {"name": "answer", "schema": dict(schema)}
    if level is Level.STRICT:
        named["strict"] = True
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _with_schema(
    messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]
) -> list[Mapping[str, str]]:
    """Write the schema at the very end, so that the start of the prompt can still be cached."""
    *others, last = messages
    text = json.dumps(schema, ensure_ascii=False)
    asked = f"Answer with nothing but JSON that fits this JSON Schema:\n{text}"
    return [*others, {**last, "content": f"{last['content']}\n\n{asked}"}]
