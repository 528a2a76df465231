"""The provider for OpenAI's API keeps the contract and finds out what a server takes."""

import dataclasses
import json
import os
import threading
import time

import pytest

from tests.fake_llm import FakeLLM, Fault, OpenAIApi
from vidwiz.plugin_api import (
    CompletionOptions,
    Message,
    PluginError,
    PluginUnavailableError,
    Purpose,
    Secret,
)
from vidwiz.plugin_api.testing import LLMProviderContract
from vidwiz_openai import OpenAIProvider, abilities, requests

SCHEMA = LLMProviderContract.schema
ASKED = [Message("system", "You write."), Message("user", "[P1] yeast eats sugar in the dough")]
NOTE = CompletionOptions(purpose=Purpose.NOTE, max_output_tokens=200)
SUMMARY = CompletionOptions(purpose=Purpose.SUMMARY, json_schema=SCHEMA, max_output_tokens=1000)


@pytest.fixture
def serve():
    """Start a server of this kind; give it and a provider that asks it."""
    closing = []
    abilities.MEMORY._known.clear()

    def start(settings=None, context_tokens=128_000, **kind):
        server = FakeLLM(OpenAIApi(**kind), context_tokens=context_tokens)
        given = {"base_url": server.url, "model": "fake-1", **(settings or {})}
        provider = OpenAIProvider(OpenAIProvider.Settings(**given))
        closing.extend([provider, server])
        return server, provider

    yield start
    for one in closing:
        one.close()


class TestContract(LLMProviderContract):
    @pytest.fixture
    def plugin(self, serve):
        return serve()[1]


def levels(server):
    return [(asked.body.get("response_format") or {}).get("type") for asked in server.requests]


@pytest.mark.parametrize("unsupported", ["refused", "misleading"])
@pytest.mark.parametrize(
    ("known", "tried"),
    [
        (("json_schema_strict",), ["json_schema"]),
        (("json_schema", "json_object"), ["json_schema"] * 2),
        (("json_object",), ["json_schema", "json_schema", "json_object"]),
        ((), ["json_schema", "json_schema", "json_object", None]),
    ],
)
def test_the_surest_form_that_a_server_takes_is_found_and_remembered(
    serve, known, tried, unsupported
):
    server, provider = serve(levels=known, unsupported=unsupported)
    for _ in range(2):
        assert json.loads(provider.complete(ASKED, SUMMARY).text)["questions"]
    assert levels(server) == [*tried, tried[-1]]


def test_what_was_learnt_is_known_to_other_objects_but_not_for_other_models(serve):
    server, provider = serve(levels=(), models=("fake-1", "fake-2"))
    provider.complete(ASKED, SUMMARY)
    again = OpenAIProvider(dataclasses.replace(provider.settings))
    again.complete(ASKED, SUMMARY)
    assert levels(server)[-2:] == [None, None]
    again.close()
    other = OpenAIProvider(dataclasses.replace(provider.settings, model="fake-2"))
    other.complete(ASKED, SUMMARY)
    assert levels(server)[5:] == ["json_schema", "json_schema", "json_object", None]
    other.close()


def test_a_server_that_ignores_the_form_is_given_it_in_the_prompt_next_time(serve):
    server, provider = serve(levels=(), unsupported="ignored")
    texts = [provider.complete(ASKED, SUMMARY).text for _ in range(2)]
    assert not texts[0].startswith("{")
    assert json.loads(texts[-1])["questions"]
    assert levels(server)[-1] == "json_object"


@pytest.mark.parametrize(
    ("schema", "sent"),
    [("json_schema", "json_schema"), ("json_object", "json_object"), ("prompt", None)],
)
def test_the_form_can_be_set(serve, schema, sent):
    server, provider = serve({"schema": schema})
    assert json.loads(provider.complete(ASKED, SUMMARY).text)["questions"]
    assert levels(server) == [sent]


def test_a_form_that_is_set_and_refused_is_not_replaced(serve):
    server, provider = serve({"schema": "json_object"}, levels=())
    with pytest.raises(PluginError, match="keep to a form"):
        provider.complete(ASKED, SUMMARY)
    assert len(server.requests) == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("taken", ["max_tokens", "max_completion_tokens"])
