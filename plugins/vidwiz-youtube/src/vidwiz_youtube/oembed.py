"""The fetcher `oembed`: title and channel, without a key and seldom refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from vidwiz.plugin_api import MetadataFetcher, PluginError, PluginInfo, VideoMetadata
from vidwiz_youtube.failures import of_request
from vidwiz_youtube.failures_oembed import of_answer
from vidwiz_youtube.refs import SITE, is_video_id, watch_url
from vidwiz_youtube.settings import RequestSettings

if TYPE_CHECKING:
    from vidwiz.plugin_api import VideoRef

ADDRESS = "https://www.youtube.com/oembed"


class OEmbedFetcher(MetadataFetcher):
    """Asks the service that other sites ask when they embed a video."""

    info: ClassVar = PluginInfo(
        name="oembed", title="YouTube title and channel (oEmbed)", sites=(SITE,)
    )
    Settings: ClassVar = RequestSettings
    settings: RequestSettings

    def preload(self) -> None:
        from vidwiz_youtube import web  # noqa: F401, PLC0415

    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        from vidwiz_youtube.web import Session  # noqa: PLC0415 - takes 90 ms

        if not is_video_id(ref.id):
            raise PluginError("invalid_id")
        url = watch_url(ref.id)
        with Session(self.settings) as session:
            try:
                answer = session.get(ADDRESS, params={"url": url, "format": "json"})
            except OSError as exc:  # of which all exceptions of requests are
                failure = of_request(exc)
                if failure is None:
                    raise
                raise failure from exc
        return _metadata(of_answer(answer), ref.id)


def _metadata(content: dict[str, Any], video_id: str) -> VideoMetadata:
    def text(name: str) -> str | None:
        value = content.get(name)
        return value if isinstance(value, str) and value else None

    return VideoMetadata(
        id=video_id,
        title=text("title"),
        channel=text("author_name"),
        channel_url=text("author_url"),
        uploader=text("author_name"),
        thumbnail=text("thumbnail_url"),
        webpage_url=watch_url(video_id),
    )
