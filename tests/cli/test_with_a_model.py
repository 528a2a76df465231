"""`vidwiz ingest` with an OpenAI-compatible server, through forked workers, and nothing leaks."""

import pytest

from tests.cli.conftest import document
from tests.fake_llm import FakeLLM, OpenAIApi

KEY = "sk-hidden-key"


@pytest.fixture
def server():
    with FakeLLM(OpenAIApi(key=KEY, levels=("json_object",))) as server:
        yield server


def use(installation, server, key):
    installation.settings |= {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": key}


def assert_kept_nowhere(installation, secret):
    for path in installation.folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert secret.encode() not in path.read_bytes(), path


def test_a_models_texts_go_the_whole_way_and_its_key_is_kept_nowhere(installation, server):
    video = installation.add_sample()
    use(installation, server, KEY)
    result = installation.run("ingest", video, "--note", "1:05", "--json")
    assert result.returncode == 0, result.stderr
    (shown,) = document(result)["videos"]
    assert f"{video}  summary: ready (openai)" in result.stderr
    assert len(shown["suggested_questions"]) == 3
    assert shown["notes"][0]["text"]
    assert {asked.headers["authorization"] for asked in server.requests} == {f"Bearer {KEY}"}
    listed = installation.run("plugins", "list")
    assert "openai" in listed.stdout
    assert KEY not in f"{result} {listed}"
    assert_kept_nowhere(installation, KEY)


@pytest.mark.slow
def test_a_key_that_is_refused_ends_with_its_sentence(installation, server):
    video = installation.add_sample()
    use(installation, server, "sk-secret")
    result = installation.run("ingest", video, "--json")
    assert result.returncode == 1
    (shown,) = document(result)["videos"]
    summary = shown["stages"]["summary"]
    assert summary["code"] == "auth_failed"
    assert "refuses this server's key" in f"{summary}"
    assert "sk-secret" not in f"{result}"
    assert_kept_nowhere(installation, "sk-secret")