def test_the_field_for_the_longest_answer_is_found_and_remembered(serve, taken, stream):
    server, provider = serve(token_field=taken)
    for _ in range(2):
        if stream:
            assert list(provider.stream(ASKED, NOTE))[-1].text
        else:
            assert provider.complete(ASKED, NOTE).text
    assert server.requests[-1].body[taken] == 200
    assert len(server.requests) == (2 if taken == "max_tokens" else 3)


def test_a_stream_does_without_its_tokens_where_the_server_does_not_tell_them(serve):
    server, provider = serve(tells_usage=False)
    for _ in range(2):
        assert list(provider.stream(ASKED, NOTE))[-1].text
    asked = ["stream_options" in request.body for request in server.requests]
    assert asked == [True, False, False]


def test_the_field_can_be_set_and_thinking_gets_tokens_of_its_own(serve):
    server, provider = serve(
        {
            "token_limit_field": "max_completion_tokens",
            "reasoning_effort": "low",
            "reasoning_tokens": 900,
        }
    )
    provider.complete(ASKED, NOTE)
    assert server.requests[0].body["max_completion_tokens"] == 1100
    assert server.requests[0].body["reasoning_effort"] == "low"


def test_a_plain_answer_costs_one_request_of_plain_fields(serve):
    server, provider = serve()
    provider.complete(ASKED, NOTE)
    (asked,) = server.requests
    assert set(asked.body) == {"messages", "model", "max_tokens"}
    assert asked.body["messages"][0] == {"role": "system", "content": "You write."}


def test_tokens_are_told_with_those_of_the_cache(serve):
    _, provider = serve()
    long = [Message("user", "[P1] yeast eats sugar in the dough " * 40)]
    first, second = (provider.complete(long, NOTE).usage for _ in range(2))
    assert first is not None
    assert second is not None
    assert (first.cached_tokens, second.cached_tokens > 200) == (0, True)
    assert second.input_tokens == first.input_tokens > second.cached_tokens
    *_, last = provider.stream(long, NOTE)
    assert last.usage == second


@pytest.mark.parametrize("cause", ["thinks_aloud", "thinking", "no_usage"])
@pytest.mark.parametrize("stream", [False, True])
def test_thoughts_are_not_answered(serve, cause, stream):
    server, provider = serve()
    plain = provider.complete(ASKED, NOTE).text
    server.script(Fault(cause))
    if stream:
        *pieces, last = provider.stream(ASKED, NOTE)
        assert "".join(pieces) == last.text == plain
    else:
        last = provider.complete(ASKED, NOTE)
        assert last.text == plain
    assert (last.usage is None) == (cause == "no_usage")


def test_an_answer_in_parts_is_read_as_mistral_has_it(serve):
    server, provider = serve()
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "It rises."}]
    choice = {"message": {"content": parts}, "finish_reason": "stop"}
    server.script(Fault("body", body=json.dumps({"choices": [choice]}).encode()))
    completion = provider.complete(ASKED, NOTE)
    assert (completion.text, completion.model, completion.usage) == ("It rises.", "fake-1", None)


def test_json_after_thoughts_aloud_is_found(serve):
    server, provider = serve()
    server.script(Fault("thinks_aloud"))
    assert json.loads(provider.complete(ASKED, SUMMARY).text)["summary"]


def test_a_prompt_beyond_the_window_is_too_long(serve):
    server, provider = serve(context_tokens=1000)
    with pytest.raises(PluginError) as caught:
        provider.complete([Message("user", "word " * 5000)], SUMMARY)
    assert caught.value.code == "too_long"
    assert len(server.requests) == 1


def test_pieces_come_before_the_whole_is_there(serve):
    server, provider = serve()
    server.script(Fault("endless"))
    pieces = provider.stream(ASKED, NOTE)
    assert [next(pieces) for _ in range(20)]
    pieces.close()


def test_without_a_model_the_only_one_of_the_server_is_asked(serve):
    server, provider = serve({"model": None})
    assert provider.complete(ASKED, NOTE).model == "fake-1"
    _, provider = serve({"model": None}, models=("fake-1", "fake-2"))
    with pytest.raises(PluginError, match="VIDWIZ_PLUGIN_OPENAI_MODEL"):
        provider.complete(ASKED, NOTE)
    assert server.requests[0].headers["authorization"] == "Bearer none"


