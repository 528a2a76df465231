"""VidWiz plugin for models that run in Ollama."""
