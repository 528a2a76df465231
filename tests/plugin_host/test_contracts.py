"""The contract kit: the fakes pass it, and every installed plugin is put through it."""

import ast
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.support import VIDEO, captions, metadata
from vidwiz.plugin_api import PluginError, PluginInfo, Transcript, VideoRef, testing
from vidwiz.plugin_api.fakes import FakeLLM, FakeMetadataFetcher, FakeTranscriptFetcher
from vidwiz.plugin_host.registry import ROLES

PLUGINS = Path(__file__).parents[2] / "plugins"
KNOWN = VideoRef("youtube", VIDEO, f"https://youtu.be/{VIDEO}")
UNKNOWN = VideoRef("youtube", "00000000000", "https://youtu.be/00000000000")
CONTRACT_OF_ROLE = {
    "metadata_fetchers": "MetadataFetcherContract",
    "transcript_fetchers": "TranscriptFetcherContract",
    "llm_providers": "LLMProviderContract",
}


class TestFakeMetadataFetcher(testing.MetadataFetcherContract):
    known, unknown = KNOWN, UNKNOWN

    @pytest.fixture
    def plugin(self):
        return FakeMetadataFetcher({VIDEO: metadata()})


class TestFakeTranscriptFetcher(testing.TranscriptFetcherContract):
    known, unknown = KNOWN, UNKNOWN

    @pytest.fixture
    def plugin(self):
        return FakeTranscriptFetcher({VIDEO: captions()})


class TestFakeLLM(testing.LLMProviderContract):
    @pytest.fixture
    def plugin(self):
        return FakeLLM()


class WithoutWords(FakeTranscriptFetcher):
    def fetch_transcript(self, ref, languages):
        return Transcript(())


class Vague(FakeMetadataFetcher):
    def fetch_metadata(self, ref):
        raise PluginError("removed", "gone")


def test_the_kit_notices_a_fetcher_that_returns_nothing():
    contract = TestFakeTranscriptFetcher()
    with pytest.raises(AssertionError):
        contract.test_transcript_of_a_known_video(WithoutWords())


def test_the_kit_notices_a_failure_without_a_sentence():
    contract = TestFakeMetadataFetcher()
    with pytest.raises(AssertionError):
        contract.test_metadata_of_an_unknown_video_is_a_classified_failure(Vague())


def test_the_kit_notices_a_crash():
    crashing = FakeTranscriptFetcher()
    crashing.errors = [KeyError("x")]
    contract = TestFakeTranscriptFetcher()
    with pytest.raises(KeyError):
        contract.test_transcript_of_an_unknown_video_is_a_classified_failure(crashing)


class Boasting(FakeMetadataFetcher):
    info = PluginInfo(name="boasting", title="Boasting", capabilities=frozenset({"telepathy"}))


class Endless(FakeMetadataFetcher):
    info = PluginInfo(name="endless", title="Endless", timeout_seconds=float("inf"))


@pytest.mark.parametrize("kind", [Boasting, Endless])
def test_the_kit_notices_what_the_host_does_not_know(kind):
    with pytest.raises(AssertionError):
        TestFakeMetadataFetcher().test_info_describes_the_plugin(kind())


def contracts_in(folder):
    """Return, for each module of tests, its contract classes and the names it mentions."""
    found = []
    for path in folder.rglob("test_*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        bases = {
            base.id if isinstance(base, ast.Name) else getattr(base, "attr", "")
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for base in node.bases
        }
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        found.append((bases, names | {n.name for n in _imported(tree)}))
    return found


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from node.names


@pytest.mark.parametrize("role", ROLES)
def test_every_installed_plugin_of_ours_has_a_contract_test(role):
    without = []
    for entry in entry_points(group=f"vidwiz.{role}"):
        assert entry.dist is not None
        folder = PLUGINS / entry.dist.name.replace("_", "-") / "tests"
        kind = entry.value.rpartition(":")[2]
        if not any(
            CONTRACT_OF_ROLE[role] in bases and kind in names
            for bases, names in contracts_in(folder)
        ):
            without.append(entry.name)
    assert without == []
