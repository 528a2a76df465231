"""yt-dlp as it is used here: one fresh instance a call, writing nothing, asking public hosts only.

This module imports yt-dlp.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import yt_dlp
from yt_dlp.extractor import get_info_extractor
from yt_dlp.globals import plugin_dirs
from yt_dlp.utils import YoutubeDLError

from vidwiz.plugin_api import PluginError
from vidwiz_youtube import cookies
from vidwiz_youtube.failures_ytdlp import NO_LIST, UNREADABLE, failure_of
from vidwiz_youtube.ytdlp.guard import GuardedRH
from vidwiz_youtube.ytdlp.installed import deno_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from yt_dlp.networking import RequestDirector

    from vidwiz_youtube.ytdlp.settings import YtDlpSettings

Info = dict[str, Any]

MOST_BYTES = 32 * 1024 * 1024
"""The largest answer that is read whole, as for caption files (`vidwiz_captions.MAX_BYTES`)."""

_MOST_HOPS = 4
"""From one site's page to the other site that plays its video; yt-dlp itself sets no bound."""

# yt-dlp's own plugins, such as those that get PO tokens, count when they are installed beside it.
# What lies in the home folder of whoever runs the worker does not. Each entry is a folder of roots.
plugin_dirs.value = sorted(
    {str(Path(sysconfig.get_path(kind)).parent) for kind in ("purelib", "platlib")}
)


class SeveralVideosError(Exception):
    """An address that was thought to be one video's is that of several."""


