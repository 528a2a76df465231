"""Each row of the table of failures, by an answer that the API is known to give."""

import json

import pytest

from tests.fake_llm import AnthropicApi, FakeLLM, Fault
from vidwiz.plugin_api import CompletionOptions, Message, PluginError, Purpose
from vidwiz_anthropic import AnthropicProvider
from vidwiz_anthropic.failures import (
    MISSING_MODEL,
    NO_CREDIT,
    NO_SCHEMA,
    OVERLOADED,
    UNKNOWN_REQUEST,
    WRONG_ADDRESS,
    Outcome,
)

NOTE = CompletionOptions(purpose=Purpose.NOTE, max_output_tokens=200)
TOO_LONG, AUTH = Outcome("too_long"), Outcome("auth_failed")
REQUEST = "invalid_request_error"
KNOWN = [
    (413, "request_too_large", "Request exceeds the maximum size", TOO_LONG),
    (413, "", "a proxy's own", TOO_LONG),
    (400, REQUEST, "prompt is too long: 210000 tokens > 200000 maximum", TOO_LONG),
    (400, REQUEST, "input length and `max_tokens` exceed context limit: 1 + 2 > 2", TOO_LONG),
    (403, "billing_error", "m", NO_CREDIT),
    (402, "", "m", NO_CREDIT),
    (400, REQUEST, "Your credit balance is too low to access the API.", NO_CREDIT),
    (401, "authentication_error", "invalid x-api-key", AUTH),
    (403, "permission_error", "m", AUTH),
    (403, "forbidden", "Request not allowed", AUTH),
    (404, "not_found_error", "model: claude-9", MISSING_MODEL),
    (404, "not_found_error", "Not found", WRONG_ADDRESS),
    (429, "rate_limit_error", "m", Outcome("rate_limited")),
    (429, "", "m", Outcome("rate_limited")),
    (529, "overloaded_error", "Overloaded", OVERLOADED),
    (503, "", "m", OVERLOADED),
    (504, "timeout_error", "m", Outcome("timed_out")),
    (408, "", "m", Outcome("timed_out")),
    (400, REQUEST, "output_config.format: not supported", NO_SCHEMA),
    (400, REQUEST, "messages: roles must alternate", UNKNOWN_REQUEST),
    (500, "api_error", "Internal server error", Outcome("network_error")),
    (502, "", "m", Outcome("network_error")),
    (418, "", "I am a teapot", Outcome("network_error")),
]


@pytest.fixture(scope="module")
def asked():
    """Return a function that returns the failure that comes of the API's answer."""
    with FakeLLM(AnthropicApi()) as server:
        settings = AnthropicProvider.Settings(base_url=server.url, model="fake-1")
        provider = AnthropicProvider(settings)

        def ask(status, body):
            server.script(Fault("body", body=json.dumps(body).encode(), status=status))
            with pytest.raises(PluginError) as caught:
                provider.complete([Message("user", "hello")], NOTE)
            return caught.value

        yield ask
        provider.close()


@pytest.mark.parametrize(("status", "kind", "message", "outcome"), KNOWN)
def test_known_answers_are_known_failures(asked, status, kind, message, outcome):
    body = {"type": "error", "error": {"type": kind, "message": message}}
    failure = asked(status, body)
    assert failure.code == outcome.code
    if outcome.message:
        assert failure.message == outcome.message.format(model="fake-1")
    if outcome.handling:
        assert failure.handling is outcome.handling
