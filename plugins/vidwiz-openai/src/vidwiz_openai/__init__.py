"""VidWiz plugin for OpenAI and compatible servers; registers nothing yet."""
