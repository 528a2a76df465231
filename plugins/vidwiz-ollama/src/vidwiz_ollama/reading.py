"""Judges an answer of Ollama: whether the prompt was read whole, and how the answer ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz.plugin_api import Usage
from vidwiz_ollama import windows
from vidwiz_ollama.failures import CUT, EMPTY, ONLY_THOUGHTS, TOO_LONG, failure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ollama

    from vidwiz.plugin_api import Message


def check_read(
    messages: Sequence[Message], answer: ollama.ChatResponse, asked: Mapping[str, Any]
) -> None:
    """Raise `PluginError` (`too_long`) when the window was too small for prompt and answer."""
    window = asked["options"]["num_ctx"]
    used = (answer.prompt_eval_count or 0) + (answer.eval_count or 0)
    no_room = answer.done_reason == "length" and used >= window
    if no_room or windows.was_cut(messages, answer.prompt_eval_count, window):
        raise failure(TOO_LONG)


def judge(text: str, answer: ollama.ChatResponse, *, thought: bool, schema: bool) -> None:
    """Raise `PluginError` when an answer that ended so is no answer.

    Text without a form that came to its longest length is kept: its beginning is as good.
    """
    if answer.done_reason == "length" and (schema or not text):
        raise failure(ONLY_THOUGHTS if thought and not text else CUT)
    if not text:
        raise failure(ONLY_THOUGHTS if thought else EMPTY)


def usage_of(answer: ollama.ChatResponse) -> Usage | None:
    """Return the tokens, where Ollama tells them."""
    if answer.prompt_eval_count is None and answer.eval_count is None:
        return None
    return Usage(answer.prompt_eval_count or 0, answer.eval_count or 0)
