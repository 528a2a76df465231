"""The VidWiz plugin for the models of Anthropic."""

from vidwiz_anthropic.provider import AnthropicProvider

__all__ = ["AnthropicProvider"]
