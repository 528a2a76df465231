"""Which of the installed plugins the settings choose, and in which order they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.errors import ConfigError
from vidwiz.plugin_host.registry import Registry
from vidwiz.plugin_host.settings import key_prefix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.config import Config

DEFAULT_METADATA_FETCHERS = ("library", "yt-dlp", "oembed")
DEFAULT_TRANSCRIPT_FETCHERS = ("library", "youtube-transcript-api", "yt-dlp")
DEFAULT_LLM_PROVIDER = "extractive"
PROVIDER_WITH_A_KEY = "openai"
"""Asked by default once its key or address is set, whichever way."""

_VENDORS = {
    "anthropic": {"API_KEY": "ANTHROPIC_API_KEY", "BASE_URL": "ANTHROPIC_BASE_URL"},
    "ollama": {"API_KEY": "OLLAMA_API_KEY", "BASE_URL": "OLLAMA_HOST"},
    "openai": {"API_KEY": "OPENAI_API_KEY", "BASE_URL": "OPENAI_BASE_URL"},
}
"""For each plugin the vendor's own variables, which its own take precedence over."""

_SETTINGS = {
    "metadata_fetchers": "VIDWIZ_METADATA_FETCHERS",
    "transcript_fetchers": "VIDWIZ_TRANSCRIPT_FETCHERS",
    "llm_providers": "VIDWIZ_LLM_PROVIDER",
}


def discover(config: Config) -> Registry:
    """Load the installed plugins with their settings."""
    cache = config.data_dir / "library-ids.json"
    defaults = {
        "library": {"FOLDER": str(config.library_dir), "CACHE": str(cache)},
        **{name: _from_vendor(config, name) for name in _VENDORS},
    }
    return Registry.discover(config.plugin_settings, defaults)


def orders(config: Config) -> dict[str, Sequence[str]]:
    """Return for each role the names that are asked, in order; some may not be installed."""
    named = _named(config)
    return {
        "metadata_fetchers": _or(named["metadata_fetchers"], DEFAULT_METADATA_FETCHERS),
        "transcript_fetchers": _or(named["transcript_fetchers"], DEFAULT_TRANSCRIPT_FETCHERS),
        "llm_providers": _or(named["llm_providers"], _default_llm_providers(config)),
    }


def _default_llm_providers(config: Config) -> Sequence[str]:
    """Return who writes where nobody was named; of several the first that is ready."""
    known = _from_vendor(config, PROVIDER_WITH_A_KEY)
    for field in ("API_KEY", "BASE_URL"):
        own = config.plugin_settings.get(f"{key_prefix(PROVIDER_WITH_A_KEY)}{field}")
        if (known.get(field, "") if own is None else own).strip():
            return (PROVIDER_WITH_A_KEY, DEFAULT_LLM_PROVIDER)
    return (DEFAULT_LLM_PROVIDER,)


def _from_vendor(config: Config, name: str) -> dict[str, str]:
    """Return the settings of a plugin that the vendor's own variables give it."""
    variables = config.vendor_settings
    return {
        field: variables[variable]
        for field, variable in _VENDORS[name].items()
        if variable in variables
    }


def _named(config: Config) -> dict[str, Sequence[str] | None]:
    """Return what the operator wrote himself."""
    return {
        "metadata_fetchers": config.metadata_fetchers,
        "transcript_fetchers": config.transcript_fetchers,
        "llm_providers": (config.llm_provider,) if config.llm_provider else None,
    }


def _or(names: Sequence[str] | None, default: Sequence[str]) -> Sequence[str]:
    return default if names is None else names


def require(config: Config, plugins: Registry) -> None:
    """Raise `ConfigError` when what the operator named himself cannot work."""
    if plugins.stray_settings:
        raise ConfigError(f"{plugins.stray_settings[0]} belongs to no installed plugin")
    for role, names in _named(config).items():
        plugins.require(_SETTINGS[role], role, names or ())
