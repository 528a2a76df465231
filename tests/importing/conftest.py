"""A site with a playlist of 200 videos; all can be fetched but those that a test removes."""

from dataclasses import replace

import pytest

from tests.fixtures.databases import make_config
from tests.importing.helping import CHANNEL, PLAYLIST, ids
from tests.support import captions, make_user, metadata
from vidwiz.plugin_api.fakes import (
    FakeListFetcher,
    FakeMetadataFetcher,
    FakeTranscriptFetcher,
    listed,
)
from vidwiz.plugin_host.registry import Registry


@pytest.fixture
def config(tmp_path, database_url):
    return make_config(
        tmp_path / "data",
        database_url,
        metadata_fetchers=("fake-metadata", "fake-lists"),
        transcript_fetchers=("fake-transcript",),
        llm_provider="fake-llm",
    )


@pytest.fixture
def list_fetcher():
    playlist = listed(*ids(200), key="youtube:PLbread", title="All about bread")
    channel = listed(*reversed(ids(30)), key="youtube:UCbread", title="The Bakery")
    return FakeListFetcher(
        {
            PLAYLIST: playlist,
            CHANNEL: channel,
            f"{CHANNEL}/videos": replace(channel),
        }
    )


@pytest.fixture
def metadata_fetcher():
    return FakeMetadataFetcher({id_: metadata(id_, title=None) for id_ in ids(260)})


@pytest.fixture
def transcript_fetcher():
    return FakeTranscriptFetcher(dict.fromkeys(ids(260), captions()))


@pytest.fixture
def plugins(list_fetcher, metadata_fetcher, transcript_fetcher, llm):
    return Registry.of(list_fetcher, metadata_fetcher, transcript_fetcher, llm)


@pytest.fixture
def user(core):
    return make_user()
