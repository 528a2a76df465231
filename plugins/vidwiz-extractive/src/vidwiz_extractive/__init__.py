"""The VidWiz plugin that writes without a model, from the video's own sentences."""

from vidwiz_extractive.provider import ExtractiveProvider

__all__ = ["ExtractiveProvider"]
