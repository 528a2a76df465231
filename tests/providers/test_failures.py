"""What goes wrong at a provider ends alike in all families, asked as a whole or as a stream."""

import logging
import time
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.fake_llm import FakeLLM, Fault
from tests.providers.conftest import KEY, KINDS, NOTE, PROMPT, SPOKEN, SUMMARY, provider_for, take
from vidwiz.plugin_api import FAILURES, Handling, PluginError

RETRY, WAIT, PERMANENT, OPERATOR = (
    Handling.RETRY,
    Handling.WAIT,
    Handling.PERMANENT,
    Handling.OPERATOR,
)
# Each cause with its code and handling, and a part of its sentence where the row has no own.
MATRIX = [
    ("wrong_key", "auth_failed", OPERATOR, ""),
    ("forbidden", "auth_failed", OPERATOR, ""),
    ("no_credit", "auth_failed", OPERATOR, "no credit"),
    ("rate_limited", "rate_limited", WAIT, ""),
    ("unknown_model", "invalid_request", OPERATOR, "model fake-1"),
    ("wrong_address", "invalid_request", OPERATOR, "address"),
    ("too_long", "too_long", PERMANENT, ""),
    ("bad_request", "invalid_request", PERMANENT, ""),
    ("server_error", "network_error", RETRY, ""),
    ("overloaded", "network_error", RETRY, ""),
    ("bad_gateway", "network_error", RETRY, ""),
    ("no_answer", "network_error", RETRY, ""),
    ("cut", "network_error", RETRY, ""),
    ("html", "bad_answer", RETRY, "something else"),
    ("broken_json", "bad_answer", RETRY, "something else"),
    ("no_choices", "bad_answer", RETRY, "empty"),
    ("null", "bad_answer", RETRY, "empty"),
    ("empty", "bad_answer", RETRY, "empty"),
    ("only_thinking", "bad_answer", RETRY, ""),
]
ONLY_STREAMS = [
    ("stops", "network_error", RETRY, "broke off"),
    ("error_within", "network_error", RETRY, ""),
]
# Ollama's models have no such end, and its library does not give the headers.
WITHOUT_OLLAMA = pytest.mark.parametrize("_family", ["openai", "anthropic"], indirect=True)
REFUSALS = [
    ("filtered", "invalid_request", PERMANENT, "refuses to write"),
    ("refusal", "invalid_request", PERMANENT, "refuses to write"),
]


def fails(family, cause, *, stream, options=NOTE, headers=None):
    family.server.script(Fault(cause, headers=headers or {}))
    with pytest.raises(PluginError) as caught:
        take(family.provider, options, stream=stream)
    return caught.value


def assert_is(error, code, handling, words):
    assert (error.code, error.handling) == (code, handling)
    assert words in error.message
    assert error.message.endswith(".")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row[0])
def test_each_cause_ends_in_its_code(family, row, stream, caplog):
    caplog.set_level(logging.DEBUG)
    cause, *expected = row
    error = fails(family, cause, stream=stream)
    assert_is(error, *expected)
    assert len(family.server.requests) == 1, "the library tried again by itself"
    assert_discreet(family.provider, error, caplog)


def assert_discreet(provider, error, caplog):
    """Neither the key nor the prompt is told to anybody, although the server repeats both."""
    told = [
        "".join(traceback.format_exception(error)),
        f"{error} {error!r} {error.args}",
        f"{provider.describe()} {provider!r} {provider.settings!r}",
        *(record.getMessage() for record in caplog.records),
    ]
    for text in told:
        assert KEY not in text
        assert SPOKEN not in text


@pytest.mark.parametrize("row", ONLY_STREAMS, ids=lambda row: row[0])
def test_a_stream_that_does_not_end_well_is_no_answer(family, row):
    cause, *expected = row
    family.server.script(Fault(cause))
    pieces = []
    with pytest.raises(PluginError) as caught:
        pieces.extend(family.provider.stream(PROMPT, NOTE))
    assert_is(caught.value, *expected)


