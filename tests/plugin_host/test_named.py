"""What the settings name must work; the start stops with one sentence when it cannot."""

import pytest

from tests.fixtures.databases import dispose, make_config
from vidwiz.errors import ConfigError
from vidwiz.plugin_api import LLMProvider, MetadataFetcher
from vidwiz.plugin_api.fakes import FakeLLM, FakeMetadataFetcher
from vidwiz.plugin_host.registry import Record, Registry, State
from vidwiz.runtime import build_app, runtime_of

UNAVAILABLE = """
class Fetcher(MetadataFetcher):
    info = PluginInfo(name="lame", title="Lame")
    def check(self):
        raise PluginUnavailableError("no legs")
    def fetch_metadata(self, ref):
        return VideoMetadata(id=ref.id)
"""


@pytest.fixture
def build(tmp_path):
    """Return a function that builds an app with these settings and the installed plugins."""
    apps = []

    def build(plugins=None, **settings):
        config = make_config(tmp_path / "data", f"sqlite:///{tmp_path}/v.db", **settings)
        app = build_app(config, plugins=plugins)
        apps.append(app)
        return runtime_of(app)

    yield build
    for app in apps:
        dispose(app)


def sentence_of(build, **settings):
    with pytest.raises(ConfigError) as caught:
        build(**settings)
    assert "\n" not in caught.value.message
    return caught.value.message


def registry(*states):
    """Return metadata fetchers a, b, c… in these states."""
    return Registry(
        Record(name, "metadata_fetchers", "", state, reason=f"why {name}")
        for name, state in zip("abc", states, strict=False)
    )


def test_a_broken_plugin_that_nobody_names_stops_nothing(install, build):
    install("1 / 0", metadata_fetchers=["odd-one = Fetcher"], llm_providers=["odd-one = Fetcher"])
    assert build().plugins.find("metadata_fetchers", "odd-one").state is State.BROKEN


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"metadata_fetchers": ("library", "odd-one")}, "VIDWIZ_METADATA_FETCHERS names odd-one"),
        ({"transcript_fetchers": ("odd-one",)}, "VIDWIZ_TRANSCRIPT_FETCHERS names odd-one"),
        ({"llm_provider": "odd-one"}, "VIDWIZ_LLM_PROVIDER names odd-one"),
    ],
)
def test_a_broken_plugin_that_is_named_stops_the_start(install, build, settings, names):
    entries = ["odd-one = Fetcher"]
    install("1 / 0", metadata_fetchers=entries, transcript_fetchers=entries, llm_providers=entries)
    sentence = sentence_of(build, **settings)
    assert sentence.startswith(names)
    assert "broken: ZeroDivisionError" in sentence


def test_a_name_that_is_not_installed_stops_the_start_and_shows_what_is(build):
    sentence = sentence_of(build, metadata_fetchers=("libary",))
    assert sentence.startswith("VIDWIZ_METADATA_FETCHERS names libary, which is not installed")
    assert "library" in sentence


def test_a_named_plugin_with_wrong_settings_stops_the_start_with_the_variable(build):
    sentence = sentence_of(
        build, metadata_fetchers=("library",), plugin_settings={"LIBRARY_FOLDERS": "/tmp"}
    )
    assert sentence.startswith("VIDWIZ_METADATA_FETCHERS names library, which is misconfigured")
    assert "VIDWIZ_PLUGIN_LIBRARY_FOLDERS is not a setting of library" in sentence


def test_a_setting_of_no_plugin_stops_the_start(build):
    sentence = sentence_of(build, plugin_settings={"YT_DPL_PROXY": "http://proxy"})
    assert sentence == "VIDWIZ_PLUGIN_YT_DPL_PROXY belongs to no installed plugin"


def test_a_plugin_that_was_switched_off_cannot_be_named(build):
    settings = {"LIBRARY_ENABLED": "false"}
    sentence = sentence_of(build, metadata_fetchers=("library",), plugin_settings=settings)
    assert "library, which is disabled" in sentence


def test_an_unavailable_plugin_is_tolerated_while_another_of_its_list_is_ready(install, build):
    install(UNAVAILABLE, metadata_fetchers=["lame = Fetcher"])
    runtime = build(metadata_fetchers=("lame", "library"))
    assert [f.info.name for f in runtime.metadata_fetchers()] == ["library"]


def test_an_unavailable_plugin_alone_stops_the_start(install, build):
    install(UNAVAILABLE, metadata_fetchers=["lame = Fetcher"])
    sentence = sentence_of(build, metadata_fetchers=("lame",))
    assert sentence == "VIDWIZ_METADATA_FETCHERS: lame is unavailable: no legs"


@pytest.mark.parametrize(
    ("states", "works"),
    [
        ((State.UNAVAILABLE, State.READY), True),
        ((State.READY, State.UNAVAILABLE, State.UNAVAILABLE), True),
        ((State.UNAVAILABLE, State.UNAVAILABLE), False),
        ((State.UNAVAILABLE, State.DISABLED), False),
        ((State.READY, State.BROKEN), False),
        ((State.READY, State.MISCONFIGURED), False),
    ],
)
def test_which_states_of_a_named_list_let_the_start_go_on(states, works):
    known = registry(*states)
    names = [record.name for record in known.records]
    if works:
        known.require("THE_SETTING", "metadata_fetchers", names)
    else:
        with pytest.raises(ConfigError, match="THE_SETTING"):
            known.require("THE_SETTING", "metadata_fetchers", names)


def test_ready_plugins_come_in_the_order_of_the_list():
    fetchers = [FakeMetadataFetcher(), FakeMetadataFetcher()]
    known = Registry(
        Record(name, "metadata_fetchers", "", State.READY, plugin=fetcher)
        for name, fetcher in zip(["a", "b"], fetchers, strict=True)
    )
    assert known.ready("metadata_fetchers", MetadataFetcher, ["b", "nobody", "a"]) == fetchers[::-1]


def test_a_plugin_in_no_list_is_never_used(build):
    runtime = build(metadata_fetchers=(), transcript_fetchers=())
    assert runtime.metadata_fetchers() == runtime.transcript_fetchers() == []


def test_without_settings_the_defaults_that_are_installed_are_used(build):
    runtime = build()
    assert runtime.metadata_fetchers()[0].info.name == "library"
    assert runtime.llm_provider().info.name == "extractive"


def test_a_registry_of_objects_gives_each_every_role_that_it_can_play():
    llm = FakeLLM()
    known = Registry.of(llm, FakeMetadataFetcher())
    assert known.ready("llm_providers", LLMProvider, ["fake-llm"]) == [llm]
    assert known.find("transcript_fetchers", "fake-metadata") is None


def test_closing_closes_each_plugin_once():
    class Closing(FakeMetadataFetcher):
        closed = 0

        def close(self):
            self.closed += 1

    plugin = Closing()
    Registry(
        Record("x", role, "", State.READY, plugin=plugin)
        for role in ("metadata_fetchers", "transcript_fetchers")
    ).close()
    assert plugin.closed == 1
