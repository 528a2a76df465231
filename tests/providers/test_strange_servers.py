"""Whatever a server answers, a provider returns a text or a classified failure: no crash."""

import json

import pytest

from tests.fake_llm import FakeLLM, Fault
from tests.providers.conftest import KINDS, NOTE, PROMPT, SUMMARY, provider_for, take
from vidwiz.plugin_api import PluginError, Secret
from vidwiz.plugin_api.answers import MOST_BYTES

DEEP = b'{"a":' * 3000 + b"1" + b"}" * 3000
OPENAI = [
    b'{"choices": null}',
    b'{"choices": {}}',
    b'{"choices": "text"}',
    b'{"choices": [null]}',
    b'{"choices": [{}]}',
    b'{"choices": [{"message": null, "delta": null}]}',
    b'{"choices": [{"message": "text", "delta": "text", "finish_reason": "stop"}]}',
    b'{"choices": [{"message": {"content": ["a"]}, "delta": {"content": 5}}]}',
    b'{"choices": [{"message": {"content": {"a": 1}}, "delta": {"content": [{}]}}]}',
    b'{"choices": [{"message": {"content": "x"}, "finish_reason": 7}], "usage": "many"}',
    b'{"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "usage": {}}',
    b'{"error": {"code": 429, "message": "slow down"}}',
    b'{"error": "it failed"}',
    b'{"error": {"code": "x", "message": null, "metadata": []}}',
]
ANTHROPIC = [
    b'{"type": "message", "content": null}',
    b'{"type": "message", "content": "text", "stop_reason": "end_turn"}',
    b'{"type": "message", "content": [null], "usage": null}',
    b'{"type": "message", "content": [{"type": "new"}], "stop_reason": "new", "usage": {}}',
    b'{"type": "message_start", "message": null}',
    b'{"type": "content_block_delta", "index": 9, "delta": {"type": "text_delta", "text": "x"}}',
    b'{"type": "error", "error": null}',
]
OLLAMA = [
    b'{"message": null, "done": true}',
    b'{"message": "text", "done": true}',
    b'{"message": {"content": 5}, "done": true}',
    b'{"message": {"role": "assistant"}, "done": "maybe"}',
    b'{"message": {"role": "assistant", "content": "x"}, "done": true, "eval_count": "many"}',
    b'{"error": {"message": "it failed"}}',
    b'{"error": "it failed"}',
]
BODIES = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"{}",
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf{}",
    DEEP,
    *OPENAI,
    *ANTHROPIC,
    *OLLAMA,
]


@pytest.mark.parametrize("options", [NOTE, SUMMARY], ids=["note", "summary"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_no_body_crashes_a_provider(family, stream, options):
    for body in BODIES:
        family.server.script(Fault("body", body=body))
        assert told(family.provider, options, stream=stream).strip(), body


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_an_answer_without_end_is_not_read_to_its_end(family, stream):
    """It would fill the memory; and what is compressed may be a thousand times as long."""
    family.server.script(Fault("body", body=b'{"choices": "' + b"x" * MOST_BYTES + b'"}'))
    with pytest.raises(PluginError) as caught:
        take(family.provider, NOTE, stream=stream)
    assert caught.value.code == "network_error"
    assert family.server.requests[0].headers["accept-encoding"] == "identity"


def told(provider, options, *, stream):
    """Return the text of the answer, or the sentence that says why there is none."""
    try:
        return take(provider, options, stream=stream).text
    except PluginError as error:
        return error.message


def test_what_is_said_within_a_good_status_counts(family):
    error = {"error": {"code": 429, "type": "rate_limit_error", "message": "slow down"}}
    family.server.script(Fault("body", body=json.dumps(error).encode()))
    with pytest.raises(PluginError) as caught:
        take(family.provider, NOTE, stream=False)
    expected = "rate_limited" if family.name == "openai" else "bad_answer"
    assert caught.value.code == expected


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_a_proxy_is_used_and_not_told_of(name):
    with FakeLLM(KINDS[name][1]()) as server:
        address = server.address.replace("http://", "http://user:sk-proxy@")
        url = "http://provider.invalid/v1"
        provider = provider_for(server, base_url=url, proxy=Secret(address))
        assert provider.complete(PROMPT, NOTE).text
        assert "sk-proxy" not in f"{provider.describe()} {provider.settings!r}"
        provider.close()
    assert server.requests[0].headers["host"] == "provider.invalid"
