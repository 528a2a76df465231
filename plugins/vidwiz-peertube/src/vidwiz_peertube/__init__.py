"""VidWiz plugin for videos on PeerTube."""
