"""Which pages and programming interfaces the local YouTube has, and who answers for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.fake_youtube import data_api, lists
from tests.fake_youtube.messages import NOT_FOUND, Answer, html_page, json_answer, xml_answer
from tests.fake_youtube.player import BOT_CHECK, playability_of, player_response
from tests.fake_youtube.timed_text import timed_text
from tests.fake_youtube.videos import Playability
from tests.fake_youtube.watch import CAPTCHA_PAGE, CONSENT_PAGE, next_response, page, watch_page

if TYPE_CHECKING:
    from tests.fake_youtube.messages import Request
    from tests.fake_youtube.server import FakeYouTube
    from tests.fake_youtube.videos import Channel, Video

ID = re.compile(r"[A-Za-z0-9_-]{11}")
TOO_MANY_REQUESTS = Answer(status=429, body=b"Too Many Requests")
TRY_AGAIN_LATER = Playability(
    status="UNPLAYABLE",
    reason="This content isn\N{RIGHT SINGLE QUOTATION MARK}t available, try again later.",
)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63"
    "fcffff3f0300050001ff89993d1d0000000049454e44ae426082"
)


def add_routes(server: FakeYouTube) -> None:
    pages = _Pages(server)
    youtube, google = "*youtube.com", "*.googleapis.com"
    for host, path, name, handler in (
        # The last that fits is taken, and a channel's name may be any word.
        (youtube, "/(?:channel/|c/|user/)?([^/]+)(?:/([a-z]+))?", "channel", pages.channel),
        (youtube, "/", "home", pages.home),
        (youtube, "/watch", "watch", pages.watch),
        (youtube, f"/(?:embed|shorts|live)/{ID.pattern}", "watch", pages.watch),
        (youtube, "/youtubei/v1/player", "player", pages.player),
        (youtube, "/youtubei/v1/next", "next", pages.next),
        (youtube, "/youtubei/v1/browse", "browse", pages.browse),
        (youtube, "/youtubei/v1/search", "search", pages.search),
        (youtube, "/api/timedtext", "timedtext", pages.timed_text),
        (youtube, "/oembed", "oembed", pages.oembed),
        (youtube, "/playlist", "playlist", pages.playlist),
        (youtube, "/(?:iframe_api|s/player/.*|sw.js(?:_data)?)", "script", pages.script),
        (youtube, "/feeds/videos.xml", "feed", pages.feed),
        (google, "/youtube/v3/videos", "data_api_videos", pages.data_api_videos),
        (google, "/youtube/v3/search", "data_api_search", pages.data_api_search),
        ("i*.ytimg.com", r"/vi(?:_webp)?/.*", "thumbnail", pages.thumbnail),
        ("*.googlevideo.com", r"/.*", "media", lambda _request: NOT_FOUND),
    ):
        server.route(host, path, handler, name)


def video_id_of(request: Request) -> str | None:
    """Return which video a request is about, as far as its address or body says."""
    arguments = request.arguments
    candidates = (
        request.json.get("videoId"),
        arguments.get("v"),
        arguments.get("videoId"),
        arguments.get("id"),
        _id_in_address(arguments.get("url", "")),
        _id_in_address(request.path),
    )
    return next((str(value) for value in candidates if value), None)


def _id_in_address(url: str) -> str | None:
    address = urlsplit(url)
    if (named := parse_qs(address.query).get("v")) and address.path == "/watch":
        return named[0]
    match = re.search(rf"/(?:embed|shorts|live|vi|vi_webp)/({ID.pattern})|youtu\.be/(.+)", url)
    return match[1] or match[2] if match else None


class _Pages:
    """The handlers; each is called in the thread of its connection."""

    def __init__(self, server: FakeYouTube) -> None:
        self.server = server

    def _video(self, request: Request) -> Video | None:
        return self.server.videos.get(request.video_id or "")

    def _refused(self, request: Request, page_of: str = "") -> Answer | None:
        refusal = self.server.refusal_of(request)
        if refusal == "too_many_requests":
            return TOO_MANY_REQUESTS
        if refusal == "captcha":
            return html_page(CAPTCHA_PAGE) if page_of else TOO_MANY_REQUESTS
        return None

    def _player_content(self, request: Request, client: str) -> dict[str, object]:
        video = self._video(request)
        playability = playability_of(video, signed_in=request.is_signed_in)
        match self.server.refusal_of(request):
            case "bot_check":
                playability = BOT_CHECK
            case "try_again_later":
                playability = TRY_AGAIN_LATER
            case "other_video":
                video = next(
                    (other for other in self.server.videos.values() if other is not video), None
                )
        return player_response(video, client, playability)

    def home(self, _request: Request) -> Answer:
        return html_page(page("YouTube", {"contents": {}}))

    def watch(self, request: Request) -> Answer:
        if refused := self._refused(request, "watch"):
            return refused
        video = self._video(request)
        if video and video.consent and not {"CONSENT", "SOCS"} & request.cookies.keys():
            return html_page(CONSENT_PAGE)
        player = self._player_content(request, "WEB")
        return html_page(watch_page(video, request.video_id or "", player))

    def player(self, request: Request) -> Answer:
        return self._refused(request) or json_answer(self._player_content(request, request.client))

    def next(self, request: Request) -> Answer:
        return self._refused(request) or json_answer(next_response(self._video(request)))

    def timed_text(self, request: Request) -> Answer:
        return self._refused(request) or timed_text(self._video(request), request.arguments)

    def oembed(self, request: Request) -> Answer:
        if not ID.fullmatch(request.video_id or ""):
            return Answer(status=400, body=b"Bad Request")
        video = self._video(request)
        if video is None or video.playability.status == "ERROR":
            return NOT_FOUND
        if video.is_private or not video.embeddable:
            return Answer(status=401, body=b"Unauthorized")
        return data_api.oembed(video)

    def data_api_videos(self, request: Request) -> Answer:
        if refused := self._key_refused(request):
            return refused
        ids = request.arguments.get("id", "").split(",")
        videos = (self.server.videos.get(video_id) for video_id in ids)
        return data_api.video_list([v for v in videos if v and v.in_data_api and not v.is_private])

    def data_api_search(self, request: Request) -> Answer:
        if refused := self._key_refused(request):
            return refused
        found = lists.matching(self.server.videos, request.arguments.get("q", ""))
        return data_api.search_list(found[: int(request.arguments.get("maxResults", "5"))])

    def _key_refused(self, request: Request) -> Answer | None:
        key = request.arguments.get("key") or request.headers.get("x-goog-api-key", "")
        reason = self.server.api_keys.get(key, "keyInvalid")
        return data_api.refusal(reason) if reason else None

    def playlist(self, request: Request) -> Answer:
        playlist = self.server.playlists.get(request.arguments.get("list", ""))
        if refused := self._refused(request, "playlist"):
            return refused
        if playlist is None:
            return html_page(page("YouTube", lists.not_there("The playlist does not exist.")))
        if playlist.is_private and not request.is_signed_in:
            return html_page(page("YouTube", lists.not_there("This playlist is private.")))
        data = lists.playlist_data(playlist, self.server.videos)
        return html_page(page(playlist.title, data))

    def channel(self, request: Request) -> Answer:
        if refused := self._refused(request, "channel"):
            return refused
        assert request.match
        channel = self._channel(request.match[1])
        if channel is None:
            return html_page(page("404 Not Found", {}), 404)
        tab = "featured" if request.match[2] in {None, "featured"} else "videos"
        data = lists.channel_data(channel, self._uploads(channel), tab)
        return html_page(page(channel.title, data))

    def _channel(self, name: str) -> Channel | None:
        channels = {video.channel for video in self.server.videos.values()}
        return next((c for c in channels if name.lower() in _names(c)), None)

    def _uploads(self, channel: Channel) -> list[Video]:
        videos = [video for video in self.server.videos.values() if video.channel == channel]
        public = [video for video in videos if not (video.is_private or video.unlisted)]
        return sorted(public, key=lambda video: video.published, reverse=True)

    def browse(self, request: Request) -> Answer:
        if refused := self._refused(request):
            return refused
        token = str(request.json.get("continuation", ""))
        if token:
            return self._continuation(token)
        playlist_id = str(request.json.get("browseId", "")).removeprefix("VL")
        playlist = self.server.playlists.get(playlist_id)
        if playlist is None:
            return NOT_FOUND
        return json_answer(lists.playlist_data(playlist, self.server.videos))

    def _continuation(self, token: str) -> Answer:
        kind, name, start = token.split(":")
        if kind == "playlist":
            playlist = self.server.playlists[name]
            items = lists.playlist_page(playlist, self.server.videos, int(start))
        else:
            channel = self._channel(name)
            assert channel
            items = lists.channel_page(channel, self._uploads(channel), int(start))
        return json_answer(lists.continued(items))

    def search(self, request: Request) -> Answer:
        if refused := self._refused(request):
            return refused
        query, start = str(request.json.get("query", "")), 0
        if token := str(request.json.get("continuation", "")):
            start = int(token.rpartition(":")[2])
        found = lists.matching(self.server.videos, query)
        return json_answer(lists.search_data(query, found, start))

    def feed(self, request: Request) -> Answer:
        if playlist := self.server.playlists.get(request.arguments.get("playlist_id", "")):
            videos = [self.server.videos.get(video_id) for video_id in playlist.video_ids]
            return xml_answer(
                lists.feed(playlist.title, playlist.channel, [video for video in videos if video])
            )
        channel = self._channel(request.arguments.get("channel_id", ""))
        if channel is None:
            return NOT_FOUND
        return xml_answer(lists.feed(channel.title, channel, self._uploads(channel)))

    def script(self, _request: Request) -> Answer:
        script = b"/* a player */ var x={signatureTimestamp:20000};"
        return Answer(body=script, content_type="text/javascript")

    def thumbnail(self, _request: Request) -> Answer:
        return Answer(body=PIXEL, content_type="image/png")


def _names(channel: Channel) -> set[str]:
    """Return by what a channel's address may call it."""
    return {name.lower() for name in (channel.id, channel.handle, channel.handle[1:])}
