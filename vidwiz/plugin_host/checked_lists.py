"""What a plugin may say of a playlist or channel."""

from __future__ import annotations

from vidwiz.plugin_api import ListedVideo, PluginError, VideoList


def checked(found: object) -> VideoList:
    """Return what a plugin gave as a list; raise `PluginError` when it is none.

    Whether each reference names a video is for `Sites.of_ref` to say.
    """
    if (
        isinstance(found, VideoList)
        and isinstance(found.key, str)
        and found.key
        and isinstance(found.title, str | None)
        and all(map(_is_listed, found.videos))
    ):
        return found
    raise PluginError("fetcher_crash")


def _is_listed(video: object) -> bool:
    return (
        isinstance(video, ListedVideo)
        and isinstance(video.title, str | None)
        and isinstance(video.duration, int | float | None)
    )
