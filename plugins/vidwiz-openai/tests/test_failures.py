"""Each row of the table of failures, by an answer of a server that is known to give it."""

import json

import pytest

from tests.fake_llm import FakeLLM, Fault, OpenAIApi
from vidwiz.plugin_api import CompletionOptions, Message, PluginError, Purpose
from vidwiz_openai import OpenAIProvider
from vidwiz_openai.failures import (
    MISSING_MODEL,
    NO_CREDIT,
    NO_ENDPOINT,
    NO_SCHEMA,
    NOT_JSON,
    REFUSED,
    TABLE,
    UNKNOWN_REQUEST,
    WRONG_ADDRESS,
    Outcome,
    ServerError,
)

NOTE = CompletionOptions(purpose=Purpose.NOTE, max_output_tokens=200)
TOO_LONG, AUTH = Outcome("too_long"), Outcome("auth_failed")
NETWORK = Outcome("network_error")


def error(message, **parts):
    return {"error": {"message": message, **parts}}


# Who gives it, with which status and body, and what it is.
KNOWN = [
    ("openai-context", 400, error("m", code="context_length_exceeded"), TOO_LONG),
    (
        "vllm-context",
        400,
        {"object": "error", "message": "This model's maximum context length is 4096", "code": 400},
        TOO_LONG,
    ),
    ("vllm-length", 400, error("longer than the maximum model length of 8", code=400), TOO_LONG),
    (
        "llamacpp-context",
        400,
        error("the request exceeds the size", type="exceed_context_size_error", code=400),
        TOO_LONG,
    ),
    (
        "lmstudio-context",
        400,
        {"error": "Trying to keep the first 6000 tokens when context the overflows."},
        TOO_LONG,
    ),
    ("groq-size", 413, error("Request too large", code="rate_limit_exceeded"), TOO_LONG),
    ("openai-quota", 429, error("m", type="insufficient_quota"), NO_CREDIT),
    ("openrouter-credits", 402, error("Insufficient credits", code=402), NO_CREDIT),
    ("azure-filter", 400, error("m", code="content_filter"), REFUSED),
    ("openrouter-flagged", 403, error("Input was flagged for hate", code=403), REFUSED),
    ("openai-model", 404, error("m", code="model_not_found"), MISSING_MODEL),
    (
        "vllm-model",
        404,
        {"object": "error", "message": "The model `x` does not exist.", "code": 404},
        MISSING_MODEL,
    ),
    ("openrouter-model", 404, error("No endpoints found for x/y.", code=404), MISSING_MODEL),
    ("openrouter-id", 400, error("x is not a valid model ID", code=400), MISSING_MODEL),
    (
        "openrouter-policy",
        404,
        error("No endpoints available matching your guardrail restrictions and data policy"),
        NO_ENDPOINT,
    ),
    ("any-path", 404, "404 page not found", WRONG_ADDRESS),
    ("any-key", 401, error("Invalid API Key", code=401), AUTH),
    ("google-key", 400, [error("API key not valid. Please pass another.")], AUTH),
    ("xai-key", 400, {"code": "x", "error": "Incorrect API key provided: xa***"}, AUTH),
    ("any-rate", 429, error("Rate limit reached"), Outcome("rate_limited")),
    ("cloudflare-time", 524, "a page", Outcome("timed_out")),
    ("groq-json", 400, error("m", code="json_validate_failed"), NOT_JSON),
    ("llamacpp-grammar", 400, error("failed to parse grammar", code=400), NO_SCHEMA),
    ("any-request", 400, error("m"), UNKNOWN_REQUEST),
    ("llamacpp-loading", 503, error("Loading model", code=503), NETWORK),
    ("strange-status", 418, error("I am a teapot"), NETWORK),
]


@pytest.fixture(scope="module")
def asked():
    """Return a function that returns the failure that comes of a server's answer."""
    with FakeLLM(OpenAIApi()) as server:
        provider = OpenAIProvider(OpenAIProvider.Settings(base_url=server.url, model="fake-1"))

        def ask(status, body):
            text = body if isinstance(body, str) else json.dumps(body)
            server.script(Fault("body", body=text.encode(), status=status))
            with pytest.raises(PluginError) as caught:
                provider.complete([Message("user", "hello")], NOTE)
            return caught.value

        yield ask
        provider.close()


@pytest.mark.parametrize(
    ("status", "body", "outcome"), [row[1:] for row in KNOWN], ids=[row[0] for row in KNOWN]
)
def test_known_answers_are_known_failures(asked, status, body, outcome):
    failure = asked(status, body)
    assert failure.code == outcome.code
    if outcome.message:
        assert failure.message == outcome.message.format(model="fake-1")
    if outcome.handling:
        assert failure.handling is outcome.handling


def test_each_row_of_the_table_is_met():
    def row_of(status, body):
        inner = body.get("error", body) if isinstance(body, dict) else {"message": str(body)}
        inner = inner if isinstance(inner, dict) else {"message": inner}
        said = ServerError(status, inner)
        return next((row for row in TABLE if said._fits(row)), None)

    met = {row_of(status, body) for _, status, body, _ in KNOWN}
    assert met - {None} == set(TABLE)
