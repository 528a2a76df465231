"""How many tokens a text has, estimated without any model's own tokenizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vidwiz.plugin_api import Message

# English has about 4.5 bytes of UTF-8 a token and Cyrillic about 4.5 (two a letter); CJK, Hindi and
# Arabic have 2.5 to 4. So texts of the first kind are overestimated by a quarter, which is what
# prompts that have to fit want.
_BYTES_A_TOKEN = 3.5
_OF_A_MESSAGE = 6
"""Role and marks around a message, as chat templates add them."""
HOURLY = 15_000
"""Of an hour of speech: 150 words a minute, with the ids of passages."""


def of_text(text: str) -> int:
    """Return the estimate for a text."""
    return int(len(text.encode("utf-8", "replace")) / _BYTES_A_TOKEN) + 1


def of_messages(messages: Iterable[Message]) -> int:
    """Return the estimate for a prompt."""
    return sum(of_text(message.content) + _OF_A_MESSAGE for message in messages)


def cut(text: str, most: int) -> str:
    """Return what of the text has at most so many tokens, whole words where there are any."""
    if of_text(text) <= most:
        return text
    kept = text.encode("utf-8", "replace")[: max(0, int((most - 1) * _BYTES_A_TOKEN))]
    words, blank, _ = (room := kept.decode("utf-8", "ignore")).rpartition(" ")
    return words if blank else room
