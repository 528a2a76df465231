"""The families of providers: each with its real library, a local server, and how both are made."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.fake_llm import AnthropicApi, FakeLLM, OllamaApi, OpenAIApi
from vidwiz.plugin_api import CompletionOptions, LLMProvider, Message, Purpose, Secret
from vidwiz_anthropic import AnthropicProvider
from vidwiz_ollama import OllamaProvider
from vidwiz_openai import OpenAIProvider

KEY = "sk-secret"
SPOKEN = "yeast eats the sugar of the dough and gives off the gas that lifts it"
PROMPT = (
    Message("system", "You write notes."),
    Message("user", f"[P1] {SPOKEN}\n[P2] then it rests for an hour", shared_prefix=20),
)
SCHEMA = {
    "type": "object",
    "properties": {
        "summary": {"type": "string"},
        "questions": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["summary", "questions"],
    "additionalProperties": False,
}
NOTE = CompletionOptions(purpose=Purpose.NOTE, max_output_tokens=200)
SUMMARY = CompletionOptions(purpose=Purpose.SUMMARY, json_schema=SCHEMA, max_output_tokens=1000)


@dataclass
class Family:
    """One family; `provider` and `server` are made for each test."""

    name: str
    server: FakeLLM
    provider: LLMProvider


KINDS: dict[str, tuple[Any, Any]] = {
    "openai": (OpenAIProvider, OpenAIApi),
    "ollama": (OllamaProvider, OllamaApi),
    "anthropic": (AnthropicProvider, AnthropicApi),
}


def provider_for(server: FakeLLM, **settings: Any) -> LLMProvider:
    kind = next(kind for kind, api in KINDS.values() if isinstance(server.api, api))
    given = {"base_url": server.url, "api_key": Secret(KEY), "model": "fake-1", **settings}
    provider: LLMProvider = kind(kind.Settings(**given))
    return provider


@pytest.fixture(scope="module", params=list(KINDS))
def _family(request):
    with FakeLLM(KINDS[request.param][1](key=KEY)) as server:
        provider = provider_for(server)
        yield Family(request.param, server, provider)
        provider.close()


@pytest.fixture
def family(_family):
    """One of the families, with a server that wants its key, and that was asked nothing yet."""
    _family.server.reset()
    return _family


def take(provider: LLMProvider, options: CompletionOptions, *, stream: bool) -> Any:
    """Return the completion, asked for as a whole or as a stream."""
    if not stream:
        return provider.complete(PROMPT, options)
    *_, last = provider.stream(PROMPT, options)
    return last
