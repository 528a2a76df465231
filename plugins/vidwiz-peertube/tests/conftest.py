"""A server of this machine that answers as PeerTube 8 does."""

import copy
import json
import re
from urllib.parse import urlsplit

import pytest
from werkzeug import Response

from vidwiz_peertube import PeerTubeFetcher

UUID = "122d093a-1ede-43bd-bd34-59d2931ffc5e"
SHORT = "3fbif9S3WmtTP8gGsC5HBd"
UNKNOWN = "9c9de5e8-0a1e-484a-b099-e80766180a6d"
VTT = """WEBVTT

00:00:01.000 --> 00:00:03.500
{} one

00:00:03.500 --> 00:00:06.000
{} two
"""
VIDEO = {
    "id": 42,
    "uuid": UUID,
    "shortUUID": SHORT,
    "name": "How bread rises",
    "description": "Yeast eats sugar. " * 13 + "Yeast eats su...",
    "duration": 61,
    "views": 120,
    "likes": 7,
    "isLive": False,
    "state": {"id": 1, "label": "Published"},
    "privacy": {"id": 1, "label": "Public"},
    "language": {"id": "fr", "label": "French"},
    "publishedAt": "2024-05-12T10:06:06.000Z",
    "thumbnailPath": "/lazy-static/thumbnails/a.jpg",
    "account": {"displayName": "Ann", "url": "https://tube.test/accounts/ann"},
    "channel": {"displayName": "The Bakery", "url": "https://tube.test/video-channels/bakery"},
}
NOT_FOUND = {
    "type": "about:blank",
    "title": "Not Found",
    "detail": "Video not found",
    "status": 404,
    "error": "Video not found",
}


class Tube:
    """What the server holds of its one video, and what it answers instead."""

    def __init__(self, server):
        self.server = server
        self.video = copy.deepcopy(VIDEO)
        self.captions = [self.caption("fr", automatic=True), self.caption("en")]
        self.chapters = [
            {"title": "Yeast", "timecode": 0},
            {"title": "Dough", "timecode": 30},
        ]
        self.instead = {}
        server.expect_request(re.compile(".*")).respond_with_handler(self.answer)

    @property
    def base(self):
        return self.server.url_for("").rstrip("/")

    @property
    def port(self):
        return urlsplit(self.base).port

    @property
    def asked(self):
        return [request.path for request, _ in self.server.log]

    def caption(self, language, *, automatic=False, **more):
        path = f"/lazy-static/video-captions/{UUID}-{language}-{automatic}.vtt"
        return {
            "language": {"id": language, "label": language},
            "automaticallyGenerated": automatic,
            "captionPath": path,
            "fileUrl": f"{self.base}{path}",
            "updatedAt": "2024-05-12T10:06:06.000Z",
            **more,
        }

    def answer(self, request):
        path = request.path
        for end, answer in self.instead.items():
            if path.endswith(end):
                return answer if isinstance(answer, Response) else answer(request)
        if path.startswith("/lazy-static/video-captions/"):
            language = path.removesuffix(".vtt").rpartition("/")[2].removeprefix(f"{UUID}-")
            return Response(VTT.format(language, language), content_type="text/vtt")
        documents = {
            "": self.video,
            "/description": {"description": "Yeast eats sugar. " * 40},
            "/captions": {"total": len(self.captions), "data": self.captions},
            "/chapters": {"chapters": self.chapters},
        }
        prefix = f"/api/v1/videos/{UUID}"
        if path.startswith(prefix) and path.removeprefix(prefix) in documents:
            return as_json(documents[path.removeprefix(prefix)])
        return as_json(NOT_FOUND, 404)


def as_json(document, status=200, **headers):
    return Response(json.dumps(document), status, headers, content_type="application/json")


@pytest.fixture
def tube(httpserver):
    return Tube(httpserver)


@pytest.fixture
def make(tube):
    """Return a function that makes a fetcher of the local instance with other settings."""

    def make(**settings):
        return PeerTubeFetcher(PeerTubeFetcher.Settings(**{"instances": (tube.base,), **settings}))

    return make


@pytest.fixture
def ref(tube):
    return make_ref(tube)


def make_ref(tube, video=UUID):
    fetcher = PeerTubeFetcher(PeerTubeFetcher.Settings(instances=(tube.base,)))
    return fetcher.resolve(f"{tube.base}/videos/watch/{video}")
