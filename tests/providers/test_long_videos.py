"""Long videos with the vendors' own libraries: a server with a window of 8,000 tokens."""

from contextlib import closing

import pytest

from tests.fake_llm import FakeLLM
from tests.pipeline.reading import (
    HOURS,
    MemoryParts,
    numbers_in,
    summarised,
)
from tests.providers.conftest import KEY, KINDS, provider_for

WINDOW = 8000


def small_server(name):
    return FakeLLM(KINDS[name][1](key=KEY), context_tokens=WINDOW)


@pytest.mark.parametrize(("name", "hours"), [("openai", HOURS), ("ollama", 2), ("anthropic", 2)])
def test_a_server_with_a_small_window_reads_all_of_it(name, hours):
    with (
        small_server(name) as server,
        closing(provider_for(server, context_tokens=WINDOW)) as provider,
    ):
        parts = MemoryParts()
        summary = summarised(provider, parts, hours=hours)
        assert 200 <= len(summary.text) <= 800
        asked = [one for one in server.requests if one.prompt is not None]
        read = {second for one in asked for second in numbers_in(one.prompt.text)}
        assert read == set(range(0, hours * 3600, 5))
        assert max(one.prompt_tokens + one.output_tokens for one in asked) <= WINDOW
        assert {one.fault for one in asked} == {None}
        # The same again pays for the last step only.
        before = len(asked)
        summarised(provider, parts, hours=hours)
        assert len(server.requests) == before + 1


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_limit_that_the_settings_do_not_state_is_found(name):
    with (
        small_server(name) as server,
        closing(provider_for(server, context_tokens=100_000)) as provider,
    ):
        assert summarised(provider, MemoryParts(), hours=2).text


@pytest.mark.parametrize("name", ["openai", "ollama"])
def test_parts_are_found_again_when_the_model_is_the_only_one(name):
    """Its name is learnt from the first call, after which it must not look like another model."""
    with (
        small_server(name) as server,
        closing(provider_for(server, context_tokens=WINDOW, model=None)) as provider,
    ):
        parts = MemoryParts()
        summarised(provider, parts, hours=1)
        before = len(server.requests)
        summarised(provider, parts, hours=1)
        assert len(server.requests) == before + 1
