"""Who does the work: the plugins that this process asks, and how they are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Handling, PluginError
from vidwiz.plugin_host.sites import Sites
from vidwiz.tasks.types import OWN_FAILURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import LLMProvider, MetadataFetcher, TranscriptFetcher
    from vidwiz.plugin_host.chain import Chain
    from vidwiz.ports import PartStore, TokenCount


@dataclass(frozen=True, slots=True)
class Providers:
    """Fetchers in the order in which they are asked, the LLM provider, and who calls them.

    `tokens` counts what the LLM provider's calls use; `parts` keeps what is paid for.
    """

    metadata_fetchers: list[MetadataFetcher]
    transcript_fetchers: list[TranscriptFetcher]
    llm: LLMProvider | None
    chain: Chain
    tokens: TokenCount
    parts: PartStore
    user_daily_videos: int = 200
    """How many new videos a user's imports may bring a day."""
    allowed_sites: Sequence[str] | None = None
    """Whose videos may become known; None for all that a fetcher knows."""

    @property
    def sites(self) -> Sites:
        """Who tells which video an address names, and who knows lists."""
        return Sites((*self.metadata_fetchers, *self.transcript_fetchers), self.allowed_sites)

    def require_llm(self) -> LLMProvider:
        """Return the LLM provider; raise `PluginError` (`no_provider`) when there is none."""
        if self.llm is None:
            row = OWN_FAILURES["no_provider"]
            raise PluginError("no_provider", row.message, handling=Handling.OPERATOR)
        return self.llm
