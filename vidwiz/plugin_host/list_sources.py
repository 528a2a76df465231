"""Which fetchers know a playlist or channel by its address, and what they may say of it."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Capability, ListedVideo, PluginError, VideoList, VideoRef
from vidwiz.plugin_host.calls import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import Fetcher

log = logging.getLogger(__name__)

# It is asked without the network, while somebody waits.
LOOK_SECONDS = 2.0
LONGEST_URL = 2048


def knowing(fetchers: Sequence[Fetcher], url: str) -> list[Fetcher]:
    """Return those that know the list at this address, in their order; asks no site."""
    if len(url) > LONGEST_URL:
        return []
    able = [fetcher for fetcher in fetchers if Capability.LISTS in fetcher.info.capabilities]
    return [fetcher for fetcher in able if _knows(fetcher, url)]


def _knows(fetcher: Fetcher, url: str) -> bool:
    look = Call(fetcher, partial(fetcher.knows_list, url))
    look.start()
    if not look.finish(LOOK_SECONDS):
        log.warning("a fetcher hangs at an address", extra={"plugin": fetcher.info.name})
        return False
    try:
        return look.result() is True
    except Exception:
        log.exception("a fetcher crashed at an address", extra={"plugin": fetcher.info.name})
        return False


def checked(found: object) -> VideoList:
    """Return what a plugin gave as a list; raise `PluginError` when it is none."""
    if (
        isinstance(found, VideoList)
        and isinstance(found.key, str)
        and found.key
        and isinstance(found.title, str | None)
        and all(_is_listed(video) for video in found.videos)
    ):
        return found
    raise PluginError("fetcher_crash")


def _is_listed(video: object) -> bool:
    return (
        isinstance(video, ListedVideo)
        and isinstance(video.ref, VideoRef)
        and isinstance(video.title, str | None)
        and isinstance(video.duration, int | float | None)
        and all(isinstance(part, str) for part in (video.ref.site, video.ref.id, video.ref.url))
    )
