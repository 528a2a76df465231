"""The vendors' own variables reach their plugins, and choose who writes where nobody was named."""

import pytest

from tests.fixtures.databases import make_config
from vidwiz.config import Config
from vidwiz.plugin_host import choice
from vidwiz.plugin_host.registry import State

KEY = "sk-hidden"


@pytest.fixture
def configure(tmp_path):
    def configure(vendor=None, plugin=None, **settings):
        return make_config(
            tmp_path / "data",
            f"sqlite:///{tmp_path}/v.db",
            vendor_settings=vendor or {},
            plugin_settings=plugin or {},
            **{"llm_provider": None, **settings},
        )

    return configure


@pytest.mark.parametrize(
    ("vendor", "plugin", "order"),
    [
        ({}, {}, ("extractive",)),
        ({"OPENAI_API_KEY": KEY}, {}, ("openai", "extractive")),
        ({"OPENAI_BASE_URL": "http://localhost/v1"}, {}, ("openai", "extractive")),
        ({}, {"OPENAI_API_KEY": KEY}, ("openai", "extractive")),
        ({}, {"OPENAI_BASE_URL": "http://localhost/v1"}, ("openai", "extractive")),
        ({}, {"OPENAI_API_KEY": " "}, ("extractive",)),
        ({"OPENAI_API_KEY": KEY}, {"OPENAI_API_KEY": ""}, ("extractive",)),
        ({"ANTHROPIC_API_KEY": KEY, "OLLAMA_HOST": "gpu"}, {}, ("extractive",)),
    ],
)
def test_openai_writes_by_default_once_it_can(configure, vendor, plugin, order):
    assert choice.orders(configure(vendor, plugin))["llm_providers"] == order


def test_who_is_named_writes_whatever_keys_there_are(configure):
    config = configure({"OPENAI_API_KEY": KEY}, llm_provider="extractive")
    assert choice.orders(config)["llm_providers"] == ("extractive",)


@pytest.mark.parametrize(
    ("name", "vendor", "url", "key"),
    [
        ("openai", {"OPENAI_API_KEY": KEY}, "https://api.openai.com/v1", KEY),
        ("openai", {"OPENAI_BASE_URL": "http://box/v1"}, "http://box/v1", ""),
        ("ollama", {"OLLAMA_HOST": "gpu:1", "OLLAMA_API_KEY": KEY}, "gpu:1", KEY),
        ("anthropic", {"ANTHROPIC_API_KEY": KEY}, "https://api.anthropic.com", KEY),
    ],
)
def test_a_plugin_is_given_its_vendors_variables(configure, name, vendor, url, key):
    record = choice.discover(configure(vendor)).find("llm_providers", name)
    assert record.state is State.READY
    assert (record.plugin.settings.url, record.plugin.settings.key) == (url, key)


def test_the_plugins_own_variables_go_before_them(configure):
    vendor = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://box/v1"}
    found = choice.discover(configure(vendor, {"OPENAI_BASE_URL": "http://other/v1"}))
    settings = found.find("llm_providers", "openai").plugin.settings
    assert (settings.url, settings.key) == ("http://other/v1", KEY)


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_without_a_key_a_plugin_says_what_is_missing(configure, name):
    record = choice.discover(configure()).find("llm_providers", name)
    assert record.state is State.UNAVAILABLE
    assert record.reason == "it has no key"
    assert f"{name.upper()}_API_KEY" in record.remedy


def test_a_variable_that_cannot_work_is_told_without_its_value(configure):
    record = choice.discover(configure({"OPENAI_API_KEY": f"{KEY} x"})).find(
        "llm_providers", "openai"
    )
    assert record.state is State.MISCONFIGURED
    assert "api_key" in record.reason
    assert KEY not in f"{record}"


def test_the_variables_are_read_from_the_environment_and_empty_ones_are_none(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY} ")
    monkeypatch.setenv("OPENAI_BASE_URL", "")
    monkeypatch.setenv("OLLAMA_HOST", "gpu")
    config = Config.from_env()
    assert config.vendor_settings == {"OPENAI_API_KEY": KEY, "OLLAMA_HOST": "gpu"}
    assert KEY not in repr(config)
