"""The states of plugins, each found through real entry points."""

import logging

import pytest

from vidwiz.plugin_host.registry import State

METADATA, TRANSCRIPT, LLM = "metadata_fetchers", "transcript_fetchers", "llm_providers"
GOOD = """
@dataclass(frozen=True)
class Options:
    key: Secret = Secret("")
    tries: int = 3
    folder: Path | None = None

class OddOne(MetadataFetcher, TranscriptFetcher):
    info = PluginInfo(name="good-one", title="A good one")
    Settings = Options
    def fetch_metadata(self, ref):
        return VideoMetadata(id=ref.id, title="A title")
    def fetch_transcript(self, ref, languages):
        return Transcript((Segment("Words.", 0.0, 1.0),))
"""
REQUIRES = GOOD.replace('key: Secret = Secret("")', "key: Secret")


def fetcher(body="", *, name="odd-one", base="MetadataFetcher", more_info=""):
    lines = body or "def fetch_metadata(self, ref): return VideoMetadata(id=ref.id)"
    return (
        f"class OddOne({base}):\n"
        f"    info = PluginInfo(name={name!r}, title='An odd one'{more_info})\n"
        f"    {lines}\n"
    )


@pytest.fixture
def record(install, discover):
    """Return a function that installs one fetcher of metadata and returns what became of it."""

    def record(source, name="odd-one", **variables):
        install(source, metadata_fetchers=[f"{name} = OddOne"])
        return discover(**variables).find(METADATA, name)

    return record


def test_a_plugin_that_can_work_is_ready(record):
    found = record(GOOD, "good-one")
    assert (found.state, found.reason) == (State.READY, "")
    assert found.plugin.settings.tries == 3
    assert found.distribution.startswith("installed_for_a_test")


def test_a_name_in_two_groups_is_one_object_with_one_set_of_settings(install, discover):
    entries = ["good-one = OddOne"]
    install(GOOD, metadata_fetchers=entries, transcript_fetchers=entries)
    registry = discover(GOOD_ONE_TRIES="7")
    first, second = registry.find(METADATA, "good-one"), registry.find(TRANSCRIPT, "good-one")
    assert first.plugin is second.plugin
    assert first.plugin.settings.tries == 7


def test_a_plugin_that_is_switched_off_is_disabled_and_not_even_imported(record):
    found = record("raise RuntimeError('imported')", GOOD_ONE_ENABLED="off", ODD_ONE_ENABLED="no")
    assert found.state is State.DISABLED
    assert found.plugin is None


@pytest.mark.parametrize(
    ("source", "variables", "reason"),
    [
        (GOOD, {"TRYS": "3"}, "VIDWIZ_PLUGIN_GOOD_ONE_TRYS is not a setting of good-one; did you"),
        (GOOD, {"ZZZ": "3"}, "it has KEY, TRIES, FOLDER"),
        (GOOD, {"TRIES": "many"}, "VIDWIZ_PLUGIN_GOOD_ONE_TRIES: "),
        (GOOD, {"ENABLED": "perhaps"}, "VIDWIZ_PLUGIN_GOOD_ONE_ENABLED: 'perhaps' is not true"),
        (REQUIRES, {}, "VIDWIZ_PLUGIN_GOOD_ONE_KEY is not set"),
    ],
    ids=["unknown with a near one", "unknown", "wrong type", "strange switch", "missing"],
)
def test_wrong_settings_make_a_plugin_misconfigured(record, source, variables, reason):
    settings = {f"GOOD_ONE_{key}": value for key, value in variables.items()}
    found = record(source, "good-one", **settings)
    assert found.state is State.MISCONFIGURED
    assert reason in found.reason
    assert found.plugin is None


def test_what_a_plugin_says_of_its_settings_makes_it_misconfigured(record):
    check = "    def __post_init__(self):\n        raise ValueError('tries and folder conflict')\n"
    source = GOOD.replace("class OddOne", f"{check}\nclass OddOne", 1)
    found = record(source, "good-one")
    assert found.state is State.MISCONFIGURED
    assert "VIDWIZ_PLUGIN_GOOD_ONE_" in found.reason
    assert "tries and folder conflict" in found.reason


def test_what_a_machine_lacks_makes_a_plugin_unavailable_with_a_remedy(record):
    body = (
        "def check(self): raise PluginUnavailableError('no ffmpeg here', 'apt install ffmpeg')\n"
        "    def fetch_metadata(self, ref): ..."
    )
    found = record(fetcher(body))
    assert (found.state, found.reason) == (State.UNAVAILABLE, "no ffmpeg here")
    assert found.remedy == "apt install ffmpeg"
    assert found.plugin is None


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("raise RuntimeError('at import')", "RuntimeError: at import"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("def OddOne(settings): ...", "its entry point is no MetadataFetcher"),
        (fetcher(base="LLMProvider"), "its entry point is no MetadataFetcher"),
        (fetcher(more_info=", api_version=99"), "it needs plugin API 99; this VidWiz has 1"),
        (fetcher(more_info=", timeout_seconds=0"), "its timeout_seconds is 0, not a time"),
        (fetcher(more_info=", timeout_seconds=float('nan')"), "its timeout_seconds is nan, not"),
        (fetcher(more_info=", timeout_seconds=3601"), "its timeout_seconds is 3601, not a time"),
        (
            fetcher(more_info=", capabilities=frozenset({'lists'})"),
            "it names the capability lists and has no knows_list()",
        ),
        (fetcher(name="another-one"), "it calls itself another-one, its entry point odd-one"),
        (fetcher("pass"), "TypeError"),
        (fetcher("def __init__(self, settings): raise OSError('no')"), "TypeError"),
        ("class OddOne(MetadataFetcher): ...", "AttributeError"),
        (fetcher(name="odd-one").replace("OddOne(", "Lost(", 1), "AttributeError"),
    ],
    ids=[
        "import error",
        "raises at import",
        "exits at import",
        "no class",
        "wrong base",
        "newer API",
        "no time",
        "a time that is no number",
        "an endless time",
        "a capability without its methods",
        "other name",
        "missing method",
        "missing method and constructor",
        "no info",
        "no such object",
    ],
)
def test_a_plugin_that_does_not_load_is_broken_with_a_reason(record, source, reason):
    found = record(source)
    assert found.state is State.BROKEN
    assert reason in found.reason
    assert found.plugin is None


def test_two_distributions_with_one_name_are_both_broken(install, discover):
    for _ in range(2):
        install(GOOD, metadata_fetchers=["good-one = OddOne"])
    records = [r for r in discover().records if r.name == "good-one"]
    assert [r.state for r in records] == [State.BROKEN] * 2
    assert records[0].reason == "two installed distributions use this name"
    assert records[0].distribution != records[1].distribution


def test_a_broken_plugin_is_warned_of_and_stops_no_other(install, discover, caplog):
    install("1 / 0", metadata_fetchers=["odd-one = Fetcher"])
    install(GOOD, metadata_fetchers=["good-one = OddOne"])
    with caplog.at_level(logging.WARNING):
        registry = discover()
    assert registry.find(METADATA, "good-one").state is State.READY
    assert "odd-one" in [getattr(record, "plugin", None) for record in caplog.records]


def test_a_plugin_broken_in_one_role_works_in_the_other(install, discover):
    entries = ["good-one = OddOne"]
    module = install(GOOD, metadata_fetchers=entries, llm_providers=entries)
    registry = discover()
    assert registry.find(METADATA, "good-one").state is State.READY
    assert registry.find(LLM, "good-one").state is State.BROKEN
    assert registry.find(LLM, "good-one").distribution == module
