"""What the parts of a stream have told so far, and whether they were a whole answer."""

from __future__ import annotations

from typing import Any

from vidwiz.plugin_api import Completion
from vidwiz_openai.failures import BROKEN_OFF, EMPTY, NOT_THE_API, failure
from vidwiz_openai.reading import judge, model_of, text_in, usage_of


class Told:
    """What the parts of a stream have told so far."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._texts: list[str] = []
        self._parts = 0
        self._has_choice = False
        self._usage: Any = None
        self._finish: str | None = None
        self._refused = False
        self._thought = False

    def take(self, chunk: Any) -> str:  # noqa: ANN401 - any server's
        """Return the text of one part, and keep what else it tells."""
        self._parts += 1
        self._model = model_of(chunk) or self._model
        self._usage = getattr(chunk, "usage", None) or self._usage
        choices = getattr(chunk, "choices", None)
        if not choices:
            return ""
        self._has_choice = True
        self._finish = choices[0].finish_reason or self._finish
        delta = choices[0].delta
        if delta is None:
            return ""
        self._refused |= bool(getattr(delta, "refusal", None))
        self._thought |= any(
            getattr(delta, name, None) for name in ("reasoning", "reasoning_content")
        )
        return text_in(delta.content)

    def keep(self, piece: str) -> str:
        """Keep a piece of the answer, and return it."""
        self._texts.append(piece)
        return piece

    def completion(self) -> Completion:
        """Return the whole; raise `PluginError` when it is none, as after a stream that was cut."""
        if not self._parts:
            raise failure(NOT_THE_API)
        if self._finish is None and not self._has_choice and self._usage is not None:
            raise failure(EMPTY)
        if self._finish is None:
            raise failure(BROKEN_OFF)
        text = "".join(self._texts)
        judge(
            text.strip(),
            finish=self._finish,
            refused=self._refused,
            thought=self._thought,
            schema=False,
        )
        return Completion(text, self._model, usage_of(self._usage))
