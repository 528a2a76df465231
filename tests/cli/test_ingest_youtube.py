"""A newcomer's first video: an address of YouTube, no library, the local YouTube."""

import json

import pytest

from tests.cli.conftest import document
from tests.fake_llm import FakeLLM, OpenAIApi
from tests.fake_youtube import Channel, Line, Track, Video

LINES = tuple(
    Line(
        5.0 * number,
        5.0,
        f"In step {number} the yeast eats sugar & gives off gas, which makes the dough rise.",
    )
    for number in range(60)
)
CHAPTERS = ((0, "Mixing"), (60, "Resting"), (200, "Baking"))


@pytest.fixture
def video(installation, youtube):
    installation.settings |= youtube.environment()
    return youtube.add(
        Video(
            id="breadrises1",
            title="How bread rises",
            channel=Channel.named("The Bakery"),
            chapters=CHAPTERS,
            tracks=[Track(automatic=True, lines=LINES), Track(language="de")],
        )
    )


@pytest.fixture
def model():
    with FakeLLM(OpenAIApi(key="sk-of-the-test")) as server:
        yield server


def ingest(installation, video):
    address = f"https://www.youtube.com/watch?v={video.id}&feature=share"
    result = installation.run("ingest", address, "--note=1:05", "--json")
    assert result.returncode == 0, result.stderr
    (shown,) = document(result)["videos"]
    return shown


def assert_is_whole(installation, shown):
    assert shown["title"] == "How bread rises"
    chapters = shown["metadata"]["chapters"]
    assert [(chapter["start_time"], chapter["title"]) for chapter in chapters] == list(CHAPTERS)
    assert {stage["state"] for stage in shown["stages"].values()} == {"ready"}
    assert shown["stages"]["metadata"]["source"] == "yt-dlp"
    assert shown["stages"]["transcript"]["source"] == "youtube-transcript-api"
    stored = installation.data_dir / "objects" / "transcripts" / "breadrises1.json"
    assert [(s["text"], s["offset"], s["duration"]) for s in json.loads(stored.read_text())] == [
        (line.text, line.start, line.duration) for line in LINES
    ]
    assert 200 <= len(shown["summary"]) <= 800
    assert len(set(shown["suggested_questions"])) == 3
    assert shown["notes"][0]["text"]


def test_a_video_of_youtube_goes_the_whole_way(installation, youtube, video):
    shown = ingest(installation, video)
    assert_is_whole(installation, shown)
    assert shown["stages"]["summary"]["source"] == "extractive"
    assert len(youtube.requests_of("timedtext", video.id)) == 1


@pytest.mark.slow
def test_the_same_with_a_server_of_openais_kind(installation, video, model):
    installation.settings |= {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "sk-of-the-test"}
    shown = ingest(installation, video)
    assert_is_whole(installation, shown)
    assert shown["stages"]["summary"]["source"] == "openai"
