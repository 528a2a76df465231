"""How the form of an answer is asked for: by its schema, as any JSON, or in words alone.

Ollama before 0.5 takes no schema, some of its engines no grammar, and its cloud may ignore both.
"""

from __future__ import annotations

import json
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Form(IntEnum):
    """The surest way last; all but that one are said in words as well."""

    WORDS = 0
    JSON = 1
    SCHEMA = 2

    def lower(self) -> Form:
        """Return the next way."""
        return Form(max(0, self - 1))

    def field(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return the field of a request that asks for it."""
        if self is Form.WORDS:
            return {}
        return {"format": dict(schema) if self is Form.SCHEMA else "json"}

    def messages(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]
    ) -> list[Mapping[str, str]]:
        """Return the messages, with the schema at the very end unless it has a field."""
        if self is Form.SCHEMA:
            return list(messages)
        *others, last = messages
        text = json.dumps(schema, ensure_ascii=False)
        asked = f"Answer with nothing but JSON that fits this JSON Schema:\n{text}"
        return [*others, {**last, "content": f"{last['content']}\n\n{asked}"}]
