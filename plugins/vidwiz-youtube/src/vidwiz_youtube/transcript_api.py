"""The fetcher `youtube-transcript-api`: captions by the library of that name."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any, ClassVar

from vidwiz.plugin_api import PluginError, PluginInfo, Transcript, TranscriptFetcher
from vidwiz_captions import parse
from vidwiz_youtube.failures_transcript_api import classified
from vidwiz_youtube.player import seen
from vidwiz_youtube.refs import SITE, is_video_id
from vidwiz_youtube.settings import RequestSettings
from vidwiz_youtube.tracks import CaptionTrack, choose_track

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vidwiz.plugin_api import VideoRef
    from vidwiz_youtube.web import Session


class TranscriptApiFetcher(TranscriptFetcher):
    """Asks the watch page, the player of the Android app and the address of one track."""

    info: ClassVar = PluginInfo(
        name="youtube-transcript-api",
        title="YouTube captions (youtube-transcript-api)",
        sites=(SITE,),
        timeout_seconds=45.0,
    )
    Settings: ClassVar = RequestSettings
    settings: RequestSettings

    def preload(self) -> None:
        import langcodes  # noqa: F401, PLC0415
        import youtube_transcript_api  # noqa: F401, PLC0415

        from vidwiz_youtube import web  # noqa: F401, PLC0415

    def describe(self) -> Mapping[str, str]:
        return {"youtube-transcript-api": version("youtube-transcript-api")}

    def fetch_transcript(self, ref: VideoRef, languages: Sequence[str]) -> Transcript:
        from vidwiz_youtube.web import Session  # noqa: PLC0415 - takes 90 ms

        if not is_video_id(ref.id):
            raise PluginError("invalid_id")
        with Session(self.settings) as session:
            try:
                return _fetch(session, ref.id, languages)
            except PluginError:
                raise
            except Exception as exc:
                failure = classified(exc, session, ref.id)
                if failure is None:
                    raise
                raise failure from exc


def _fetch(session: Session, video_id: str, languages: Sequence[str]) -> Transcript:
    from youtube_transcript_api import YouTubeTranscriptApi  # noqa: PLC0415 - takes 200 ms

    listed: Any = YouTubeTranscriptApi(http_client=session).list(video_id)
    state = seen(_json(session, "player"), session.answers["watch"].text)
    if refusal := state.refusal(video_id):
        raise refusal
    tracks = [CaptionTrack(track.language_code, track.is_generated, track) for track in listed]
    chosen = choose_track(tracks, languages, state.spoken)
    if chosen is None or not state.is_over:
        raise state.without_captions()
    track: Any = chosen.key
    track.fetch()
    # The library's own text has lost what looked like tags, and its times overlap.
    segments = parse(session.answers["timedtext"].content, "srv1", name="YouTube's answer")
    return Transcript(segments, chosen.language)


def _json(session: Session, name: str) -> object:
    return session.answers[name].json()
