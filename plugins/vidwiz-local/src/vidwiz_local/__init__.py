"""VidWiz plugins that need no network: the library folder and the extractive provider."""
