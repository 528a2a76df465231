"""The provider for Ollama keeps the contract, and no prompt is cut without anybody noticing."""

import json

import pytest

from tests.fake_llm import FakeLLM, Fault, OllamaApi
from vidwiz.plugin_api import CompletionOptions, Handling, Message, PluginError, Purpose, Secret
from vidwiz.plugin_api.testing import LLMProviderContract
from vidwiz_ollama import OllamaProvider, windows

ASKED = [Message("system", "You write."), Message("user", "[P1] yeast eats sugar in the dough")]
NOTE = CompletionOptions(purpose=Purpose.NOTE, max_output_tokens=200)
SUMMARY = CompletionOptions(
    purpose=Purpose.SUMMARY, json_schema=LLMProviderContract.schema, max_output_tokens=1000
)


@pytest.fixture
def serve():
    """Start an Ollama of this kind; give it and a provider that asks it."""
    closing = []

    def start(settings=None, **kind):
        server = FakeLLM(OllamaApi(**kind))
        given = {"base_url": server.url, "model": "fake-1", **(settings or {})}
        provider = OllamaProvider(OllamaProvider.Settings(**given))
        closing.extend([provider, server])
        return server, provider

    yield start
    for one in closing:
        one.close()


class TestContract(LLMProviderContract):
    @pytest.fixture
    def plugin(self, serve):
        return serve()[1]


