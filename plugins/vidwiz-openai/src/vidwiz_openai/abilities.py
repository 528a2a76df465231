"""What a server has shown to take: the kind of schema, the fields; learnt from its refusals."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from vidwiz_openai.failures import NO_ENDPOINT, NO_SCHEMA, UNKNOWN_REQUEST

if TYPE_CHECKING:
    from vidwiz_openai.failures import ServerError
    from vidwiz_openai.settings import OpenAISettings


class Level(IntEnum):
    """How the form of an answer is asked for, the surest way last."""

    PROMPT = 0
    JSON_OBJECT = 1
    JSON_SCHEMA = 2
    STRICT = 3


_RANGES: Final = {
    "auto": (Level.STRICT, Level.PROMPT),
    "json_schema": (Level.STRICT, Level.JSON_SCHEMA),
    "json_object": (Level.JSON_OBJECT, Level.JSON_OBJECT),
    "prompt": (Level.PROMPT, Level.PROMPT),
}
_TOKEN_FIELD: Final = re.compile("max_(?:completion_)?tokens")
_OTHER_FIELD: Final = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a request to this server may hold."""

    level: Level
    lowest_level: Level
    token_field: str | None
    other_field: str | None = None
    """The field to try when the first is refused; None once it was."""
    tells_usage: bool = True
    """Whether a stream may be asked for its tokens (`stream_options`)."""

    @classmethod
    def expected(cls, settings: OpenAISettings) -> Abilities:
        """Return what is tried first."""
        level, lowest = _RANGES[settings.schema]
        usual = "max_completion_tokens" if settings.is_openai else "max_tokens"
        field = settings.token_limit_field or usual
        return cls(level, lowest, field, _OTHER_FIELD[field])

    def after(self, said: ServerError, *, had_schema: bool) -> Abilities | None:
        """Return what to try after this refusal, always less than before; None to give up."""
        if said.outcome not in (NO_SCHEMA, NO_ENDPOINT, UNKNOWN_REQUEST):
            return None
        if self.token_field is not None and _blames(said, self.token_field):
            return replace(self, token_field=self.other_field, other_field=None)
        if self.tells_usage and "stream_options" in f"{said.field} {said.words}":
            return replace(self, tells_usage=False)
        # A server that refuses a field need not say which one it was.
        return self.lower() if had_schema else None

    def with_the_form_in_words(self) -> Abilities:
        """Return the surest way that also writes the form into the prompt, where it may be used."""
        level = max(self.lowest_level, min(self.level, Level.JSON_OBJECT))
        return replace(self, level=level)

    def lower(self) -> Abilities | None:
        """Return the next way to ask for a form, or None."""
        if self.level <= self.lowest_level:
            return None
        return replace(self, level=Level(self.level - 1))


def _blames(said: ServerError, field: str) -> bool:
    """Say whether a field is what is refused, not what is named as the remedy."""
    if said.field:
        return said.field == field
    named = _TOKEN_FIELD.search(said.words)
    return named is not None and named[0] == field


class Memory:
    """What was learnt of each server and model in this process."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Abilities] = {}
        self._lock = threading.Lock()

    def of(self, settings: OpenAISettings, model: str) -> Abilities:
        """Return what is known to be taken, or what is to be tried first."""
        return self._known.get((settings.url, model)) or Abilities.expected(settings)

    def keep(self, settings: OpenAISettings, model: str, shown: Abilities) -> None:
        """Remember what worked."""
        with self._lock:
            self._known[settings.url, model] = shown


MEMORY: Final = Memory()