class Log:
    """What yt-dlp says. With `ignore_no_formats_error` a refusal is a mere warning."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.refusals: list[str] = []
        """The reasons for which an extractor found nothing to play, as the site words them."""

    def debug(self, message: str) -> None:
        """Drop it."""

    def warning(self, message: str) -> None:
        """Keep it, since it may be why there are no captions."""
        self.warnings.append(message)

    def error(self, message: str) -> None:
        """Drop it; the same is raised."""


class _QuietDownloader(yt_dlp.YoutubeDL):  # type: ignore[misc]
    def build_request_director(self, handlers: Any, preferences: Any = None) -> RequestDirector:  # noqa: ANN401, ARG002
        return super().build_request_director((GuardedRH,), preferences)

    def save_cookies(self) -> None:
        # The operator's file stays as it is: many processes read it.
        return


class Client:
    """Use as a context manager, for one call and in one thread."""

    def __init__(
        self, settings: YtDlpSettings, *, with_javascript: bool = False, newest: int | None = None
    ) -> None:
        self.log = Log()
        self.is_youtube = False
        """Whether the last question was about YouTube, for the words of a failure."""
        own = {"logger": self.log, "playlistend": newest}
        options = _options(settings, with_javascript=with_javascript) | own
        # All 1,750 extractors are named to it only where one leads to another (`_follow`).
        self._ydl = _QuietDownloader(options, auto_init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ydl.close()

    def video(self, url: str, key: str) -> Info:
        """Return what yt-dlp's extractor `key` says of one video; raise `PluginError`."""
        with self._explained():
            return self._video(url, key)

    def _video(self, url: str, key: str) -> Info:
        self.is_youtube = key.startswith("Youtube")
        info = self._extract(url, key)
        for _ in range(_MOST_HOPS):
            kind = info.get("_type") or "video"
            if kind == "video":
                return info
            is_list = kind in ("playlist", "multi_video")
            info = _only(info) if is_list else self._follow(info)
        raise YoutubeDLError("the address leads from site to site")

    def flat_list(self, url: str, key: str) -> tuple[Info, list[Info]]:
        """Return a list and its entries, all pages, without asking for any of the videos.

        Raises `PluginError`; of what is not there it speaks as of a list.
        """
        self.is_youtube = key.startswith("Youtube")
        try:
            return self._flat_list(url, key)
        except PluginError as error:
            if error.code != "removed":
                raise
            raise NO_LIST.error(is_youtube=self.is_youtube) from error

    def _flat_list(self, url: str, key: str) -> tuple[Info, list[Info]]:
        with self._explained():
            info = self._extract(url, key)
            for _ in range(_MOST_HOPS):
                if info.get("_type") not in ("url", "url_transparent"):
                    break
                info = self._follow(info)
            # The pages of a list are asked for while its entries are counted.
            entries = itertools.islice(
                info.get("entries") or (), self._ydl.params.get("playlistend")
            )
            return info, [dict(entry) for entry in entries if entry]

    def read(self, url: str) -> bytes:
        """Return what is at `url`, at most `MOST_BYTES` and one; raise `PluginError`.

        A file that is not there is no sign that the video is gone.
        """
        try:
            with self._explained(), self._ydl.urlopen(url) as response:
                content: bytes = response.read(MOST_BYTES + 1)
                return content
        except PluginError as error:
            if error.code != "removed":
                raise
            raise UNREADABLE.error(is_youtube=self.is_youtube) from error

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn whatever yt-dlp raises into the failure that it stands for.

        Whatever: extractors meet pages that they were not written for with any exception.
        """
        try:
            yield
        except Exception as exc:
            said = self.log.warnings
            raise failure_of(exc, said, is_youtube=self.is_youtube) from exc

    def _extract(self, url: str, key: str | None) -> Info:
        if key is not None:
            self._ydl.add_info_extractor(get_info_extractor(key))
            self._listen_to(self._ydl.get_info_extractor(key))
        found = self._ydl.extract_info(url, download=False, process=False, ie_key=key)
        return dict(found or {})

    def _listen_to(self, extractor: Any) -> None:  # noqa: ANN401
        """Keep why an extractor finds nothing to play: among the warnings it looks like any."""
        say = type(extractor).raise_no_formats

        def raise_no_formats(message: object, *args: Any, **named: Any) -> None:  # noqa: ANN401
            self.log.refusals.append(str(message))
            say(extractor, message, *args, **named)

        extractor.raise_no_formats = raise_no_formats

    def _follow(self, info: Info) -> Info:
        self._ydl.add_default_info_extractors()
        found = self._extract(info["url"], info.get("ie_key"))
        if info["_type"] == "url":
            return found
        # `url_transparent`: what the first site said of the video goes before.
        kept = {
            name: value
            for name, value in info.items()
            if value is not None and name not in _NAMES_OF_A_HOP
        }
        return found | kept


_NAMES_OF_A_HOP: Collection[str] = frozenset({"_type", "url", "ie_key", "id", "extractor"})


def _only(info: Info) -> Info:
    entries = [entry for entry in itertools.islice(info.get("entries") or (), 2) if entry]
    if len(entries) != 1:
        raise SeveralVideosError
    return dict(entries[0])


def _options(settings: YtDlpSettings, *, with_javascript: bool) -> dict[str, Any]:
    youtube = {"skip": ["hls", "dash", "translated_subs"]}
    if not with_javascript:
        # Captions need no address of a stream, which is what YouTube's JavaScript is run for: two
        # megabytes to fetch and a second of computing a video.
        youtube["player_skip"] = ["js"]
    options: dict[str, Any] = {
        "quiet": True,
        "noprogress": True,
        "color": "no_color",
        "cachedir": False,
        "skip_download": True,
        "noplaylist": True,
        # Extractors look for captions only when these are wanted.
        "writesubtitles": True,
        "writeautomaticsub": True,
        "ignore_no_formats_error": True,
        "allowed_extractors": ["default", "-generic"],
        "socket_timeout": settings.timeout_seconds,
        # The ledger tries again later; here only a lost packet is worth it.
        **dict.fromkeys(("retries", "extractor_retries", "fragment_retries"), 1),
        "geo_bypass": False,
        "http_headers": {"Accept-Language": "en-US"},
        "js_runtimes": {"deno": {"path": path} if (path := deno_path()) else {}},
        "extractor_args": {"youtube": youtube},
    }
    if settings.proxy:
        options["proxy"] = settings.proxy.reveal()
    if settings.cookies_file:
        # A copy: yt-dlp writes new cookies back into a file that it is given by name, and prints
        # the lines that it cannot read.
        options["cookiefile"] = io.StringIO(
            cookies.as_netscape(cookies.read(settings.cookies_file))
        )
    return options
