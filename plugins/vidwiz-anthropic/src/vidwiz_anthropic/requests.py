"""Puts what VidWiz asks into the fields of the Messages API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vidwiz.plugin_api import CompletionOptions, Message

TOOL: Final = "answer"
MOST_OUTPUT: Final = 4096
"""Tokens of an answer where VidWiz names no limit; the API must be told one."""

_MARK: Final = {"type": "ephemeral"}
_MOST_MARKS: Final = 4  # the API refuses a fifth


def fields(
    messages: Sequence[Message], options: CompletionOptions, *, level: str, cache: bool
) -> dict[str, Any]:
    """Return the fields of a request, without the model's name."""
    system = "\n\n".join(m.content for m in messages if m.role == "system")
    asked: dict[str, Any] = {
        "messages": _conversation(messages, cache=cache),
        "max_tokens": options.max_output_tokens or MOST_OUTPUT,
    }
    if system.strip():
        asked["system"] = system
    if options.json_schema is not None:
        asked.update(_form(level, options.json_schema))
        if level == "prompt":
            asked["messages"][-1]["content"].append(_block(_in_words(options.json_schema)))
    return asked


def _conversation(messages: Sequence[Message], *, cache: bool) -> list[dict[str, Any]]:
    """Return all but the system's messages, with the last marks that the API takes."""
    spoken = [message for message in messages if message.role != "system"]
    marked = [index for index, message in enumerate(spoken) if message.shared_prefix > 0]
    marked = marked[-_MOST_MARKS:] if cache else []
    return [
        {"role": message.role, "content": _blocks(message, marked=index in marked)}
        for index, message in enumerate(spoken)
    ]


def _blocks(message: Message, *, marked: bool) -> list[dict[str, Any]]:
    """Return a message in one block, or in two of which the first is to be cached.

    The API refuses a block without words, so that one is left with its neighbour.
    """
    if not marked:
        return [_block(message.content)]
    shared = message.content[: message.shared_prefix]
    rest = message.content[message.shared_prefix :]
    if not shared.strip():
        return [_block(message.content)]
    if not rest.strip():
        return [{**_block(message.content), "cache_control": _MARK}]
    return [{**_block(shared), "cache_control": _MARK}, _block(rest)]


def _block(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _form(level: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    if level == "json_schema":
        return {"output_config": {"format": {"type": "json_schema", "schema": dict(schema)}}}
    if level == "tool":
        tool = {"name": TOOL, "description": "Takes the answer.", "input_schema": dict(schema)}
        return {"tools": [tool], "tool_choice": {"type": "tool", "name": TOOL}}
    return {}


def _in_words(schema: Mapping[str, Any]) -> str:
    text = json.dumps(schema, ensure_ascii=False)
    return f"Answer with nothing but JSON that fits this JSON Schema:\n{text}"
