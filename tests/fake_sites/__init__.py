"""Vimeo, Dailymotion and TED on the local YouTube: what the extractors of yt-dlp read of them.

The shapes come from yt-dlp's sources; nobody compared them with the live sites.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fake_youtube import Answer, html_page, json_answer

if TYPE_CHECKING:
    from tests.fake_youtube import FakeYouTube, Request

SRT = (
    "1\n00:00:01,000 --> 00:00:03,500\nThe kettle <i>boils</i>.\n\n"
    "2\n00:00:03,500 --> 00:00:06,000\nTea &amp; milk\nfollow.\n"
)
VTT = (
    "WEBVTT\n\nNOTE made by hand\n\n00:01.000 --> 00:03.500 align:start\nThe kettle <i>boils</i>."
    "\n\n00:03.500 --> 00:06.000\nTea &amp; milk\nfollow.\n"
)
TTML = (
    '<tt xmlns="http://www.w3.org/ns/ttml"><body><div>'
    '<p begin="00:00:01.000" end="00:00:03.500">The kettle <span>boils</span>.</p>'
    '<p begin="00:00:03.500" end="00:00:06.000">Tea &amp; milk<br/>follow.</p>'
    "</div></body></tt>"
)
SAID = "The kettle boils. Tea & milk follow."
"""What all of them say."""


@dataclass(kw_only=True)
class SiteVideo:
    """A video of another site; `captions` are the addresses of its files by language."""

    id: str
    title: str = "How to make tea"
    owner: str = "Kettle Club"
    duration: int = 95
    description: str = "With and without milk."
    captions: dict[str, str] = field(default_factory=dict)


def serve_captions(server: FakeYouTube, host: str, path: str, text: str) -> str:
    """Serve a caption file and return its address."""
    server.route(host, path, lambda _request: Answer(body=text.encode()), "captions")
    return f"https://{host}{path}"


def add_vimeo(server: FakeYouTube, video: SiteVideo) -> str:
    """Serve a video of Vimeo by its page and its player's settings; return its address."""
    config = f"https://player.vimeo.com/video/{video.id}/config"
    page_config = {"player": {"config_url": config}, "clip": {"uploaded_on": "2024-01-02 03:04:05"}}
    page = f"<html><script>vimeo.clip_page_config = {json.dumps(page_config)};\n</script></html>"
    progressive = {"url": "https://vod.vimeocdn.com/tea.mp4", "quality": "360p", "width": 640}
    tracks = [{"lang": lang, "url": url} for lang, url in video.captions.items()]
    settings = {
        "video": {
            "title": video.title,
            "duration": video.duration,
            "owner": {"name": video.owner, "url": "https://vimeo.com/kettleclub"},
            "thumbs": {"640": "https://i.vimeocdn.com/tea.jpg"},
        },
        "request": {"files": {"progressive": [progressive]}, "text_tracks": tracks},
    }
    server.route("vimeo.com", f"/{video.id}", lambda _request: html_page(page), "vimeo")
    server.route(
        "player.vimeo.com",
        f"/video/{video.id}/config",
        lambda _request: json_answer(settings),
        "vimeo config",
    )
    server.route("vimeo.com", "/_next/viewer", lambda _request: Answer(status=404), "vimeo viewer")
    return f"https://vimeo.com/{video.id}"


def add_dailymotion(server: FakeYouTube, video: SiteVideo) -> str:
    """Serve a video of Dailymotion by its programming interface; return its address."""

    def graphql(request: Request) -> Answer:
        known = f'xid: \\"{video.id}\\"' in request.body.decode()
        media = {"xid": video.id, "description": video.description, "stats": {}}
        if not known:
            return json_answer({"data": {"media": None}, "errors": [{"message": "Not found"}]})
        return json_answer({"data": {"media": media}})

    metadata = {
        "title": video.title,
        "duration": video.duration,
        "created_time": 1704164645,
        "owner": {"id": "x1", "screenname": video.owner},
        "posters": {"720": "https://s2.dmcdn.net/tea.jpg"},
        "qualities": {"auto": [{"type": "video/mp4", "url": "https://proxy.dmcdn.net/tea.mp4"}]},
        "subtitles": {"data": {lang: {"urls": [url]} for lang, url in video.captions.items()}},
    }
    host = "graphql.api.dailymotion.com"
    server.route(host, "/oauth/token", lambda _: json_answer({"access_token": "t"}), "dm token")
    server.route(host, "/", graphql, "dm graphql")
    server.route(
        "www.dailymotion.com",
        f"/player/metadata/video/{video.id}",
        lambda _request: json_answer(metadata),
        "dm metadata",
    )
    return f"https://www.dailymotion.com/video/{video.id}"


def add_ted(server: FakeYouTube, video: SiteVideo) -> str:
    """Serve a talk of TED, whose captions come in pieces of an HLS playlist; return its address."""
    master = ["#EXTM3U"]
    for lang, url in video.captions.items():
        playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:95\n#EXTINF:95,\n{url}\n#EXT-X-ENDLIST\n"
        path = f"/{video.id}/{lang}.m3u8"
        address = serve_captions(server, "hls.ted.com", path, playlist)
        master.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="{lang}",LANGUAGE="{lang}",'
            f'URI="{address}"'
        )
    codecs = 'CODECS="avc1.4D401E,mp4a.40.2",SUBTITLES="subs"'
    master += [f"#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=640x360,{codecs}", "video.m3u8"]
    stream = serve_captions(server, "hls.ted.com", f"/{video.id}.m3u8", "\n".join(master))
    talk = {
        "id": "66",
        "title": video.title,
        "presenterDisplayName": video.owner,
        "description": video.description,
        "duration": video.duration,
        "publishedAt": "2024-01-02T03:04:05Z",
        "videoPlayerData": {
            "thumb": "https://pi.tedcdn.com/tea.jpg?w=1",
            "resources": {"hls": {"stream": stream}},
        },
    }
    page = _ted_page({"videoData": talk})
    server.route("www.ted.com", f"/talks/{video.id}", lambda _request: page, "ted")
    return f"https://www.ted.com/talks/{video.id}"


def add_ted_playlist(server: FakeYouTube, name: str, ids: list[str]) -> str:
    """Serve a list of talks; return its address."""
    nodes = [
        {"__typename": "Video", "canonicalUrl": f"https://www.ted.com/talks/{talk}"} for talk in ids
    ]
    page = _ted_page({"playlist": {"id": "171", "title": "On tea", "videos": {"nodes": nodes}}})
    server.route("www.ted.com", f"/playlists/{name}", lambda _request: page, "ted list")
    return f"https://www.ted.com/playlists/{name}"


def _ted_page(properties: dict[str, Any]) -> Answer:
    data = json.dumps({"props": {"pageProps": properties}})
    return html_page(f'<script id="__NEXT_DATA__" type="application/json">{data}</script>')
