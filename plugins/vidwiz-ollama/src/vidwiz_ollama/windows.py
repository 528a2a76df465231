"""How many tokens Ollama is to read (`num_ctx`), and whether it did read all of a prompt.

Ollama reads 4,096 tokens unless it is told otherwise, and cuts what is longer without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import Message

SMALLEST: Final = 4096
ROOM: Final = 1024
"""Tokens that are kept for an answer whose length is not limited."""

_BYTES_A_TOKEN: Final = 3
"""Fewer than in any common language (English has 4.5), so that windows are rather too large."""
_MOST_CHARACTERS_A_TOKEN: Final = 8
"""More than any text has on average: with fewer tokens than that, not all of it was read."""
_FRAME: Final = 32  # tokens that a model's template puts around a message, at the most
_SHORTEST_JUDGED: Final = 2000  # characters; of a shorter prompt hardly anything can be cut


def needed(messages: Sequence[Message], output: int | None) -> int:
    """Return a number of tokens that is enough for the prompt and its answer."""
    size = sum(len(message.content.encode()) for message in messages)
    return size // _BYTES_A_TOKEN + _FRAME * len(messages) + (output or ROOM)


def window(tokens: int, most: int) -> int:
    """Return the window to ask for: a power of two, or `most`.

    Ollama loads the model anew for each other window, so there are few different ones.
    """
    size = SMALLEST
    while size < tokens:
        size *= 2
    return min(size, most)


def was_cut(messages: Sequence[Message], read: int | None, window: int) -> bool:
    """Say whether the prompt was cut, by the number of tokens that Ollama says it read."""
    if not read:  # some versions do not tell it where they had the prompt in their cache
        return False
    characters = sum(len(message.content) for message in messages)
    if characters < _SHORTEST_JUDGED:
        return False
    return read >= window or read * _MOST_CHARACTERS_A_TOKEN < characters
