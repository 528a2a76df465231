"""The library folder: its files, what their names say, and the fetcher that serves them."""

from vidwiz_local.library.fetcher import LibraryFetcher, LibrarySettings

__all__ = ["LibraryFetcher", "LibrarySettings"]