def test_many_threads_share_a_provider(serve):
    server, provider = serve(levels=("json_object",))
    gate = threading.Barrier(8)
    texts = []

    def ask():
        gate.wait()
        texts.append(provider.complete(ASKED, SUMMARY).text)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(texts)) == 1
    assert len(texts) == 8
    assert levels(server)[-1] == "json_object"


def test_a_forked_process_has_its_own_connections(serve):
    server, provider = serve()
    provider.complete(ASKED, NOTE)
    child = os.fork()
    if not child:
        status = 1
        try:
            status = 0 if provider.complete(ASKED, NOTE).text else 1
            provider.close()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert provider.complete(ASKED, NOTE).text
    assert len(server.requests) == 3


def test_openrouter_is_told_to_heed_the_form():
    settings = OpenAIProvider.Settings(base_url="https://openrouter.ai/api/v1", model="x")
    known = abilities.Abilities.expected(settings)
    asked = requests.fields(settings, known, ASKED, SUMMARY)
    assert asked["extra_body"] == {"provider": {"require_parameters": True}}
    assert "extra_body" not in requests.fields(settings, known, ASKED, NOTE)


def test_openai_itself_gets_its_own_field():
    settings = OpenAIProvider.Settings(api_key=Secret("sk-x"))
    known = abilities.Abilities.expected(settings)
    assert requests.fields(settings, known, ASKED, NOTE)["max_completion_tokens"] == 200


@pytest.mark.parametrize(
    ("settings", "works"),
    [
        ({}, False),
        ({"api_key": Secret("")}, False),
        ({"base_url": ""}, False),
        ({"api_key": Secret("sk-x")}, True),
        ({"base_url": "http://localhost:8080/v1/"}, True),
    ],
)
def test_a_key_is_wanted_where_openai_is_asked(settings, works):
    provider = OpenAIProvider(OpenAIProvider.Settings(**settings))
    if works:
        provider.check()
        return
    with pytest.raises(PluginUnavailableError) as caught:
        provider.check()
    assert "OPENAI_API_KEY" in caught.value.remedy


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": "localhost:8080"},
        {"base_url": "http://user:sk-hidden@host/v1"},
        {"base_url": "https://host/v1?key=sk-hidden"},
        {"api_key": Secret("sk-hidden\nX: y")},
        {"api_key": Secret("sk-hiddeñ")},
        {"context_tokens": 0},
        {"context_tokens": 10**12},
        {"timeout_seconds": 0.0},
        {"timeout_seconds": -1.0},
        {"timeout_seconds": 1e9},
        {"max_retries": 2},
        {"max_retries": -1},
        {"reasoning_tokens": -1},
        {"schema": "xml"},
        {"token_limit_field": "n_predict"},
    ],
)
def test_settings_that_cannot_work_are_refused_without_being_repeated(settings):
    with pytest.raises(ValueError, match=next(iter(settings))) as caught:
        OpenAIProvider.Settings(**settings)
    assert "sk-hid" not in str(caught.value)


def test_what_is_left_of_the_window_for_the_prompt():
    for window, room in ((128_000, 4096), (8000, 2000), (1000, 250)):
        provider = OpenAIProvider(OpenAIProvider.Settings(context_tokens=window))
        assert provider.max_input_tokens == window - room


def test_what_it_says_of_itself_holds_no_secret():
    settings = OpenAIProvider.Settings(api_key=Secret("sk-hidden"), proxy=Secret("http://u:p@h"))
    provider = OpenAIProvider(settings)
    provider.preload()
    facts = dict(provider.describe())
    assert facts["server"] == "api.openai.com"
    assert facts["library"].startswith("openai ")
    assert facts["model"] == "gpt-4.1-mini"
    assert "sk-hidden" not in f"{facts} {settings!r}"


def test_a_retry_of_the_library_is_the_operators_choice(serve):
    server, provider = serve({"max_retries": 1})
    server.script(Fault("server_error"))
    began = time.monotonic()
    assert provider.complete(ASKED, NOTE).text
    assert len(server.requests) == 2
    assert time.monotonic() - began < 10
