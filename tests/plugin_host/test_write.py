"""The guard around LLM providers: which failure comes out, in whose words, and what is asked."""

import json
from datetime import UTC, datetime

import pytest

from vidwiz.plugin_api import (
    FAILURES,
    Capability,
    CompletionOptions,
    Handling,
    Message,
    PluginError,
    PluginInfo,
    Purpose,
)
from vidwiz.plugin_api.fakes import FakeLLM
from vidwiz.plugin_host.chain import Chain

LATER = datetime(2031, 1, 1, tzinfo=UTC)
SCHEMA = {"type": "object", "properties": {"summary": {"type": "string"}}}
PROMPT = (Message("system", "You write."), Message("user", "The transcript."))


class InterruptError(Exception):
    """What RQ's time-outs are: an ordinary exception that is not the provider's."""


class Health:
    """No circuit breaker is asked or told when a text is written."""


class ShortReader(FakeLLM):
    max_input_tokens = 10


class Brainless(FakeLLM):
    @property
    def max_input_tokens(self):
        raise ZeroDivisionError


def write(llm, messages=PROMPT, **options):
    asked = CompletionOptions(purpose=Purpose.SUMMARY, **options)
    return Chain(Health(), (InterruptError,)).write(llm, messages, asked)


def failure(llm, *args, **options):
    with pytest.raises(PluginError) as caught:
        write(llm, *args, **options)
    return caught.value


def failing(error):
    llm = FakeLLM()
    llm.errors = [error]
    return llm


def test_a_providers_own_failure_comes_out_as_it_is():
    said = PluginError("rate_limited", retry_at=LATER)
    error = failure(failing(said))
    assert error is said
    assert (error.code, error.handling, error.retry_at) == ("rate_limited", Handling.WAIT, LATER)


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_no_row_speaks_of_a_site_or_a_video_where_a_provider_failed_to_answer(code):
    error = failure(failing(PluginError(code)))
    assert error.message == (FAILURES[code].llm_message or FAILURES[code].message)
    assert str(error) == f"{code}: {error.message}"
    if FAILURES[code].handling is Handling.RETRY or FAILURES[code].opens_breaker:
        assert "site" not in error.message
        assert "video" not in error.message


def test_the_words_of_the_provider_itself_stay():
    said = PluginError("network_error", "example.org is down.")
    assert failure(failing(said)).message == "example.org is down."


def test_a_crash_comes_out_as_a_failure_to_try_again(caplog):
    error = failure(failing(KeyError("choices")))
    assert (error.code, error.handling) == ("provider_crash", Handling.RETRY)
    assert isinstance(error.__cause__, KeyError)
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.plugin == "fake-llm"


def test_interrupts_pass_through():
    interrupt = InterruptError()
    with pytest.raises(InterruptError) as caught:
        write(failing(interrupt))
    assert caught.value is interrupt


@pytest.mark.parametrize("end", [KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_a_provider_that_would_end_the_process_has_crashed(end):
    error = failure(failing(end))
    assert error.code == "provider_crash"
    assert error.__cause__.__cause__ is end


def test_a_prompt_that_cannot_fit_fails_before_the_call():
    llm = ShortReader()
    error = failure(llm, (Message("system", "x" * 40), Message("user", "x" * 21)))
    assert (error.code, error.handling) == ("too_long", Handling.PERMANENT)
    assert "AI provider" in error.message
    assert llm.calls == []
    assert write(llm, (Message("system", "x" * 40), Message("user", "x" * 20))).text


def test_a_provider_that_cannot_say_its_limit_has_crashed():
    assert failure(Brainless()).code == "provider_crash"


def test_the_schema_is_written_out_for_a_provider_that_takes_none():
    class Plain(FakeLLM):
        info = PluginInfo(name="plain", title="Plain")

    able, plain = FakeLLM(), Plain()
    write(able, json_schema=SCHEMA)
    write(plain, json_schema=SCHEMA)
    write(plain)
    assert able.info.capabilities == {Capability.JSON_SCHEMA}
    assert able.calls == [(Purpose.SUMMARY, PROMPT)]
    (_, (system, user)), (_, without) = plain.calls
    assert (system, user.role) == (PROMPT[0], "user")
    assert user.content.startswith("The transcript.\n")
    assert json.loads(user.content.splitlines()[-1]) == SCHEMA
    assert without == PROMPT
