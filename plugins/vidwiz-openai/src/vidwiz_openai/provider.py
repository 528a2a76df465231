"""The provider: asks, steps down where a server knows less, and streams."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING, Any, ClassVar, Final

from vidwiz.plugin_api import (
    Capability,
    Completion,
    CompletionOptions,
    LLMProvider,
    Message,
    PluginInfo,
    PluginUnavailableError,
)
from vidwiz.plugin_api.answers import Patience, ThoughtFilter
from vidwiz_openai import failures, reading, requests
from vidwiz_openai.abilities import MEMORY, Level
from vidwiz_openai.connection import Connection, keep_quiet
from vidwiz_openai.settings import OpenAISettings
from vidwiz_openai.streaming import Told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from vidwiz_openai.abilities import Abilities

_MOST_ROOM: Final = 4096  # tokens that are kept for an answer


class OpenAIProvider(LLMProvider):
    """Asks OpenAI, or any server with its Chat Completions API.

    What a server does not take is found out from its refusals and remembered for each server and
    model. Nothing that a server or the library says gets into a message: it may repeat the prompt.
    """

    info: ClassVar[PluginInfo] = PluginInfo(
        name="openai",
        title="OpenAI and compatible servers",
        capabilities=frozenset({Capability.JSON_SCHEMA}),
        timeout_seconds=600.0,
    )
    Settings: ClassVar[type] = OpenAISettings
    settings: OpenAISettings

    def __init__(self, settings: OpenAISettings) -> None:
        super().__init__(settings)
        self._connection = Connection(settings)

    def check(self) -> None:
        if self.settings.is_openai and not self.settings.key:
            raise PluginUnavailableError(
                "it has no key",
                "set OPENAI_API_KEY, or OPENAI_BASE_URL to a server that needs none",
            )

    def preload(self) -> None:
        import openai.resources.chat  # noqa: F401, PLC0415 - this is where it is paid for

        keep_quiet()

    def describe(self) -> Mapping[str, str]:
        return {
            "library": f"openai {importlib.metadata.version('openai')}",
            "server": self.settings.host,
            # As it was set, before and after a call: kept parts of texts are found by it.
            "model": self._connection.named_model or "the only one that the server has",
        }

    @property
    def max_input_tokens(self) -> int:
        window = self.settings.context_tokens
        return window - min(_MOST_ROOM, window // 4)

    def complete(self, messages: Sequence[Message], options: CompletionOptions) -> Completion:
        model = self._connection.model()
        response, known = self._ask(model, messages, options, stream=False)
        schema = options.json_schema is not None
        with failures.translated(model):
            text = reading.text_of(response, schema=schema, model=model)
            completion = Completion(text, response.model or model, reading.usage_of(response.usage))
        if schema and known.level >= Level.JSON_SCHEMA and not text.startswith("{"):
            # The server ignored the form. The host repairs this answer; the next is asked better.
            MEMORY.keep(self.settings, model, known.with_the_form_in_words())
        return completion

    def stream(
        self, messages: Sequence[Message], options: CompletionOptions
    ) -> Iterator[str | Completion]:
        if options.json_schema is not None:
            yield from super().stream(messages, options)
            return
        model = self._connection.model()
        stream, _ = self._ask(model, messages, options, stream=True)
        told, thoughts = Told(model), ThoughtFilter()
        try:
            for piece in _pieces(stream, told, model):
                if kept := thoughts.feed(piece):
                    yield told.keep(kept)
        finally:
            stream.close()  # also when the caller wants no more of it
        if rest := thoughts.finish():
            yield told.keep(rest)
        yield told.completion()

    def close(self) -> None:
        self._connection.close()

    def _ask(
        self,
        model: str,
        messages: Sequence[Message],
        options: CompletionOptions,
        *,
        stream: bool,
    ) -> tuple[Any, Abilities]:
        """Return the answer, or the stream of it, and what the server takes."""
        known = MEMORY.of(self.settings, model)
        patience = Patience()
        while True:
            asked = requests.fields(self.settings, known, messages, options)
            if stream:
                asked.update(requests.stream_fields(known))
            response, said = self._create(model, asked)
            if said is None:
                MEMORY.keep(self.settings, model, known)
                return response, known
            failure = said.failure(model)
            if failure.code == "rate_limited" and patience.pause(failure.retry_at):
                continue
            less = known.after(said, had_schema="response_format" in asked)
            if less is None:
                raise failure
            known = less

    def _create(
        self, model: str, asked: Mapping[str, Any]
    ) -> tuple[Any, failures.ServerError | None]:
        """Return the answer, or what the server says against the request."""
        import openai  # noqa: PLC0415 - half a second

        client = self._connection.client()
        with failures.translated(model):
            try:
                return client.chat.completions.create(model=model, **asked), None
            except openai.APIStatusError as exc:
                return None, failures.read(exc)


def _pieces(stream: Any, told: Told, model: str) -> Iterator[str]:  # noqa: ANN401 - the library's
    """Yield the texts of a stream; raise `PluginError` for what goes wrong on the way."""
    with failures.translated(model):
        yield from map(told.take, stream)
