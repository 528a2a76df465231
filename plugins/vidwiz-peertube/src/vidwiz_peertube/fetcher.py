"""Metadata and captions of the videos on the PeerTube instances that the operator lists."""

from __future__ import annotations

import datetime as dt
import importlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, NoReturn

from vidwiz.plugin_api import (
    Capability,
    Handling,
    MetadataFetcher,
    PluginError,
    PluginInfo,
    PluginUnavailableError,
    Transcript,
    TranscriptFetcher,
)
from vidwiz_peertube import documents, failures, instances

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vidwiz.plugin_api import Chapter, VideoMetadata, VideoRef
    from vidwiz_peertube.http import Client

_SHORTENED = 250
"""Characters from which on the document of a video has the beginning of its description only."""
_DISPENSABLE = ("removed", "invalid_id", "parse_error")
_CAPTIONS_MAY_COME = dt.timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class PeerTubeSettings:
    """What the operator sets: `VIDWIZ_PLUGIN_PEERTUBE_<FIELD>`."""

    instances: tuple[str, ...] = ()
    """Hosts (`framatube.org`), or whole addresses for what is in a network of the operator's."""
    file_hosts: tuple[str, ...] = ()
    """Other hosts on which instances keep caption files (object storage)."""
    request_seconds: float = 5.0

    def __post_init__(self) -> None:
        """Raise `ValueError` for an instance or time that is none."""
        for text in self.instances:
            instances.parse(text)
        if not 0 < self.request_seconds <= 60:  # noqa: PLR2004 - a minute is far above any answer
            raise ValueError("request_seconds is above 0 and up to 60")


class PeerTubeFetcher(MetadataFetcher, TranscriptFetcher):
    """Fetches from the public API of PeerTube, without an account."""

    info: ClassVar[PluginInfo] = PluginInfo(
        name="peertube",
        title="PeerTube instances",
        sites=(instances.SITE,),
        capabilities=frozenset({Capability.RESOLVE}),
        timeout_seconds=30.0,
        paced=True,
    )
    Settings: ClassVar[type] = PeerTubeSettings
    settings: PeerTubeSettings

    def __init__(self, settings: PeerTubeSettings) -> None:
        super().__init__(settings)
        self._instances = tuple(map(instances.parse, settings.instances))

    def check(self) -> None:
        if not self._instances:
            raise PluginUnavailableError(
                "no instance is listed",
                "set VIDWIZ_PLUGIN_PEERTUBE_INSTANCES, such as framatube.org,tilvids.com",
            )

    def preload(self) -> None:
        importlib.import_module("vidwiz_peertube.http")
        importlib.import_module("vidwiz_captions")

    def describe(self) -> Mapping[str, str]:
        return {"instances": ", ".join(instance.base for instance in self._instances)}

    def resolve(self, url: str) -> VideoRef | None:
        return instances.video_of(url, self._instances)

    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        client, path = self._open(ref)
        metadata = documents.metadata(client.json(path), ref, client.instance.base)
        description = metadata.description
        if description is not None and len(description) >= _SHORTENED:
            whole = documents.full_description(_if_there(client, f"{path}/description"))
            metadata = replace(metadata, description=whole or description)
        return replace(metadata, chapters=_chapters(client, path, metadata.duration))

    def fetch_transcript(self, ref: VideoRef, languages: Sequence[str]) -> Transcript:
        from vidwiz_captions import parse  # noqa: PLC0415 - large, and not needed to be loaded

        client, path = self._open(ref)
        found = documents.tracks(client.json(f"{path}/captions"))
        video = client.json(path)
        if not found:
            _refuse_without_captions(video)
        track = documents.choose(found, languages, documents.language(video))
        segments = parse(
            client.file(track.address), "vtt", name="The caption file", language=track.language
        )
        return Transcript(segments, track.language)

    def _open(self, ref: VideoRef) -> tuple[Client, str]:
        """Return what asks the video's instance, and the path of the video's document there."""
        from vidwiz_peertube.http import Client  # noqa: PLC0415 - requests takes 50 ms to import

        found = instances.locate(ref, self._instances)
        if found is None:
            raise PluginError(
                "instance_not_listed",
                "VIDWIZ_PLUGIN_PEERTUBE_INSTANCES does not list this video's instance.",
                handling=Handling.OPERATOR,
            )
        instance, video = found
        client = Client(instance, self.settings.request_seconds, self.settings.file_hosts)
        return client, f"/api/v1/videos/{video}"


def _chapters(client: Client, path: str, duration: float | None) -> tuple[Chapter, ...] | None:
    return documents.chapters(_if_there(client, f"{path}/chapters"), duration)


def _if_there(client: Client, path: str) -> object:
    """Return a document that metadata does without: older instances have no chapters."""
    try:
        return client.json(path)
    except PluginError as error:
        if error.code not in _DISPENSABLE:
            raise
        return None


def _refuse_without_captions(video: object) -> NoReturn:
    state = documents.state(video)
    published = documents.published_at(video)
    if state is not None and state in failures.STATES:
        code = failures.STATES[state]
    elif documents.is_live(video):
        code = "live_now"
    elif published and dt.datetime.now(dt.UTC) - published < _CAPTIONS_MAY_COME:
        code = "captions_not_ready"
    else:
        code = "no_captions"
    raise PluginError(code, retry_at=documents.starts_at(video) if code == "not_started" else None)
