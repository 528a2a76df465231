"""VidWiz plugin for videos on PeerTube."""

from vidwiz_peertube.fetcher import PeerTubeFetcher

__all__ = ["PeerTubeFetcher"]
