"""Videos of other sites come through yt-dlp the whole way, with captions in each format."""

import pytest

from tests.fake_sites import (
    SAID,
    SRT,
    TTML,
    VTT,
    SiteVideo,
    add_dailymotion,
    add_ted,
    add_vimeo,
    serve_captions,
)
from tests.fake_youtube import Answer
from vidwiz.plugin_api import PluginError
from vidwiz_youtube.ytdlp import YtDlpFetcher


@pytest.fixture
def fetcher(youtube):
    return YtDlpFetcher(YtDlpFetcher.Settings())


def said(transcript):
    return " ".join(segment.text for segment in transcript.segments)


SITES = {
    "vimeo": (add_vimeo, "76979871", "vimeo:76979871"),
    "dailymotion": (add_dailymotion, "x5kesuj", "dailymotion:x5kesuj"),
    "ted": (add_ted, "how_to_make_tea", "ted:how_to_make_tea"),
}
FORMATS = {"vtt": VTT, "srt": SRT, "ttml": TTML}


@pytest.mark.parametrize(
    ("site", "file_format"), [("vimeo", "vtt"), ("dailymotion", "srt"), ("dailymotion", "ttml")]
)
def test_a_video_of_another_site_comes_with_its_captions(youtube, fetcher, site, file_format):
    add, video_id, key = SITES[site]
    path = f"/tea.en.{file_format}"
    captions = serve_captions(youtube, "captions.vimeocdn.com", path, FORMATS[file_format])
    url = add(youtube, SiteVideo(id=video_id, captions={"en": captions}))

    ref = fetcher.resolve(url)

    assert f"{ref.site}:{ref.id}" == key
    metadata = fetcher.fetch_metadata(ref)
    assert (metadata.id, metadata.title) == (video_id, "How to make tea")
    assert (metadata.duration, metadata.duration_string) == (95, "1:35")
    assert (metadata.channel, metadata.upload_date) == ("Kettle Club", "20240102")
    assert metadata.thumbnail
    assert metadata.thumbnail.startswith("https://")
    transcript = fetcher.fetch_transcript(ref, ())
    assert said(transcript) == SAID
    assert transcript.segments[0].offset == 1.0
    assert transcript.language == "en"


def test_captions_that_come_in_pieces_are_put_together(youtube, fetcher):
    piece = serve_captions(youtube, "hls.ted.com", "/piece.vtt", VTT)
    ref = fetcher.resolve(add_ted(youtube, SiteVideo(id="how_to_make_tea", captions={"en": piece})))

    assert fetcher.fetch_metadata(ref).title == "How to make tea"
    assert said(fetcher.fetch_transcript(ref, ("en",))) == SAID


def test_captions_in_a_format_that_nobody_reads_are_named(youtube, fetcher):
    url = serve_captions(youtube, "captions.dmcdn.net", "/tea.json", '{"lines": []}')
    ref = fetcher.resolve(add_dailymotion(youtube, SiteVideo(id="x5kesuj", captions={"en": url})))

    with pytest.raises(PluginError) as caught:
        fetcher.fetch_transcript(ref, ())

    assert caught.value.code == "parse_error"
    assert "json" in caught.value.message


def test_a_video_without_captions_has_none(youtube, fetcher):
    ref = fetcher.resolve(add_dailymotion(youtube, SiteVideo(id="x5kesuj")))

    with pytest.raises(PluginError, match="no_captions"):
        fetcher.fetch_transcript(ref, ())


STATUSES = {
    401: "private",
    403: "ip_blocked",
    404: "removed",
    410: "removed",
    429: "ip_blocked",
    451: "geo_blocked",
    500: "network_error",
    503: "network_error",
}


def test_one_site_that_refuses_does_not_stop_the_others(youtube, fetcher):
    ref = fetcher.resolve(add_ted(youtube, SiteVideo(id="how_to_make_tea")))
    for status, code in STATUSES.items():
        refusal = Answer(status=status)
        youtube.route("www.ted.com", "/talks/.*", lambda _request, refusal=refusal: refusal)

        with pytest.raises(PluginError) as caught:
            fetcher.fetch_metadata(ref)

        assert (status, caught.value.code) == (status, code)
        assert not caught.value.opens_breaker


def test_a_page_that_holds_a_video_of_youtube_is_followed(youtube, fetcher):
    from tests.fake_youtube import SPOKEN, Track, Video

    youtube.add(Video(id="hashmaps001", tracks=[Track(automatic=True)]))
    url = add_ted(youtube, SiteVideo(id="how_to_make_tea"))
    data = (
        '{"props": {"pageProps": {"videoData": {"id": "66", "videoPlayerData": {"external":'
        ' {"service": "YouTube", "code": "hashmaps001"}}}}}}'
    )
    page = f'<script id="__NEXT_DATA__" type="application/json">{data}</script>'.encode()
    youtube.route("www.ted.com", "/talks/.*", lambda _: Answer(body=page, content_type="text/html"))

    transcript = fetcher.fetch_transcript(fetcher.resolve(url), ())

    assert said(transcript) == " ".join(line.text for line in SPOKEN)


def test_a_ref_whose_address_is_another_video_is_left_to_others(youtube, fetcher):
    ref = fetcher.resolve("https://vimeo.com/76979871")
    other = type(ref)(ref.site, "76979872", ref.url)

    for fetch in (fetcher.fetch_metadata, lambda it: fetcher.fetch_transcript(it, ())):
        with pytest.raises(PluginError, match="unknown_address") as caught:
            fetch(other)
        assert caught.value.handling == "switch"
    assert youtube.requests == []
