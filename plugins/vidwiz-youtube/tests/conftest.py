"""The local YouTube, to which the environment leads every request of a test."""

import pytest

from tests.fake_youtube import FakeYouTube, Track, Video
from vidwiz.plugin_api import VideoRef

VIDEO_ID = "hashmaps001"


def ref(video_id=VIDEO_ID):
    return VideoRef("youtube", video_id, f"https://www.youtube.com/watch?v={video_id}")


@pytest.fixture(scope="session")
def youtube_server():
    with FakeYouTube() as server:
        yield server


@pytest.fixture
def youtube(youtube_server, monkeypatch):
    """Hold one video with automatic captions, in English."""
    youtube_server.reset()
    youtube_server.add(Video(id=VIDEO_ID, tracks=[Track(automatic=True)]))
    for name, value in youtube_server.environment().items():
        monkeypatch.setenv(name, value)
    return youtube_server
