"""The VidWiz plugin for OpenAI and the servers that speak its Chat Completions API."""

from vidwiz_openai.provider import OpenAIProvider

__all__ = ["OpenAIProvider"]
