"""The watch page, which browsers and libraries read, and what stands in for it."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

from tests.fake_youtube.player import API_KEY, VISITOR

if TYPE_CHECKING:
    from tests.fake_youtube.videos import Video

PLAYER_SCRIPT = "/s/player/0004de42/player_ias.vflset/en_US/base.js"
CONFIGURATION = {
    "INNERTUBE_API_KEY": API_KEY,
    "INNERTUBE_API_VERSION": "v1",
    "INNERTUBE_CLIENT_NAME": "WEB",
    "INNERTUBE_CLIENT_VERSION": "2.20260708.00.00",
    "INNERTUBE_CONTEXT": {
        "client": {
            "hl": "en",
            "gl": "US",
            "clientName": "WEB",
            "clientVersion": "2.20260708.00.00",
            "visitorData": VISITOR,
        }
    },
    "INNERTUBE_CONTEXT_CLIENT_NAME": 1,
    "VISITOR_DATA": VISITOR,
    "LOGGED_IN": False,
    "STS": 20000,
    "PLAYER_JS_URL": PLAYER_SCRIPT,
}

CAPTCHA_PAGE = (
    '<html><body><form><div class="g-recaptcha" data-sitekey="x"></div></form></body></html>'
)
SORRY_PAGE = (
    "<html><head><title>Sorry...</title></head><body>We're sorry... but your computer or network"
    " may be sending automated queries.</body></html>"
)
CONSENT_PAGE = (
    '<html><form action="https://consent.youtube.com/s" method="POST">'
    '<input type="hidden" name="v" value="cb.20240101-00-p0.en+FX+000"></form></html>'
)
CHANGED_PAGE = "<!DOCTYPE html><html><head><title>YouTube</title></head><body>Hello.</body></html>"
"""A page without all that libraries look for, as after a change of the site."""


def page(
    title: str, initial_data: object, player: dict[str, Any] | None = None, head: str = ""
) -> str:
    """Return a page of the site with what scripts find in it."""
    scripts = [f"ytcfg.set({_in_script(CONFIGURATION)});"]
    if player is not None:
        scripts.append(f"var ytInitialPlayerResponse = {_in_script(player)};")
    scripts.append(f"var ytInitialData = {_in_script(initial_data)};")
    elements = "".join(f'<script nonce="x">{script}</script>\n' for script in scripts)
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{html.escape(title)} - YouTube</title>'
        f"\n{head}</head><body>\n{elements}</body></html>"
    )


def watch_page(video: Video | None, video_id: str, player: dict[str, Any]) -> str:
    title = video.title if video else "YouTube"
    escaped = html.escape(title)
    head = (
        f'<meta name="title" content="{escaped}"><meta property="og:title" content="{escaped}">\n'
        f'<meta property="og:url" content="https://www.youtube.com/watch?v={video_id}">\n'
    )
    if video:
        head += f'<meta itemprop="datePublished" content="{video.published:%Y-%m-%d}">\n'
    return page(title, next_response(video), player, head)


def next_response(video: Video | None) -> dict[str, Any]:
    """Return what stands beside the player: the channel and the chapters."""
    contents = [] if video is None else [_primary(video), _secondary(video)]
    return {
        "contents": {"twoColumnWatchNextResults": {"results": {"results": {"contents": contents}}}},
        "engagementPanels": [_chapters(video)] if video and video.chapters else [],
    }


def _primary(video: Video) -> dict[str, Any]:
    views = {"videoViewCountRenderer": {"viewCount": {"simpleText": f"{video.views:,} views"}}}
    return {
        "videoPrimaryInfoRenderer": {
            "title": {"runs": [{"text": video.title}]},
            "viewCount": views,
            "dateText": {
                "simpleText": f"{video.published:%b} {video.published.day}, {video.published.year}"
            },
        }
    }


def _secondary(video: Video) -> dict[str, Any]:
    channel = video.channel
    owner = {
        "title": {"runs": [{"text": channel.title}]},
        "subscriberCountText": {"simpleText": "12K subscribers"},
        "navigationEndpoint": {
            "browseEndpoint": {
                "browseId": channel.id,
                "canonicalBaseUrl": f"/{channel.handle}",
            }
        },
    }
    return {
        "videoSecondaryInfoRenderer": {
            "owner": {"videoOwnerRenderer": owner},
            "metadataRowContainer": {"metadataRowContainerRenderer": {"rows": []}},
        }
    }


def _chapters(video: Video) -> dict[str, Any]:
    items = [
        {
            "macroMarkersListItemRenderer": {
                "title": {"simpleText": title},
                "timeDescription": {"simpleText": clock(start)},
            }
        }
        for start, title in video.chapters
    ]
    return {
        "engagementPanelSectionListRenderer": {
            "panelIdentifier": "engagement-panel-macro-markers-description-chapters",
            "content": {"macroMarkersListRenderer": {"contents": items}},
        }
    }


def clock(seconds: float) -> str:
    """Return a time as the site writes it: `1:05`, `2:01:05`."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def _in_script(content: object) -> str:
    return json.dumps(content).replace("</", "<\\/")