def english(tokens):
    """Return a prompt of about as many tokens, as the server counts them."""
    return [Message("user", "[P1] " + "one word after another, as in any talk. " * (tokens // 10))]


def answered(provider, messages, options, *, stream=False):
    return (
        list(provider.stream(messages, options))[-1]
        if stream
        else provider.complete(messages, options)
    )


@pytest.mark.parametrize(
    ("tokens", "window"), [(100, 4096), (4000, 8192), (11_000, 16_384), (20_000, 32_768)]
)
def test_the_window_is_asked_for_as_the_prompt_needs_it(serve, tokens, window):
    server, provider = serve()
    messages = english(tokens)
    usage = provider.complete(messages, NOTE).usage
    (asked,) = server.requests
    assert asked.body["options"] == {"num_ctx": window, "num_predict": 200}
    assert usage is not None
    assert usage.input_tokens == sum(len(m.content) for m in messages) // 4 + 1 <= window - 200


@pytest.mark.parametrize("stream", [False, True])
def test_a_prompt_that_was_cut_is_too_long(serve, stream):
    server, provider = serve({"context_tokens": 8192})
    with pytest.raises(PluginError) as caught:
        answered(provider, english(9000), NOTE, stream=stream)
    assert (caught.value.code, caught.value.handling) == ("too_long", Handling.PERMANENT)
    assert server.requests[0].body["options"]["num_ctx"] == 8192


@pytest.mark.parametrize("stream", [False, True])
def test_a_prompt_that_leaves_no_room_for_its_answer_is_too_long(serve, stream):
    server, provider = serve({"context_tokens": 4096})
    prompt = [Message("user", "x" * 4 * 4090)]
    with pytest.raises(PluginError) as caught:
        answered(provider, prompt, NOTE, stream=stream)
    assert caught.value.code == "too_long"
    assert server.requests[0].prompt_tokens == 4090


@pytest.mark.parametrize("stream", [False, True])
def test_no_more_is_asked_for_than_the_model_was_trained_for(serve, stream):
    server, provider = serve(window=8192)
    with pytest.raises(PluginError) as caught:
        answered(provider, english(9000), NOTE, stream=stream)
    assert caught.value.code == "too_long"
    assert server.requests[0].body["options"]["num_ctx"] == 8192
    assert provider.max_input_tokens < 8192
    assert answered(provider, english(5000), NOTE, stream=stream).text


@pytest.mark.parametrize(
    ("characters", "read", "window", "cut"),
    [
        (40_000, 10_000, 16_384, False),
        (40_000, 4096, 4096, True),
        (40_000, 4000, 16_384, True),
        (40_000, 30_000, 32_768, False),  # as Chinese has it
        (40_000, None, 4096, False),
        (40_000, 0, 4096, False),
        (500, 10, 4096, False),
    ],
)
def test_whether_a_prompt_was_cut_is_told_by_what_was_read(characters, read, window, cut):
    assert windows.was_cut([Message("user", "x" * characters)], read, window) is cut


@pytest.mark.parametrize("most", [2048, 4096, 10_000, 131_072])
@pytest.mark.parametrize("tokens", [0, 1, 4096, 4097, 100_000, 10**9])
def test_a_window_is_never_more_than_allowed(tokens, most):
    size = windows.window(tokens, most)
    assert size <= most
    assert size >= min(tokens, most)


def test_other_scripts_get_windows_that_are_large_enough():
    for text in ("字幕里说的话" * 500, "как поднимается тесто " * 200, "दूध और पानी " * 300):
        assert windows.needed([Message("user", text)], 0) > len(text) / 4


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("knows", [True, False])
def test_models_are_told_not_to_think_where_they_can_be(serve, knows, stream):
    server, provider = serve(knows_think=knows)
    for _ in range(2):
        assert answered(provider, ASKED, NOTE, stream=stream).text
    thinks = [asked.body.get("think") for asked in server.requests]
    assert thinks == ([False, False] if knows else [False, None, None])


@pytest.mark.parametrize("cause", ["thinks_aloud", "thinking", "no_usage"])
@pytest.mark.parametrize("stream", [False, True])
def test_thoughts_are_not_answered(serve, cause, stream):
    server, provider = serve()
    plain = provider.complete(ASKED, NOTE).text
    server.script(Fault(cause))
    last = answered(provider, ASKED, NOTE, stream=stream)
    assert last.text == plain
    assert (last.usage is None) == (cause == "no_usage")


@pytest.mark.parametrize(
    ("formats", "asked"), [(("schema", "json"), 1), (("json",), 2), ((), 3)], ids=str
)
def test_a_form_that_is_refused_is_asked_for_in_another_way_and_that_is_remembered(
    serve, formats, asked
):
    server, provider = serve(formats=formats)
    for calls in (asked, asked + 1):
        assert json.loads(provider.complete(ASKED, SUMMARY).text)["summary"]
        assert len(server.requests) == calls
    last = server.requests[-1].body
    assert ("JSON Schema" in last["messages"][-1]["content"]) == (asked > 1)
    assert last.get("format") == (LLMProviderContract.schema, "json", None)[asked - 1]


def test_a_form_that_is_ignored_is_said_in_words_the_next_time(serve):
    server, provider = serve()
    server.answer = lambda _: "Sure, here is a summary of the talk."
    provider.complete(ASKED, SUMMARY)
    provider.complete(ASKED, SUMMARY)
    assert "JSON Schema" in server.requests[1].body["messages"][-1]["content"]


def test_a_request_that_is_refused_without_a_form_is_not_asked_again(serve):
    server, provider = serve()
    server.script(*[Fault("bad_request")] * 5)
    with pytest.raises(PluginError):
        provider.complete(ASKED, NOTE)
    assert len(server.requests) == 1
    with pytest.raises(PluginError, match="refuses this request"):
        provider.complete(ASKED, SUMMARY)
    assert len(server.requests) == 4


def test_the_form_is_asked_for_by_its_schema(serve):
    server, provider = serve()
    assert json.loads(provider.complete(ASKED, SUMMARY).text)["questions"]
    assert server.requests[0].body["format"] == LLMProviderContract.schema


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_that_is_not_there_is_named_with_the_command_that_fetches_it(serve, stream):
    server, provider = serve({"model": "qwen3:8b"})
    with pytest.raises(PluginError) as caught:
        answered(provider, ASKED, NOTE, stream=stream)
    assert caught.value.handling is Handling.OPERATOR
    assert "`ollama pull qwen3:8b`" in caught.value.message
    assert not server.requests, "this is known before the prompt is sent"


def test_without_a_model_the_only_one_is_asked(serve):
    _, provider = serve({"model": None})
    assert provider.complete(ASKED, NOTE).model == "fake-1"
    _, provider = serve({"model": None}, models=("fake-1", "fake-2"))
    with pytest.raises(PluginError, match="VIDWIZ_PLUGIN_OLLAMA_MODEL"):
        provider.complete(ASKED, NOTE)


def test_settings_reach_ollama(serve):
    server, provider = serve({"keep_alive": "30m", "api_key": Secret("sk-x")})
    provider.complete(ASKED, NOTE)
    assert server.requests[0].body["keep_alive"] == "30m"
    assert server.requests[0].headers["authorization"] == "Bearer sk-x"


@pytest.mark.parametrize(
    "url", ["127.0.0.1:{port}", "localhost:{port}", "http://127.0.0.1:{port}/"]
)
def test_addresses_are_read_as_ollamas_own_variable(serve, url):
    server, _ = serve()
    address = url.format(port=server.address.rpartition(":")[2])
    provider = OllamaProvider(OllamaProvider.Settings(base_url=address, model="fake-1"))
    provider.check()
    assert provider.complete(ASKED, NOTE).text
    provider.close()


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": "http://user:sk-hidden@host"},
        {"base_url": "ftp://host"},
        {"base_url": "host:99999999"},
        {"api_key": Secret("sk-hidden x")},
        {"context_tokens": 0},
        {"context_tokens": -1},
        {"context_tokens": 10**12},
        {"timeout_seconds": 0.0},
        {"timeout_seconds": 1e9},
    ],
)
def test_settings_that_cannot_work_are_refused_without_being_repeated(settings):
    with pytest.raises(ValueError, match=next(iter(settings))) as caught:
        OllamaProvider.Settings(**settings)
    assert "sk-hid" not in str(caught.value)


def test_what_it_says_of_itself():
    provider = OllamaProvider(OllamaProvider.Settings(base_url="gpu.lan:11434", model="qwen3:8b"))
    provider.preload()
    facts = provider.describe()
    assert facts["server"] == "gpu.lan"
    assert facts["model"] == "qwen3:8b"
    assert facts["library"].startswith("ollama ")
