"""Videos of other sites over HTTP, from an address to a summary."""

from dataclasses import replace

import pytest

from tests.api.conftest import Person, error
from tests.fixtures.databases import dispose
from tests.plugin_host.test_sites import Vimeo
from tests.support import captions, metadata, work_here
from vidwiz.app import create_app
from vidwiz.plugin_api import VideoRef
from vidwiz.plugin_host.registry import Registry
from vidwiz.tasks.types import TaskType

ADDRESS = "https://vimeo.com/123"
VIDEO = "vimeo:123"


@pytest.fixture
def vimeo():
    fetcher = Vimeo()
    fetcher.videos["123"] = metadata("123")
    return fetcher


@pytest.fixture
def plugins(vimeo, metadata_fetcher, transcript_fetcher, llm):
    transcript_fetcher.transcripts["123"] = captions()
    return Registry.of(metadata_fetcher, vimeo, transcript_fetcher, llm)


@pytest.fixture
def config(config):
    return replace(config, metadata_fetchers=("vimeo", "fake-metadata"))


def test_an_address_of_another_site_goes_the_whole_way(app, ada, admin, vimeo, transcript_fetcher):
    saved = ada.post("/videos", {"video": "vimeo.com/123?share=copy"})
    assert (saved.status_code, saved.json["video_id"]) == (201, VIDEO)
    assert ada.post(f"/videos/{VIDEO}/notes", {"timestamp": "1:00"}).status_code == 201
    assert ada.post("/conversations", {"video_id": VIDEO}).status_code == 201
    details = admin.get("/internal/tasks?type=metadata&timeout=1").json
    assert details["task_details"]["url"] == ADDRESS
    admin.post(
        f"/internal/tasks/{details['task_id']}/result",
        {"video_id": VIDEO, "success": False, "error_code": "network_error"},
    )
    admin.post(f"/internal/tasks/{details['task_id']}/retry")
    work_here(app, TaskType)
    assert vimeo.calls == transcript_fetcher.calls == [VideoRef("vimeo", "123", ADDRESS)]
    shown = ada.get(f"/videos/{VIDEO}").json
    assert {stage["state"] for stage in shown["stages"].values()} == {"ready"}
    (note,) = ada.get(f"/videos/{VIDEO}/notes").json
    assert note["text"]
    assert ada.post("/videos", {"video": VIDEO}).status_code == 200


@pytest.mark.parametrize(
    ("video", "sentence"),
    [
        (VIDEO, "give its address"),
        ("https://example.org/watch/5", "no plugin here knows videos of this site"),
        ("http://127.0.0.1/123", "no plugin here knows videos of this site"),
        ("https://vimeo.com/channels/x", "vidwiz ingest"),
        ("file:///etc/passwd", "begins with https://"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_sentence(ada, video, sentence):
    for path, field in (("/videos", "video"), ("/conversations", "video_id")):
        refused = ada.post(path, {field: video})
        found = error(refused, 422)
        assert sentence in str(found)


def test_a_note_makes_no_video_of_another_site_known(ada):
    refused = error(ada.post(f"/videos/{VIDEO}/notes", {"timestamp": "1:00"}), 422)
    assert "give its address" in refused["message"]


def test_sites_that_are_not_allowed_are_refused_unless_the_video_is_known(ada, config, plugins):
    ada.post("/videos", {"video": ADDRESS})
    app = create_app(replace(config, sites=("youtube",)), plugins=plugins)
    try:
        person = Person(app, ada.headers)
        refused = error(person.post("/videos", {"video": "https://vimeo.com/5"}), 422)
        assert "videos of vimeo are not taken here" in refused["message"]
        assert person.post("/videos", {"video": ADDRESS}).status_code == 200
    finally:
        dispose(app)
