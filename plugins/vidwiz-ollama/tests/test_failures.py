"""Each row of the table of failures, by an answer that Ollama is known to give."""

import json

import pytest

from tests.fake_llm import FakeLLM, Fault, OllamaApi
from vidwiz.plugin_api import CompletionOptions, Message, PluginError, Purpose
from vidwiz_ollama import OllamaProvider
from vidwiz_ollama.failures import (
    BROKEN_OFF,
    MISSING_MODEL,
    NO_FORM,
    NO_MEMORY,
    TABLE,
    TOO_LONG,
    WITHIN_STREAM,
    WRONG_ADDRESS,
    Outcome,
)

NOTE = CompletionOptions(purpose=Purpose.NOTE, max_output_tokens=200)
AUTH = Outcome("auth_failed")
KNOWN = [
    (400, "the input length exceeds the context length", TOO_LONG),
    (404, 'model "x" not found, try pulling it first', MISSING_MODEL),
    (404, "404 page not found", WRONG_ADDRESS),
    (401, "unauthorized", AUTH),
    (403, "this model requires a subscription", AUTH),
    (402, "you have reached your weekly usage limit", AUTH),
    (429, "too many concurrent requests", Outcome("rate_limited")),
    (500, "model requires more system memory (9 GiB) than is available (4 GiB)", NO_MEMORY),
    (500, "failed to load model vocabulary required for format", NO_FORM),
    (500, "unable to load model: unsupported file format", Outcome("network_error")),
    (500, "llama runner process has terminated: signal: killed", Outcome("network_error")),
    (503, "server busy, please try again", Outcome("network_error")),
    (504, "gateway timeout", Outcome("timed_out")),
    (400, "invalid message content type", Outcome("invalid_request")),
    (418, "I am a teapot", Outcome("network_error")),
]


@pytest.fixture(scope="module")
def asked():
    """Return a function that returns the failure that comes of Ollama's answer."""
    with FakeLLM(OllamaApi()) as server:
        provider = OllamaProvider(OllamaProvider.Settings(base_url=server.url, model="fake-1"))

        def ask(status, message):
            body = json.dumps({"error": message}).encode()
            server.script(Fault("body", body=body, status=status))
            with pytest.raises(PluginError) as caught:
                provider.complete([Message("user", "hello")], NOTE)
            return caught.value

        yield ask
        provider.close()


@pytest.mark.parametrize(("status", "message", "outcome"), KNOWN)
def test_known_answers_are_known_failures(asked, status, message, outcome):
    failure = asked(status, message)
    assert failure.code == outcome.code
    if outcome.message:
        assert failure.message == outcome.message.format(model="fake-1")
    if outcome.handling:
        assert failure.handling is outcome.handling


def test_an_error_in_the_middle_of_a_stream_is_an_answer_that_broke_off():
    (row,) = (row for row in TABLE if WITHIN_STREAM in row.statuses)
    assert row.outcome == BROKEN_OFF
