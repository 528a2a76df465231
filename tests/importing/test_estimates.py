"""What an import takes: the pace of the fetchers that ask sites, less what is kept for people."""

from dataclasses import replace

import pytest

from tests.fixtures.databases import dispose, make_config
from vidwiz.plugin_api import MetadataFetcher, PluginError, TranscriptFetcher
from vidwiz.plugin_api.base import NoSettings
from vidwiz.plugin_api.fakes import FakeMetadataFetcher, FakeTranscriptFetcher
from vidwiz.plugin_host.registry import Registry
from vidwiz.queueing.pace import FetchPace
from vidwiz.runtime import build_app, runtime_of
from vidwiz.services.importing.estimate import Rates, Workload


class PacedMetadata(FakeMetadataFetcher):
    info = replace(FakeMetadataFetcher.info, paced=True)


class PacedTranscripts(FakeTranscriptFetcher):
    info = replace(FakeTranscriptFetcher.info, paced=True)


class Both(MetadataFetcher, TranscriptFetcher):
    info = replace(FakeMetadataFetcher.info, name="both", paced=True)

    def __init__(self):
        super().__init__(NoSettings())

    def fetch_metadata(self, ref):
        raise PluginError("removed")

    def fetch_transcript(self, ref, languages):
        raise PluginError("removed")


@pytest.mark.parametrize(
    ("plugins", "metadata", "transcript", "expected"),
    [
        ((PacedMetadata, PacedTranscripts), "fake-metadata", "fake-transcript", 8),
        ((Both,), "both", "both", 4),
        ((Both, PacedTranscripts), "both", "fake-transcript", 8),
        ((FakeMetadataFetcher, PacedTranscripts), "fake-metadata", "fake-transcript", 8),
        ((FakeMetadataFetcher, FakeTranscriptFetcher), "fake-metadata", "fake-transcript", 0),
    ],
)
def test_the_pace_of_an_import(tmp_path, plugins, metadata, transcript, expected):
    config = make_config(
        tmp_path,
        f"sqlite:///{tmp_path}/x.db",
        metadata_fetchers=(metadata,),
        transcript_fetchers=(transcript,),
    )
    app = build_app(config, plugins=Registry.of(*(plugin() for plugin in plugins)))
    assert runtime_of(app).rates().per_minute == expected
    dispose(app)


@pytest.mark.parametrize(("asked", "left"), [(0, 0), (1, 1), (2, 1), (10, 8), (6000, 4800)])
def test_slots_that_imports_may_use(asked, left):
    assert FetchPace(asked, "home", "redis://localhost").for_imports == left


def test_seconds_tokens_and_cost():
    rates = Rates(8, lambda tokens: tokens / 1_000_000)
    work = Workload.of([3600.0, None, None])
    assert work == Workload(3, 5040.0)
    estimate = rates.estimate(work)
    assert (estimate.seconds_left, estimate.tokens) == (23, 16_800)
    assert estimate.cost == pytest.approx(0.0168)
    assert Rates(0).estimate(work).seconds_left is None
    assert Rates(0).estimate(Workload()).cost is None
