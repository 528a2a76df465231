"""What can be set: the key, the model and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from vidwiz.plugin_api import Secret

ANTHROPIC_URL: Final = "https://api.anthropic.com"
DEFAULT_MODEL: Final = "claude-haiku-4-5"
SCHEMA_LEVELS: Final = ("auto", "json_schema", "tool", "prompt")
SHORTEST_WINDOW: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AnthropicSettings:
    """Raises `ValueError` for what cannot work; no message repeats a value."""

    base_url: str | None = None
    api_key: Secret | None = None
    model: str = DEFAULT_MODEL
    context_tokens: int = 200_000
    """How many tokens the model reads and writes in one call."""
    timeout_seconds: float = 120.0
    """How long the server may send nothing."""
    max_retries: int = 0
    """Retries within a call; VidWiz itself tries again later, and honours what is asked for."""
    schema: str = "auto"
    cache: bool = True
    """Whether the part of a prompt that all prompts about a video share is marked for the cache."""
    proxy: Secret | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("base_url must begin with http:// or https:// and name a server")
        if "@" in parts.netloc or parts.query:
            raise ValueError("base_url must hold no key or password; that is api_key")
        if self.schema not in SCHEMA_LEVELS:
            raise ValueError(f"schema is one of {', '.join(SCHEMA_LEVELS)}")
        if not self.model.strip():
            raise ValueError("model is empty")
        _check_range("context_tokens", self.context_tokens, SHORTEST_WINDOW, 100_000_000)
        _check_range("timeout_seconds", self.timeout_seconds, 0.1, 600)
        _check_range("max_retries", self.max_retries, 0, 1)
        key = self.key
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise ValueError("api_key has characters that no key has")

    @property
    def url(self) -> str:
        """Return the address that all requests begin with; the library adds `/v1`."""
        return (self.base_url or ANTHROPIC_URL).strip().rstrip("/").removesuffix("/v1")

    @property
    def key(self) -> str:
        """Return the key, empty when there is none."""
        return self.api_key.reveal().strip() if self.api_key else ""

    @property
    def is_anthropic(self) -> bool:
        """Say whether the server is Anthropic's own."""
        return self.host == urlsplit(ANTHROPIC_URL).hostname

    @property
    def host(self) -> str:
        """Return the server's name."""
        return urlsplit(self.url).hostname or ""


def _check_range(field: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ValueError(f"{field} must be from {least} to {most}")
