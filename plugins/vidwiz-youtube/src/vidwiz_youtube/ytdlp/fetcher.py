"""The yt-dlp plugin: metadata, captions, addresses, lists and search."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, ClassVar, TypeVar

from vidwiz.plugin_api import (
    Capability,
    ListedVideo,
    MetadataFetcher,
    PluginError,
    PluginInfo,
    Transcript,
    TranscriptFetcher,
    VideoList,
    VideoMetadata,
    VideoRef,
)
from vidwiz_youtube import failures, refs
from vidwiz_youtube.failures_ytdlp import ELSEWHERE, UNREADABLE, Meaning, refusal_in, unplayable
from vidwiz_youtube.tracks import choose_track
from vidwiz_youtube.ytdlp import captions, description, installed
from vidwiz_youtube.ytdlp.settings import YtDlpSettings
from vidwiz_youtube.ytdlp.sites import Sites
from vidwiz_youtube.ytdlp.youtube_lists import youtube_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vidwiz_youtube.ytdlp.client import Client, Info

_YOUTUBE = "Youtube"  # yt-dlp's key of the extractor
_GONE = frozenset({"private", "removed", "terminated", "invalid_id"})
_NEEDED = (
    "vidwiz_youtube.ytdlp.lists",
    "yt_dlp.extractor.youtube",
    "defusedxml.ElementTree",
    "deno",
    "langcodes.language_distance",
)
"""What calls for YouTube import. The patterns of other sites are 6 MB, for whoever needs them."""

_Result = TypeVar("_Result")


class YtDlpFetcher(MetadataFetcher, TranscriptFetcher):
    """Fetches from YouTube and every other site that yt-dlp knows."""

    info: ClassVar[PluginInfo] = PluginInfo(
        name="yt-dlp",
        title="yt-dlp: YouTube and some 1,600 other sites",
        capabilities=frozenset({Capability.RESOLVE, Capability.SEARCH, Capability.LISTS}),
        timeout_seconds=45.0,
        paced=True,
    )
    Settings: ClassVar[type] = YtDlpSettings

    settings: YtDlpSettings

    def __init__(self, settings: YtDlpSettings) -> None:
        super().__init__(settings)
        self._sites = Sites()

    def check(self) -> None:
        installed.check(self.settings)

    def preload(self) -> None:
        for name in _NEEDED:
            importlib.import_module(name)

    def describe(self) -> Mapping[str, str]:
        return installed.describe()

    def resolve(self, url: str) -> VideoRef | None:
        try:
            return self._sites.video(url)
        except Exception:  # noqa: BLE001 - the code of 1,750 extractors; never to raise
            return None

    def knows_list(self, url: str) -> bool:
        try:
            match = self._sites.match(url)
        except Exception:  # noqa: BLE001 - as above
            match = None
        return youtube_list(url) is not None or (match is not None and match.is_list)

    def search(self, title: str, limit: int) -> Sequence[ListedVideo]:
        from vidwiz_youtube.ytdlp.lists import Lists  # noqa: PLC0415 - large

        return Lists(self.settings, self._sites).search(title, limit)

    def expand(self, url: str, newest: int | None = None) -> VideoList:
        from vidwiz_youtube.ytdlp.lists import Lists  # noqa: PLC0415 - large

        return Lists(self.settings, self._sites).expand(url, newest)

    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        url, _ = self._target(ref)

        def describe(client: Client, info: Info) -> VideoMetadata:
            metadata = description.metadata(info, video_id=ref.id, url=url)
            is_whole = bool(metadata.title and (metadata.channel or metadata.duration))
            refusal = refusal_in(client.log.warnings, is_youtube=client.is_youtube)
            if refusal and (refusal.opens_breaker or refusal.code in _GONE or not is_whole):
                raise refusal
            if not metadata.title:
                raise UNREADABLE.error(is_youtube=client.is_youtube)
            return metadata

        return self._with_info(ref, describe)

    def fetch_transcript(self, ref: VideoRef, languages: Sequence[str]) -> Transcript:
        def read(client: Client, info: Info) -> Transcript:
            _require_over(info, is_youtube=client.is_youtube)
            tracks = captions.tracks_of(info)
            track = choose_track(tracks, languages, _language_of(info))
            if track is None:
                raise _why_none(client, info)
            return captions.transcript(track, client.read, is_youtube=client.is_youtube)

        return self._with_info(ref, read)

    def _with_info(self, ref: VideoRef, use: Callable[[Client, Info], _Result]) -> _Result:
        """Return what `use` makes of what yt-dlp says of a video; raise `PluginError`.

        A page of YouTube that cannot be read may be one with its JavaScript run.
        """
        try:
            return self._ask(ref, use, with_javascript=False)
        except PluginError as error:
            if ref.site != refs.SITE or error.code != "parse_error":
                raise
        return self._ask(ref, use, with_javascript=True)

    def _ask(
        self, ref: VideoRef, use: Callable[[Client, Info], _Result], *, with_javascript: bool
    ) -> _Result:
        from vidwiz_youtube.ytdlp.client import Client  # noqa: PLC0415 - large

        url, key = self._target(ref)
        with Client(self.settings, with_javascript=with_javascript) as client:
            info = client.video(url, key)
            if key == _YOUTUBE and info.get("id") != ref.id:
                # A film that is for sale gives its trailer instead.
                raise Meaning("premium_only").error(is_youtube=True)
            return use(client, info)

    def _target(self, ref: VideoRef) -> tuple[str, str]:
        """Return what yt-dlp is asked, and its extractor; raise where `ref` is none of ours."""
        if ref.site == refs.SITE:
            if not refs.is_video_id(ref.id):
                raise PluginError("invalid_id")
            return refs.watch_url(ref.id), _YOUTUBE
        match = self._sites.match(ref.url)
        if match is None or (match.site, match.id) != (ref.site, ref.id):
            raise ELSEWHERE.error(is_youtube=False)
        return ref.url, match.key


def _require_over(info: Info, *, is_youtube: bool) -> None:
    """Raise while a stream has not begun or is not over: it has no captions, or a part of them."""
    status = description.live_status(info)
    if status == "is_upcoming":
        raise failures.not_started(description.starts_at(info))
    if status in ("is_live", "post_live"):
        raise Meaning("live_now").error(is_youtube=is_youtube)


def _language_of(info: Info) -> str | None:
    language = info.get("language")
    return language if isinstance(language, str) else None


def _why_none(client: Client, info: Info) -> PluginError:
    """Return why a video has no captions: refused, not made yet, or none."""
    refusal = refusal_in(client.log.warnings, is_youtube=client.is_youtube)
    if refusal is not None:
        return refusal
    if client.log.refusals:
        return unplayable(client.log.refusals[-1], is_youtube=client.is_youtube)
    if not client.is_youtube:
        # Other sites make none by themselves, so a new video gets none by waiting.
        return PluginError("no_captions")
    return failures.no_captions(description.over_at(info))
