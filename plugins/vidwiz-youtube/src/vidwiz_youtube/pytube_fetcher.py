"""The fetcher `pytube`: metadata and captions by the library of that name, where it still works."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import parse_qs, urlsplit

from vidwiz.plugin_api import (
    MetadataFetcher,
    PluginError,
    PluginInfo,
    Transcript,
    TranscriptFetcher,
    VideoMetadata,
)
from vidwiz_captions import parse
from vidwiz_youtube.failures_pytube import by_player, classified
from vidwiz_youtube.player import seen
from vidwiz_youtube.refs import SITE, chapters_of, is_video_id, watch_url
from vidwiz_youtube.settings import RequestSettings
from vidwiz_youtube.tracks import CaptionTrack, choose_track

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vidwiz.plugin_api import VideoRef

T = TypeVar("T")


class PytubeFetcher(MetadataFetcher, TranscriptFetcher):
    """Asks as pytube's last version (2023) does, which YouTube has mostly refused since 2024."""

    info: ClassVar = PluginInfo(
        name="pytube",
        title="YouTube by pytube (unmaintained since 2023, mostly refused; not asked by default)",
        sites=(SITE,),
        timeout_seconds=45.0,
    )
    Settings: ClassVar = RequestSettings
    settings: RequestSettings

    def preload(self) -> None:
        import langcodes  # noqa: F401, PLC0415

        from vidwiz_youtube import pytube_video  # noqa: F401, PLC0415

    def describe(self) -> Mapping[str, str]:
        return {"pytube": f"{version('pytube')}, the last one; it is not maintained"}

    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        return self._ask(ref, _metadata)

    def fetch_transcript(self, ref: VideoRef, languages: Sequence[str]) -> Transcript:
        return self._ask(ref, lambda video: _transcript(video, languages))

    def _ask(self, ref: VideoRef, read: Callable[[Any], T]) -> T:
        from vidwiz_youtube.pytube_video import Video  # noqa: PLC0415 - takes 100 ms
        from vidwiz_youtube.web import Session  # noqa: PLC0415 - takes 90 ms

        if not is_video_id(ref.id):
            raise PluginError("invalid_id")
        with Session(self.settings) as session:
            try:
                video = Video(watch_url(ref.id), session)
                _refuse_unplayable(video)
                return read(video)
            except PluginError:
                raise
            except Exception as exc:
                failure = classified(exc, session, ref.id)
                if failure is None:
                    raise
                raise failure from exc


def _refuse_unplayable(video: Any) -> None:  # noqa: ANN401 - untyped library
    """Raise what the player says; pytube itself takes most refusals for videos without a title."""
    if seen(video.vid_info).refusal(video.video_id):
        video.check_availability()
        raise by_player(video.vid_info, video.watch_html, video.video_id)


def _metadata(video: Any) -> VideoMetadata:  # noqa: ANN401 - untyped library
    published = video.publish_date
    description = video.description
    length = float(video.length) or None
    return VideoMetadata(
        id=video.video_id,
        title=video.title,
        channel=video.author,
        channel_url=video.channel_url if video.channel_id else None,
        uploader=video.author,
        duration=length,
        thumbnail=video.thumbnail_url,
        view_count=video.views,
        upload_date=f"{published:%Y%m%d}" if published else None,
        description=description or None,
        chapters=chapters_of(description, length),
        webpage_url=watch_url(video.video_id),
    )


def _transcript(video: Any, languages: Sequence[str]) -> Transcript:  # noqa: ANN401 - untyped library
    state = seen(video.vid_info)
    tracks = [_track(caption) for caption in video.caption_tracks]
    chosen = choose_track(tracks, languages, state.spoken)
    if chosen is None or not state.is_over:
        raise by_player(video.vid_info, video.watch_html, video.video_id)
    caption: Any = chosen.key
    content = json.dumps(caption.json_captions).encode()
    return Transcript(parse(content, "json3", name="YouTube's answer"), chosen.language)


def _track(caption: Any) -> CaptionTrack:  # noqa: ANN401 - untyped library
    query = parse_qs(urlsplit(caption.url).query)
    return CaptionTrack(query["lang"][0], query.get("kind") == ["asr"], caption)
