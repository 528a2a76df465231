"""The instances that the operator lists: where each is, and how a video of it is named."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from vidwiz.plugin_api import VideoRef

SITE = "peertube"
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,60}[a-z0-9])?")
"""With a port and the UUID of a video, its name keeps within the 100 characters of an id."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHORT = re.compile(r"[1-9a-km-zA-HJ-NP-Z]{10,22}")
_VIDEO = re.compile(r"/(?:w|videos/watch|videos/embed|api/v1/videos)/([0-9a-zA-Z-]{10,36})/?")
_ALPHABET = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
"""Of PeerTube's short UUIDs: base 58 as the npm package short-uuid has it by default."""
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance: `base` is its address without a path.

    One that is named by its host alone has to be on the internet; where its whole address is
    given, the operator has said that it may be in a network of theirs.
    """

    base: str
    host: str
    port: int
    may_be_private: bool

    @property
    def key(self) -> str:
        """How the ids of its videos begin: with its host, and its port where that is unusual."""
        return self.host if self.port in _PORTS.values() else f"{self.host}_{self.port}"

    def ref(self, video: uuid.UUID) -> VideoRef:
        """Return how one of its videos is named."""
        return VideoRef(SITE, f"{self.key}_{video}", f"{self.base}/videos/watch/{video}")


def parse(text: str) -> Instance:
    """Return the instance that a host or an address without a path names; raise `ValueError`."""
    whole = "://" in text
    parts = urlsplit(text if whole else f"https://{text}")
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or parts.path not in ("", "/") or parts.query or parts.username:
        raise ValueError(f"instances: {text} is neither a host nor an address without a path")
    if not _HOST.fullmatch(host):
        raise ValueError(f"instances: {host or text} is no host of at most 62 letters")
    port = parts.port or _PORTS[parts.scheme]
    suffix = "" if port == _PORTS[parts.scheme] else f":{port}"
    return Instance(f"{parts.scheme}://{host}{suffix}", host, port, whole)


def video_of(url: str, instances: tuple[Instance, ...]) -> VideoRef | None:
    """Return which video of these instances an address names."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    match = _VIDEO.fullmatch(parts.path)
    if parts.scheme not in _PORTS or parts.username is not None or match is None:
        return None
    video = _uuid(match[1])
    if video is None:
        return None
    for instance in instances:
        if host == instance.host and _is_port_of(port, instance):
            return instance.ref(video)
    return None


def _is_port_of(port: int | None, instance: Instance) -> bool:
    # `http://` addresses of an instance on https are the same videos.
    return port == instance.port or {port, instance.port} <= set(_PORTS.values())


def locate(ref: VideoRef, instances: tuple[Instance, ...]) -> tuple[Instance, str] | None:
    """Return the instance and the UUID that a `VideoRef` of `Instance.ref` names."""
    key, _, video = ref.id.rpartition("_")
    if not _UUID.fullmatch(video):
        return None
    return next(((i, video) for i in instances if i.key == key), None)


def _uuid(text: str) -> uuid.UUID | None:
    if _UUID.fullmatch(text.lower()):
        return uuid.UUID(text)
    if not _SHORT.fullmatch(text):
        return None
    number = 0
    for character in text:
        number = number * len(_ALPHABET) + _ALPHABET.index(character)
    return uuid.UUID(int=number) if number < 2**128 else None
