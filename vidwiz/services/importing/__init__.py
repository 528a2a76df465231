"""Importing many videos at once, and keeping up with playlists and channels."""
