"""The fetchers keep the contracts, with the real libraries and the local YouTube."""

import pytest

from vidwiz.plugin_api import Secret, VideoRef
from vidwiz.plugin_api.testing import MetadataFetcherContract, TranscriptFetcherContract
from vidwiz_youtube.data_api import DataApiFetcher, DataApiSettings
from vidwiz_youtube.oembed import OEmbedFetcher
from vidwiz_youtube.pytube_fetcher import PytubeFetcher
from vidwiz_youtube.settings import RequestSettings
from vidwiz_youtube.transcript_api import TranscriptApiFetcher

KEY = "AIzaTheKeyOfTheTests"
KNOWN = VideoRef("youtube", "hashmaps001", "https://www.youtube.com/watch?v=hashmaps001")
UNKNOWN = VideoRef("youtube", "00000000000", "https://www.youtube.com/watch?v=00000000000")


@pytest.fixture(autouse=True)
def _youtube(youtube):
    youtube.api_keys[KEY] = None


class TestTranscriptApi(TranscriptFetcherContract):
    known, unknown = KNOWN, UNKNOWN

    @pytest.fixture
    def plugin(self):
        return TranscriptApiFetcher(RequestSettings())


class TestOEmbed(MetadataFetcherContract):
    known, unknown = KNOWN, UNKNOWN

    @pytest.fixture
    def plugin(self):
        return OEmbedFetcher(RequestSettings())


class TestDataApi(MetadataFetcherContract):
    known, unknown = KNOWN, UNKNOWN
    search_title = "hash"

    @pytest.fixture
    def plugin(self):
        return DataApiFetcher(DataApiSettings(key=Secret(KEY)))


class TestPytubeMetadata(MetadataFetcherContract):
    known, unknown = KNOWN, UNKNOWN

    @pytest.fixture
    def plugin(self):
        return PytubeFetcher(RequestSettings())


class TestPytubeTranscript(TranscriptFetcherContract):
    known, unknown = KNOWN, UNKNOWN

    @pytest.fixture
    def plugin(self):
        return PytubeFetcher(RequestSettings())
