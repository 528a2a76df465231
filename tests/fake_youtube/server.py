"""A local stand-in for YouTube that the real libraries talk to, unchanged and without internet."""

from __future__ import annotations

import fnmatch
import re
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.fake_youtube import site
from tests.fake_youtube.messages import Answer
from tests.fake_youtube.transport import Server

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.fake_youtube.messages import Handler, Request
    from tests.fake_youtube.videos import Playlist, Trouble, Video


class Refusal(StrEnum):
    """How YouTube refuses an address."""

    BOT_CHECK = "bot_check"
    CAPTCHA = "captcha"
    TOO_MANY_REQUESTS = "too_many_requests"
    OTHER_VIDEO = "other_video"
    """The player answers with another video than was asked for."""
    TRY_AGAIN_LATER = "try_again_later"


@dataclass(frozen=True, slots=True)
class Route:
    """Which requests a handler takes: a host with `*`, and a pattern of the whole path."""

    host: str
    path: re.Pattern[str]
    name: str
    handler: Handler


class FakeYouTube:
    """Serves `videos` and `playlists` on one port, as origin, proxy and TLS-ending CONNECT proxy.

    Give clients `environment()`, or `url` as their proxy and `ca_file` as their CA bundle. The
    name in a proxy address (`url_for("home")`) is the network that a request comes from; without
    one it is the client's own address. `requests` are all that came, in their order.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.videos: dict[str, Video] = {}
        self.playlists: dict[str, Playlist] = {}
        self.api_keys: dict[str, str | None] = {}
        """Keys of the Data API, each with the reason for which it is refused, or None."""
        self.troubles: tuple[Trouble, ...] = ()
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._met: Counter[tuple[str, str | None]] = Counter()
        self._blocks: dict[str | None, Refusal] = {}
        self._routes: list[Route] = []
        self._ended = threading.Event()
        self._folder = tempfile.TemporaryDirectory(prefix="fake-youtube-")
        self.ca_file = Path(self._folder.name) / "ca.pem"
        self._server = Server((host, port), self._answer, self._serves)
        self._server.certificates.write_to(self.ca_file)
        self.host, self.port = self._server.server_address[0], self._server.server_address[1]
        self.url = self.url_for(None)
        site.add_routes(self)

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()

    def url_for(self, network: str | None) -> str:
        """Return the address of this proxy for a client that is in `network`."""
        name = f"{network}:secret@" if network else ""
        return f"http://{name}{self.host!s}:{self.port}"

    def environment(self, network: str | None = None) -> dict[str, str]:
        """Return the variables with which an unchanged program reaches this server only."""
        proxy, local = self.url_for(network), "127.0.0.1,localhost,::1"
        names = ("HTTPS_PROXY", "HTTP_PROXY")
        bundles = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
        return {
            **{name: proxy for upper in names for name in (upper, upper.lower())},
            **dict.fromkeys(("NO_PROXY", "no_proxy"), local),
            **dict.fromkeys(bundles, str(self.ca_file)),
        }

    def add(self, *videos: Video) -> Video:
        """Hold these videos; return the first."""
        self.videos.update((video.id, video) for video in videos)
        return videos[0]

    def add_playlist(self, playlist: Playlist) -> Playlist:
        self.playlists[playlist.id] = playlist
        return playlist

    def route(self, host: str, path: str, handler: Handler, name: str | None = None) -> None:
        """Give requests to `handler`: of hosts like `host` (`*` is any part), paths like `path`.

        `path` is a regular expression of the whole path; its match is `request.match`. A route
        added later goes first. `name` is the endpoint in `requests`, by default the host.
        """
        route = Route(host, re.compile(path), name or host, handler)
        with self._lock:
            self._routes.insert(0, route)

    def block(self, network: str | None = None, how: Refusal = Refusal.BOT_CHECK) -> None:
        """Refuse a network, or (None) everybody, until `unblock` of the same."""
        with self._lock:
            self._blocks[network] = how

    def unblock(self, network: str | None = None) -> None:
        with self._lock:
            self._blocks.pop(network, None)

    def refusal_of(self, request: Request) -> Refusal | None:
        """Return how the sender is refused; an account's cookies get round a block."""
        with self._lock:
            refusal = self._blocks.get(request.network) or self._blocks.get(None)
        return None if request.is_signed_in else refusal

    @property
    def requests(self) -> list[Request]:
        with self._lock:
            return list(self._requests)

    def requests_of(
        self, endpoint: str | None = None, video_id: str | None = None, network: str | None = None
    ) -> list[Request]:
        """Return those requests that have all of the values given."""
        wanted = {"endpoint": endpoint, "video_id": video_id, "network": network}
        given = {name: value for name, value in wanted.items() if value is not None}
        return [
            request
            for request in self.requests
            if all(getattr(request, name) == value for name, value in given.items())
        ]

    def reset(self) -> None:
        """Hold nothing again, refuse nobody, and forget all requests; added routes stay."""
        for held in (self.videos, self.playlists, self.api_keys):
            held.clear()
        self.troubles = ()
        with self._lock:
            self._blocks.clear()
        self.forget_requests()

    def forget_requests(self) -> None:
        with self._lock:
            self._requests.clear()
            self._met.clear()

    def _serves(self, host: str) -> bool:
        with self._lock:
            return any(fnmatch.fnmatchcase(host, route.host) for route in self._routes)

    def _answer(self, request: Request) -> Answer | None:
        if request.host in {"", "localhost", self.host}:  # as an origin it is the site itself
            request.host = "www.youtube.com"
        route = self._route_of(request)
        if route:
            request.endpoint = route.name
        request.video_id = site.video_id_of(request)
        with self._lock:
            self._requests.append(request)
        if route is None:
            return Answer(status=502 if request.method == "CONNECT" else 404, body=b"no such page")
        trouble = self._trouble_of(request)
        if trouble and trouble.delay:
            self._ended.wait(trouble.delay)
        if trouble and trouble.drops:
            return None
        if trouble and trouble.answer:
            return trouble.answer
        return route.handler(request)

    def _route_of(self, request: Request) -> Route | None:
        with self._lock:
            routes = list(self._routes)
        for route in routes:
            if fnmatch.fnmatchcase(request.host, route.host) and (
                match := route.path.fullmatch(request.path)
            ):
                request.match = match
                return route
        return None

    def _trouble_of(self, request: Request) -> Trouble | None:
        video = self.videos.get(request.video_id or "")
        troubles: Iterable[Trouble] = (*self.troubles, *(video.troubles if video else ()))
        for trouble in troubles:
            if trouble.endpoints and request.endpoint not in trouble.endpoints:
                continue
            if trouble.networks and request.network not in trouble.networks:
                continue
            with self._lock:
                key = request.endpoint, request.video_id
                self._met[key] += 1
                if trouble.first is None or self._met[key] <= trouble.first:
                    return trouble
        return None
