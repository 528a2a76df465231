"""A video of a site besides YouTube goes the whole way by its address, without any setting."""

import pytest

from tests.cli.conftest import document
from tests.fake_sites import SiteVideo, add_dailymotion, serve_captions

LINES = "".join(
    f"{number}\n00:{number // 12:02}:{number % 12 * 5:02},000 -->"
    f" 00:{number // 12:02}:{number % 12 * 5 + 4:02},000\n"
    f"In step {number} the leaves give their taste to the water, which makes the tea darker.\n\n"
    for number in range(1, 60)
)


@pytest.mark.slow
def test_a_video_of_dailymotion_goes_the_whole_way(installation, youtube):
    captions = serve_captions(youtube, "static2.dmcdn.net", "/tea.srt", LINES)
    video = SiteVideo(id="x5kesuj", duration=300, captions={"en": captions})
    address = add_dailymotion(youtube, video)
    installation.settings |= youtube.environment()

    result = installation.run("ingest", address, "--note=1:05", "--json")

    assert result.returncode == 0, result.stderr
    (shown,) = document(result)["videos"]
    assert (shown["video_id"], shown["title"]) == ("dailymotion:x5kesuj", "How to make tea")
    assert shown["stages"]["transcript"]["source"] == "yt-dlp"
    assert {stage["state"] for stage in shown["stages"].values()} == {"ready"}
    assert shown["notes"][0]["text"]
    assert {request.host for request in youtube.requests} == {
        "graphql.api.dailymotion.com",
        "www.dailymotion.com",
        "static2.dmcdn.net",
    }
