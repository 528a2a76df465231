"""The provider: asks Ollama's own API, since its OpenAI-compatible one drops the window's size."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any, ClassVar, Final

from vidwiz.plugin_api import (
    Capability,
    Completion,
    CompletionOptions,
    LLMProvider,
    Message,
    PluginInfo,
)
from vidwiz.plugin_api.answers import (
    ThoughtFilter,
    client_limits,
    json_in,
    without_thoughts,
)
from vidwiz_ollama import windows
from vidwiz_ollama.failures import (
    BROKEN_OFF,
    MISSING_MODEL,
    NO_FORM,
    NO_MODEL_CHOSEN,
    NO_THINKING,
    UNKNOWN_REQUEST,
    failure,
    outcome_of,
    translated,
)
from vidwiz_ollama.forms import Form
from vidwiz_ollama.reading import check_read, judge, usage_of
from vidwiz_ollama.settings import OllamaSettings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    import ollama

_CONNECT_SECONDS: Final = 10.0


class OllamaProvider(LLMProvider):
    """Asks a model that runs in Ollama, with a window that fits the prompt."""

    info: ClassVar[PluginInfo] = PluginInfo(
        name="ollama",
        title="Ollama",
        capabilities=frozenset({Capability.JSON_SCHEMA}),
        timeout_seconds=600.0,
    )
    Settings: ClassVar[type] = OllamaSettings
    settings: OllamaSettings

    def __init__(self, settings: OllamaSettings) -> None:
        super().__init__(settings)
        self._client: ollama.Client | None = None
        self._process = 0
        self._lock = threading.Lock()
        self._model = settings.model
        self._trained: int | None = None
        self._may_forbid_thoughts = True
        self._form = Form.SCHEMA

    def preload(self) -> None:
        import ollama  # noqa: F401, PLC0415 - this is where it is paid for

        _keep_quiet()

    def describe(self) -> Mapping[str, str]:
        return {
            "library": f"ollama {importlib.metadata.version('ollama')}",
            "server": self.settings.host,
            # As it was set, before and after a call: kept parts of texts are found by it.
            "model": self.settings.model or "the only one that it has",
        }

    @property
    def max_input_tokens(self) -> int:
        return self._most() - min(windows.ROOM, self._most() // 4)

    def complete(self, messages: Sequence[Message], options: CompletionOptions) -> Completion:
        model = self._known_model()
        with translated(model):
            asked, answer = self._asked(model, messages, options)
            told = answer.message
            text = without_thoughts(told.content or "")
            check_read(messages, answer, asked)
            judge(
                text,
                answer,
                thought=bool(told.thinking or told.content),
                schema=options.json_schema is not None,
            )
            if options.json_schema is not None:
                text = json_in(text) or text
                if self._form is Form.SCHEMA and not text.startswith("{"):
                    # The form was ignored. The host repairs this answer; the next is asked better.
                    self._form = Form.JSON
            return Completion(text, answer.model or model, usage_of(answer))

    def stream(
        self, messages: Sequence[Message], options: CompletionOptions
    ) -> Iterator[str | Completion]:
        if options.json_schema is not None:
            yield from super().stream(messages, options)
            return
        model = self._known_model()
        texts, thoughts, thought, last = [], ThoughtFilter(), False, None
        with translated(model):
            asked = self._request(messages, options)
            with closing(self._parts(model, asked)) as parts:
                for part in parts:
                    last = part
                    thought |= bool(part.message.thinking)
                    if piece := thoughts.feed(part.message.content or ""):
                        texts.append(piece)
                        yield piece
            if rest := thoughts.finish():
                texts.append(rest)
                yield rest
            if last is None or not last.done:
                raise failure(BROKEN_OFF)
            text = "".join(texts)
            check_read(messages, last, asked)
            judge(text.strip(), last, thought=thought, schema=False)
            completion = Completion(text, last.model or model, usage_of(last))
        yield completion

    def close(self) -> None:
        with self._lock:
            # A client that was made before a fork belongs to the other process.
            if self._client is not None and self._process == os.getpid():
                self._client.close()  # type: ignore[no-untyped-call]
            self._client = None

    def _request(
        self, messages: Sequence[Message], options: CompletionOptions, form: Form = Form.SCHEMA
    ) -> dict[str, Any]:
        """Return the fields of a request, with a window that fits the prompt."""
        size = windows.needed(messages, options.max_output_tokens)
        limits: dict[str, int] = {"num_ctx": windows.window(size, self._most())}
        if options.max_output_tokens is not None:
            limits["num_predict"] = options.max_output_tokens
        asked: dict[str, Any] = {
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "options": limits,
        }
        if options.json_schema is not None:
            asked["messages"] = form.messages(asked["messages"], options.json_schema)
            asked.update(form.field(options.json_schema))
        if self.settings.keep_alive:
            asked["keep_alive"] = self.settings.keep_alive
        return asked

    def _asked(
        self, model: str, messages: Sequence[Message], options: CompletionOptions
    ) -> tuple[dict[str, Any], ollama.ChatResponse]:
        """Return what was asked at last, and the whole answer."""
        import ollama  # noqa: PLC0415 - large

        client = self._connected()
        form = self._form
        while True:
            asked = self._request(messages, options, form)
            try:
                answer: ollama.ChatResponse = client.chat(model, **asked, **self._about_thoughts())
            except ollama.ResponseError as exc:
                if self._learns_from(exc):
                    continue
                if "format" not in asked or outcome_of(exc) not in (NO_FORM, UNKNOWN_REQUEST):
                    raise
                form = form.lower()
            else:
                self._form = min(self._form, form)
                return asked, answer

    def _parts(
        self, model: str, asked: Mapping[str, Any]
    ) -> Generator[ollama.ChatResponse, None, None]:
        """Yield the parts of the answer; closing this closes the connection."""
        import ollama  # noqa: PLC0415 - large

        client = self._connected()
        try:
            yield from client.chat(model, **asked, **self._about_thoughts(), stream=True)
        except ollama.ResponseError as exc:
            # A refusal comes before the first part.
            if not self._learns_from(exc):
                raise
        else:
            return
        yield from client.chat(model, **asked, **self._about_thoughts(), stream=True)

    def _about_thoughts(self) -> dict[str, Any]:
        return {"think": False} if self._may_forbid_thoughts else {}

    def _learns_from(self, exc: ollama.ResponseError) -> bool:
        """Say whether the request is worth another try without the field that was refused."""
        if outcome_of(exc) is not NO_THINKING or not self._may_forbid_thoughts:
            return False
        self._may_forbid_thoughts = False
        return True

    def _most(self) -> int:
        """Return the largest window: what is set, or less where the model was trained for less."""
        return min(self.settings.context_tokens, self._trained or self.settings.context_tokens)

    def _known_model(self) -> str:
        """Return the model to ask, after asking Ollama what is known of it, once a process.

        Where none is set it is the only one that Ollama has.
        """
        if self._model is not None and self._trained is not None:
            return self._model
        model = self._model
        with translated(model or ""):
            client = self._connected()
            if model is None:
                names = [found.model for found in client.list().models if found.model]
                if len(names) != 1:
                    raise failure(NO_MODEL_CHOSEN)
                model = names[0]
            self._trained = _trained_window(client, model) or self.settings.context_tokens
        self._model = model
        return model

    def _connected(self) -> ollama.Client:
        """Return this process's client, whose connections no other process has."""
        import httpx  # noqa: PLC0415 - large
        import ollama  # noqa: PLC0415 - large

        with self._lock:
            if self._client is None or self._process != os.getpid():
                _keep_quiet()
                key = self.settings.key
                arguments = client_limits(httpx)
                if key:
                    arguments["headers"]["Authorization"] = f"Bearer {key}"
                self._client = ollama.Client(
                    self.settings.url,
                    timeout=httpx.Timeout(self.settings.timeout_seconds, connect=_CONNECT_SECONDS),
                    **arguments,
                )
                self._process = os.getpid()
            return self._client


def _trained_window(client: ollama.Client, model: str) -> int | None:
    """Return how many tokens the model was trained to read; Ollama gives it no more.

    Raises the library's error when Ollama has no such model.
    """
    import ollama  # noqa: PLC0415 - large

    try:
        known = client.show(model).modelinfo or {}
    except ollama.ResponseError as exc:
        if outcome_of(exc) is MISSING_MODEL:
            raise
        return None
    except ValueError:  # an answer without this information
        return None
    sizes = [value for name, value in known.items() if name.endswith(".context_length")]
    return next((size for size in sizes if isinstance(size, int) and size > 0), None)


def _keep_quiet() -> None:
    """Have the libraries log no requests."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
