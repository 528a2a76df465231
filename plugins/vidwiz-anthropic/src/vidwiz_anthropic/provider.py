"""The provider: asks the Messages API, whole or as a stream."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import threading
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from vidwiz.plugin_api import (
    Capability,
    Completion,
    CompletionOptions,
    LLMProvider,
    Message,
    PluginInfo,
    PluginUnavailableError,
)
from vidwiz.plugin_api.answers import Patience, client_limits, retry_time
from vidwiz_anthropic import reading
from vidwiz_anthropic.failures import NO_SCHEMA, UNKNOWN_REQUEST, failure_of, outcome_of, translated
from vidwiz_anthropic.requests import MOST_OUTPUT, fields
from vidwiz_anthropic.settings import AnthropicSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    import anthropic

T = TypeVar("T")

_CONNECT_SECONDS: Final = 10.0
_NO_KEY: Final = "none"  # without one the library looks for others in the environment and in files
_LEVELS: Final = ("json_schema", "tool", "prompt")

_known_levels: Final[dict[tuple[str, str], str]] = {}
"""How each server and model takes a schema, learnt from its refusals in this process."""


class AnthropicProvider(LLMProvider):
    """Asks Anthropic's models, and marks what all prompts about a video share for its cache."""

    info: ClassVar[PluginInfo] = PluginInfo(
        name="anthropic",
        title="Anthropic",
        capabilities=frozenset({Capability.JSON_SCHEMA}),
        timeout_seconds=600.0,
    )
    Settings: ClassVar[type] = AnthropicSettings
    settings: AnthropicSettings

    def __init__(self, settings: AnthropicSettings) -> None:
        super().__init__(settings)
        self._client: anthropic.Anthropic | None = None
        self._process = 0
        self._lock = threading.Lock()

    def check(self) -> None:
        if self.settings.is_anthropic and not self.settings.key:
            raise PluginUnavailableError("it has no key", "set ANTHROPIC_API_KEY")

    def preload(self) -> None:
        import anthropic.resources.messages  # noqa: F401, PLC0415 - this is where it is paid for

        _keep_quiet()

    def describe(self) -> Mapping[str, str]:
        return {
            "library": f"anthropic {importlib.metadata.version('anthropic')}",
            "server": self.settings.host,
            "model": self.settings.model,
        }

    @property
    def max_input_tokens(self) -> int:
        window = self.settings.context_tokens
        return window - min(MOST_OUTPUT, window // 4)

    def complete(self, messages: Sequence[Message], options: CompletionOptions) -> Completion:
        schema = options.json_schema is not None
        with translated(self.settings.model):
            answer = self._ask(messages, options)
            text = reading.text_of(answer, schema=schema)
            return Completion(text, answer.model or self.settings.model, reading.usage_of(answer))

    def stream(
        self, messages: Sequence[Message], options: CompletionOptions
    ) -> Iterator[str | Completion]:
        if options.json_schema is not None:
            yield from super().stream(messages, options)
            return
        asked = fields(messages, options, level="prompt", cache=self.settings.cache)
        pieces = []
        # Leaving this closes the connection, also when the caller wants no more of it.
        with translated(self.settings.model), ExitStack() as opened:
            stream = self._patiently(lambda: opened.enter_context(self._streamed(asked)))
            for piece in stream.text_stream:
                pieces.append(piece)
                yield piece
            answer = stream.get_final_message()
            text = "".join(pieces)
            reading.judge(text.strip(), answer.stop_reason, schema=False)
            usage = reading.usage_of(answer)
        yield Completion(text, answer.model or self.settings.model, usage)

    def close(self) -> None:
        with self._lock:
            # A client that was made before a fork belongs to the other process.
            if self._client is not None and self._process == os.getpid():
                self._client.close()
            self._client = None

    def _ask(
        self, messages: Sequence[Message], options: CompletionOptions
    ) -> anthropic.types.Message:
        """Return the answer, asking for its form in the surest way that the model takes."""
        import anthropic  # noqa: PLC0415 - half a second

        key = (self.settings.url, self.settings.model)
        fixed = self.settings.schema != "auto"
        level = self.settings.schema if fixed else _known_levels.get(key, _LEVELS[0])
        while True:
            asked = fields(messages, options, level=level, cache=self.settings.cache)
            try:
                answer = self._patiently(partial(self._created, asked))
            except anthropic.APIStatusError as exc:
                blamed = outcome_of(exc) in (NO_SCHEMA, UNKNOWN_REQUEST)
                if fixed or options.json_schema is None or not blamed or level == _LEVELS[-1]:
                    raise failure_of(exc, self.settings.model) from None
                level = _LEVELS[_LEVELS.index(level) + 1]
            else:
                if options.json_schema is not None:
                    _known_levels[key] = level
                return answer

    def _created(self, asked: Mapping[str, Any]) -> anthropic.types.Message:
        client = self._connected()
        answer: anthropic.types.Message = client.messages.create(
            model=self.settings.model, stream=False, **asked
        )
        return answer

    def _streamed(
        self, asked: Mapping[str, Any]
    ) -> AbstractContextManager[anthropic.MessageStream[None]]:
        return self._connected().messages.stream(model=self.settings.model, **asked)

    @staticmethod
    def _patiently(ask: Callable[[], T]) -> T:
        """Return what `ask` returns, after the short pauses that the API asks for."""
        import anthropic  # noqa: PLC0415 - half a second

        patience = Patience()
        while True:
            try:
                return ask()
            except anthropic.RateLimitError as exc:
                if not patience.pause(retry_time(exc.response.headers.get("retry-after"))):
                    raise

    def _connected(self) -> anthropic.Anthropic:
        """Return this process's client, whose connections no other process has."""
        import anthropic  # noqa: PLC0415 - half a second
        import httpx2  # noqa: PLC0415 - loaded with it

        with self._lock:
            if self._client is None or self._process != os.getpid():
                _keep_quiet()
                timeout = anthropic.Timeout(self.settings.timeout_seconds, connect=_CONNECT_SECONDS)
                proxy = self.settings.proxy
                self._client = anthropic.Anthropic(
                    api_key=self.settings.key or _NO_KEY,
                    base_url=self.settings.url,
                    timeout=timeout,
                    max_retries=self.settings.max_retries,
                    http_client=anthropic.DefaultHttpxClient(
                        timeout=timeout,
                        proxy=proxy.reveal() if proxy else None,
                        **client_limits(httpx2),
                    ),
                )
                self._process = os.getpid()
            return self._client


def _keep_quiet() -> None:
    """Have the libraries log no requests: those hold prompts."""
    for name in ("anthropic", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)
