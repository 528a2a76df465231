"""The fetcher that uses yt-dlp: YouTube, and every other site that yt-dlp knows."""

from vidwiz_youtube.ytdlp.fetcher import YtDlpFetcher

__all__ = ["YtDlpFetcher"]
