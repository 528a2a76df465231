"""Summaries, notes and answers by extraction: the provider that needs no model and no network."""

from vidwiz_local.extractive.provider import ExtractiveProvider

__all__ = ["ExtractiveProvider"]
