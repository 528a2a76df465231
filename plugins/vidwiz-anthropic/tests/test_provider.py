"""The provider for Anthropic's API keeps the contract, marks its cache and asks for forms."""

import json

import pytest

from tests.fake_llm import AnthropicApi, FakeLLM, Fault
from vidwiz.plugin_api import (
    CompletionOptions,
    Message,
    PluginError,
    PluginUnavailableError,
    Purpose,
    Secret,
)
from vidwiz.plugin_api.testing import LLMProviderContract
from vidwiz_anthropic import AnthropicProvider, requests
from vidwiz_anthropic import provider as provider_module

TALK = "[P1] " + "yeast eats the sugar in the dough " * 40
ASKED = [Message("system", "You write."), Message("user", TALK + "\nA note, please.")]
NOTE = CompletionOptions(purpose=Purpose.NOTE, max_output_tokens=200)
SUMMARY = CompletionOptions(
    purpose=Purpose.SUMMARY, json_schema=LLMProviderContract.schema, max_output_tokens=1000
)


@pytest.fixture
def serve():
    """Start a server of this kind; give it and a provider that asks it."""
    closing = []
    provider_module._known_levels.clear()

    def start(settings=None, **kind):
        server = FakeLLM(AnthropicApi(**kind))
        given = {"base_url": server.url, "model": "fake-1", **(settings or {})}
        provider = AnthropicProvider(AnthropicProvider.Settings(**given))
        closing.extend([provider, server])
        return server, provider

    yield start
    for one in closing:
        one.close()


class TestContract(LLMProviderContract):
    @pytest.fixture
    def plugin(self, serve):
        return serve()[1]


def asking(question):
    return [ASKED[0], Message("user", f"{TALK}\n{question}", shared_prefix=len(TALK))]


@pytest.mark.parametrize("stream", [False, True])
def test_the_shared_beginning_is_cached_and_its_tokens_are_part_of_the_input(serve, stream):
    _, provider = serve()
    usages = []
    for question in ("What is eaten?", "Who is it that eats?"):
        messages = asking(question)
        *_, last = (
            provider.stream(messages, NOTE) if stream else [provider.complete(messages, NOTE)]
        )
        usages.append(last.usage)
    first, second = usages
    assert first.cached_tokens == 0
    assert second.cached_tokens == (len("You write.\n") + len(TALK) + 3) // 4
    assert first.input_tokens > second.cached_tokens
    assert abs(second.input_tokens - first.input_tokens) < 5


def blocks(message, **options):
    (made,) = requests.fields([message], NOTE, level="prompt", cache=True, **options)["messages"]
    return [(block["text"], "cache_control" in block) for block in made["content"]]


@pytest.mark.parametrize(
    ("shared", "made"),
    [
        (0, [("abc def", False)]),
        (4, [("abc ", True), ("def", False)]),
        (7, [("abc def", True)]),
        (99, [("abc def", True)]),
    ],
)
def test_a_message_is_split_where_its_shared_part_ends(shared, made):
    assert blocks(Message("user", "abc def", shared_prefix=shared)) == made


def test_no_block_is_without_words_since_the_api_refuses_it():
    assert blocks(Message("user", "  abc", shared_prefix=2)) == [("  abc", False)]
    assert blocks(Message("user", "abc \n", shared_prefix=3)) == [("abc \n", True)]


def test_there_are_never_more_marks_than_the_api_takes():
    said = [Message("user", f"part {i}", shared_prefix=4) for i in range(9)]
    made = requests.fields(said, NOTE, level="prompt", cache=True)["messages"]
    marked = ["cache_control" in message["content"][0] for message in made]
    assert marked == [False] * 5 + [True] * 4


def test_the_cache_can_be_switched_off(serve):
    server, provider = serve({"cache": False})
    provider.complete(asking("What?"), NOTE)
    assert "cache_control" not in json.dumps(server.requests[0].body)


@pytest.mark.parametrize(
    ("known", "tried"),
    [
        ({}, ["output_config"]),
        ({"formats": False}, ["output_config", "tools"]),
        ({"formats": False, "tools": False}, ["output_config", "tools", None]),
    ],
)
def test_the_surest_form_that_a_model_takes_is_found_and_remembered(serve, known, tried):
    server, provider = serve(**known)
    if len(tried) == 3:
        server.answer = lambda _: 'Here it is: {"summary": "s", "questions": ["q"]}'
    for _ in range(2):
        assert json.loads(provider.complete(ASKED, SUMMARY).text)["questions"]
    sent = [
        next((name for name in ("output_config", "tools") if name in asked.body), None)
        for asked in server.requests
    ]
    assert sent == [*tried, tried[-1]]


@pytest.mark.parametrize("schema", ["json_schema", "tool"])
def test_a_form_that_is_set_and_refused_is_not_replaced(serve, schema):
    server, provider = serve({"schema": schema}, formats=False, tools=False)
    with pytest.raises(PluginError, match="keep to a form"):
        provider.complete(ASKED, SUMMARY)
    assert len(server.requests) == 1


def test_a_prompt_goes_as_the_api_wants_it(serve):
    server, provider = serve({"api_key": Secret("sk-x")})
    turns = [*ASKED, Message("assistant", "Sugar."), Message("user", "And then?")]
    provider.complete(turns, NOTE)
    body = server.requests[0].body
    assert body["system"] == "You write."
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert body["max_tokens"] == 200
    provider.complete(ASKED[1:], CompletionOptions(purpose=Purpose.CHAT))
    assert "system" not in server.requests[1].body
    assert server.requests[1].body["max_tokens"] == requests.MOST_OUTPUT


@pytest.mark.parametrize("stream", [False, True])
def test_thoughts_are_not_answered(serve, stream):
    server, provider = serve()
    plain = provider.complete(ASKED, NOTE).text
    server.script(Fault("thinking"))
    *_, last = provider.stream(ASKED, NOTE) if stream else [provider.complete(ASKED, NOTE)]
    assert last.text == plain


@pytest.mark.parametrize(
    ("settings", "works"),
    [
        ({}, False),
        ({"api_key": Secret(" ")}, False),
        ({"api_key": Secret("sk-x\n")}, True),
        ({"base_url": "http://localhost:8080/v1"}, True),
    ],
)
def test_a_key_is_wanted_where_anthropic_is_asked(settings, works):
    provider = AnthropicProvider(AnthropicProvider.Settings(**settings))
    if works:
        provider.check()
        return
    with pytest.raises(PluginUnavailableError) as caught:
        provider.check()
    assert "ANTHROPIC_API_KEY" in caught.value.remedy


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": "api.anthropic.com"},
        {"base_url": "http://user:sk-hidden@host"},
        {"api_key": Secret("sk-hidden x")},
        {"model": " "},
        {"context_tokens": 0},
        {"timeout_seconds": -1.0},
        {"timeout_seconds": 1e9},
        {"max_retries": 5},
        {"schema": "xml"},
    ],
)
def test_settings_that_cannot_work_are_refused_without_being_repeated(settings):
    with pytest.raises(ValueError, match=next(iter(settings))) as caught:
        AnthropicProvider.Settings(**settings)
    assert "sk-hid" not in str(caught.value)


def test_what_it_says_of_itself_holds_no_secret():
    settings = AnthropicProvider.Settings(api_key=Secret("sk-hidden"))
    provider = AnthropicProvider(settings)
    provider.preload()
    facts = dict(provider.describe())
    assert facts["server"] == "api.anthropic.com"
    assert facts["library"].startswith("anthropic ")
    assert "sk-hidden" not in f"{facts} {settings!r}"
    assert provider.max_input_tokens == 200_000 - 4096
