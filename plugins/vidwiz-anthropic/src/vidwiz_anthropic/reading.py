"""Reads an answer of the Messages API, and judges how it ended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Usage
from vidwiz.plugin_api.answers import json_in
from vidwiz_anthropic.failures import (
    BROKEN_OFF,
    CUT,
    EMPTY,
    NOT_THE_API,
    REFUSED,
    Outcome,
    failure,
)

if TYPE_CHECKING:
    from anthropic.types import Message


def text_of(answer: Message, *, schema: bool) -> str:
    """Return the text of an answer; raise `PluginError` when there is none."""
    if isinstance(answer, str):  # what the library returns for a body that is no JSON
        raise failure(NOT_THE_API)
    texts = [block.text for block in answer.content if block.type == "text"]
    given = [block.input for block in answer.content if block.type == "tool_use"]
    text = json.dumps(given[0], ensure_ascii=False) if given else "".join(texts)
    judge(text.strip(), answer.stop_reason, schema=schema)
    return (json_in(text) or text) if schema else text


def judge(text: str, reason: str | None, *, schema: bool) -> None:
    """Raise `PluginError` when an answer that ended for this reason is no answer.

    Text without a form that came to its longest length is kept: its beginning is as good.
    """
    if reason is None:
        raise failure(BROKEN_OFF)
    if reason == "refusal":
        raise failure(REFUSED)
    if reason == "model_context_window_exceeded":
        raise failure(Outcome("too_long"))
    if reason == "max_tokens" and (schema or not text):
        raise failure(CUT)
    if not text:
        raise failure(EMPTY)


def usage_of(answer: Message) -> Usage | None:
    """Return the tokens; the API counts those of the cache beside the others."""
    told = answer.usage
    if told is None:
        return None
    cached = told.cache_read_input_tokens or 0
    written = told.cache_creation_input_tokens or 0
    return Usage((told.input_tokens or 0) + cached + written, told.output_tokens or 0, cached)
