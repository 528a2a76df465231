"""A newcomer's first video: an address of YouTube, no library, no key, the local YouTube."""

from tests.cli.conftest import document
from tests.fake_youtube import Channel, Line, Track, Video

LINES = tuple(
    Line(
        5.0 * number,
        8.0,
        f"In step {number} the yeast eats sugar & gives off gas, which makes the dough rise.",
    )
    for number in range(60)
)


def test_a_video_of_youtube_goes_the_whole_way(installation, youtube):
    video = youtube.add(
        Video(
            id="breadrises1",
            title="How bread rises",
            channel=Channel.named("The Bakery"),
            tracks=[Track(automatic=True, lines=LINES)],
        )
    )
    installation.settings |= youtube.environment()
    address = f"https://www.youtube.com/watch?v={video.id}"
    result = installation.run("ingest", address, "--note=1:05", "--json")
    assert result.returncode == 0, result.stderr
    (shown,) = document(result)["videos"]
    assert shown["title"] == "How bread rises"
    assert {name: stage["state"] for name, stage in shown["stages"].items()} == {
        "metadata": "ready",
        "transcript": "ready",
        "summary": "ready",
    }
    assert shown["stages"]["transcript"]["source"] == "youtube-transcript-api"
    assert shown["summary"]
    assert len(set(shown["suggested_questions"])) == 3
    assert shown["notes"][0]["text"]
    assert len(youtube.requests_of("timedtext", video.id)) == 1