@WITHOUT_OLLAMA
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row[0])
def test_a_model_that_refuses_is_not_asked_again(family, row, stream):
    cause, *expected = row
    assert_is(fails(family, cause, stream=stream), *expected)


def test_an_answer_in_a_form_that_was_cut_off_is_none(family):
    error = fails(family, "length", stream=False, options=SUMMARY)
    assert_is(error, "bad_answer", RETRY, "cut off")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_plain_text_that_was_cut_off_is_kept(family, stream):
    family.server.script(Fault("length"))
    assert take(family.provider, NOTE, stream=stream).text


@pytest.mark.parametrize("cause", ["no_usage", "thinking", "fenced", "preamble"])
def test_what_servers_do_with_good_answers_is_understood(family, cause):
    family.server.script(Fault(cause))
    completion = family.provider.complete(PROMPT, SUMMARY)
    assert completion.text.startswith('{"summary"')
    assert completion.text.endswith("}")


@WITHOUT_OLLAMA
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_the_time_that_a_server_asks_for_is_kept(family, form):
    then = datetime.now(UTC) + timedelta(seconds=90)
    value = "90" if form == "seconds" else format_datetime(then, usegmt=True)
    error = fails(family, "rate_limited", stream=False, headers={"Retry-After": value})
    assert error.retry_at is not None
    assert abs(error.retry_at - then) < timedelta(seconds=5)


@WITHOUT_OLLAMA
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_short_pause_is_made_within_the_call(family, stream):
    family.server.script(*[Fault("rate_limited", headers={"Retry-After": "0.2"})] * 2)
    began = time.monotonic()
    assert take(family.provider, NOTE, stream=stream).text
    assert time.monotonic() - began >= 0.3
    assert len(family.server.requests) == 3


@WITHOUT_OLLAMA
def test_a_server_that_always_asks_for_short_pauses_is_given_up(family):
    family.server.script(*[Fault("rate_limited", headers={"Retry-After": "0.01"})] * 50)
    with pytest.raises(PluginError) as caught:
        take(family.provider, NOTE, stream=False)
    assert caught.value.code == "rate_limited"
    assert len(family.server.requests) == 6


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "1e400"])
def test_a_strange_time_holds_nothing_up(family, value):
    began = time.monotonic()
    error = fails(family, "rate_limited", stream=False, headers={"Retry-After": value})
    assert error.code == "rate_limited"
    assert error.retry_at is None or error.retry_at < datetime.now(UTC) + timedelta(days=2)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("name", KINDS)
def test_a_server_that_says_nothing_is_given_up_in_time(name, stream):
    with FakeLLM(KINDS[name][1]()) as server:
        provider = provider_for(server, timeout_seconds=0.3)
        server.script(Fault("slow"))
        with pytest.raises(PluginError) as caught:
            take(provider, NOTE, stream=stream)
        provider.close()
    assert (caught.value.code, caught.value.handling) == ("timed_out", RETRY)


@pytest.mark.parametrize("name", KINDS)
def test_a_server_that_is_not_there_is_tried_again(name):
    with FakeLLM(KINDS[name][1]()) as server:
        provider = provider_for(server)
    with pytest.raises(PluginError) as caught:
        provider.complete(PROMPT, NOTE)
    provider.close()
    assert (caught.value.code, caught.value.handling) == ("network_error", RETRY)


def test_an_early_end_by_the_caller_closes_the_connection(family):
    family.server.script(Fault("endless"))
    pieces = family.provider.stream(PROMPT, NOTE)
    assert next(pieces)
    pieces.close()
    assert family.server.requests[0].dropped.wait(10)


def test_all_codes_are_known_to_the_host():
    assert {row[1] for row in (*MATRIX, *ONLY_STREAMS, *REFUSALS)} <= set(FAILURES)
