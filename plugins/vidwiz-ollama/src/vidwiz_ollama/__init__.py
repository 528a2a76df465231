"""The VidWiz plugin for models that run in Ollama."""

from vidwiz_ollama.provider import OllamaProvider

__all__ = ["OllamaProvider"]
