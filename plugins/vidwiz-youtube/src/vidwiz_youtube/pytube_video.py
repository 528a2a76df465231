"""pytube's classes with requests of ours: with time limits, and nothing changed for the process.

pytube opens addresses without a time limit, and its proxies count for the whole process.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytube
from pytube.innertube import InnerTube

if TYPE_CHECKING:
    from vidwiz_youtube.web import Session

_HEADERS = {"User-Agent": "Mozilla/5.0", "Accept-Language": "en-US,en"}
"""What pytube sends (`pytube.request`)."""


class _Player(InnerTube):  # type: ignore[misc]
    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def _call_api(self, endpoint: str, query: dict[str, Any], data: dict[str, Any]) -> Any:  # noqa: ANN401
        headers = {**_HEADERS, "Content-Type": "application/json", **self.header}
        url = f"{endpoint}?{urlencode(query)}"
        return _checked(self._session.post(url, json=data, headers=headers)).json()


class _Caption(pytube.Caption):  # type: ignore[misc]
    def __init__(self, track: dict[str, Any], session: Session) -> None:
        super().__init__(track)
        self._session = session

    @property
    def json_captions(self) -> Any:  # noqa: ANN401 - JSON
        url = self.url.replace("fmt=srv3", "fmt=json3")
        return json.loads(_checked(self._session.get(url, headers=_HEADERS)).text)


class Video(pytube.YouTube):  # type: ignore[misc]
    """A video as pytube sees it; raises its exceptions and those of requests."""

    def __init__(self, url: str, session: Session) -> None:
        super().__init__(url)
        self._session = session
        self._player: dict[str, Any] | None = None
        self._page: str | None = None

    @property
    def vid_info(self) -> dict[str, Any]:
        if self._player is None:
            content = _Player(self._session).player(self.video_id)
            self._player = content if isinstance(content, dict) else {}
        return self._player

    @property
    def watch_html(self) -> str:
        if self._page is None:
            self._page = str(_checked(self._session.get(self.watch_url, headers=_HEADERS)).text)
        return self._page

    @property
    def caption_tracks(self) -> list[Any]:
        captions = self.vid_info.get("captions", {}).get("playerCaptionsTracklistRenderer", {})
        return [_Caption(track, self._session) for track in captions.get("captionTracks", [])]


def _checked(answer: Any) -> Any:  # noqa: ANN401 - of requests, which this module does not import
    answer.raise_for_status()
    return answer
