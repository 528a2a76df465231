"""VidWiz plugins for YouTube; registers nothing yet."""
