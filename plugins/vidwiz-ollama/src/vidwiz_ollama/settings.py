"""What can be set: where Ollama runs, its model, and how much of a prompt that may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from vidwiz.plugin_api import Secret

DEFAULT_URL: Final = "http://127.0.0.1:11434"
SHORTEST_WINDOW: Final = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class OllamaSettings:
    """Raises `ValueError` for what cannot work; no message repeats a value."""

    base_url: str | None = None
    """An address, or what the variable OLLAMA_HOST may hold: a name, with or without a port."""
    api_key: Secret | None = None
    model: str | None = None
    context_tokens: int = 32_768
    """The most tokens that are asked for in one call; the more, the more memory Ollama takes."""
    timeout_seconds: float = 300.0
    """How long Ollama may send nothing; loading a model and reading a prompt take their time."""
    keep_alive: str | None = None
    """How long Ollama keeps the model in memory afterwards, such as `30m`."""

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url if "://" in self.url else f"//{self.url}")
            _ = parts.port
        except ValueError:
            raise ValueError("base_url is no address") from None
        if parts.scheme not in ("", "http", "https") or "@" in parts.netloc or parts.query:
            raise ValueError("base_url is an http or https address without a key or password")
        if not SHORTEST_WINDOW <= self.context_tokens <= 100_000_000:  # noqa: PLR2004
            raise ValueError(f"context_tokens must be at least {SHORTEST_WINDOW}")
        if not 0.1 <= self.timeout_seconds <= 600:  # noqa: PLR2004 - the host waits no longer
            raise ValueError("timeout_seconds must be from 0.1 to 600")
        key = self.key
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise ValueError("api_key has characters that no key has")

    @property
    def url(self) -> str:
        """Return where Ollama is."""
        return (self.base_url or DEFAULT_URL).strip()

    @property
    def host(self) -> str:
        """Return the server's name."""
        return urlsplit(self.url if "://" in self.url else f"//{self.url}").hostname or "127.0.0.1"

    @property
    def key(self) -> str:
        """Return the key, empty when there is none; only Ollama's cloud wants one."""
        return self.api_key.reveal().strip() if self.api_key else ""
