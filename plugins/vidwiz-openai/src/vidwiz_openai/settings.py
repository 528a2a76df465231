"""What can be set: the server, its key, the model and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from vidwiz.plugin_api import Secret

OPENAI_URL: Final = "https://api.openai.com/v1"
DEFAULT_MODEL: Final = "gpt-4.1-mini"
"""Cheap, reads a million tokens, and does not think before it answers."""

SCHEMA_LEVELS: Final = ("auto", "json_schema", "json_object", "prompt")
TOKEN_FIELDS: Final = ("max_completion_tokens", "max_tokens")
MOST_RETRIES: Final = 1
SHORTEST_WINDOW: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAISettings:
    """Raises `ValueError` for what cannot work; no message repeats a value."""

    base_url: str | None = None
    api_key: Secret | None = None
    model: str | None = None
    context_tokens: int = 128_000
    """How many tokens the model reads and writes in one call."""
    timeout_seconds: float = 120.0
    """How long the server may send nothing."""
    max_retries: int = 0
    """Retries within a call; VidWiz itself tries again later, and honours what is asked for."""
    schema: str = "auto"
    token_limit_field: str | None = None
    reasoning_effort: str | None = None
    reasoning_tokens: int = 0
    """Tokens that a model may use for thinking, on top of those of its answer."""
    proxy: Secret | None = None

    def __post_init__(self) -> None:
        _check_url(self.url)
        _check_choice("schema", self.schema, SCHEMA_LEVELS)
        if self.token_limit_field is not None:
            _check_choice("token_limit_field", self.token_limit_field, TOKEN_FIELDS)
        _check_range("context_tokens", self.context_tokens, SHORTEST_WINDOW, 100_000_000)
        _check_range("timeout_seconds", self.timeout_seconds, 0.1, 600)
        _check_range("max_retries", self.max_retries, 0, MOST_RETRIES)
        _check_range("reasoning_tokens", self.reasoning_tokens, 0, 1_000_000)
        key = self.key
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise ValueError("api_key has characters that no key has")

    @property
    def url(self) -> str:
        """Return the address that all requests begin with."""
        return (self.base_url or OPENAI_URL).strip().rstrip("/")

    @property
    def key(self) -> str:
        """Return the key, empty when there is none."""
        return self.api_key.reveal().strip() if self.api_key else ""

    @property
    def is_openai(self) -> bool:
        """Say whether the server is OpenAI's own."""
        return self.host == urlsplit(OPENAI_URL).hostname

    @property
    def is_openrouter(self) -> bool:
        """Say whether the server is OpenRouter, which sends requests on to many others."""
        return self.host.endswith("openrouter.ai")

    @property
    def host(self) -> str:
        """Return the server's name."""
        return urlsplit(self.url).hostname or ""


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("base_url must begin with http:// or https:// and name a server")
    if "@" in parts.netloc or parts.query:
        raise ValueError("base_url must hold no key or password; that is api_key")


def _check_choice(field: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{field} is one of {', '.join(choices)}")


def _check_range(field: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ValueError(f"{field} must be from {least} to {most}")
