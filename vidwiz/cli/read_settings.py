"""The settings as a command reads them: every error is one sentence."""

from __future__ import annotations

from vidwiz.config import Config
from vidwiz.errors import ConfigError


def read_config() -> Config:
    """Return the settings; raise `ConfigError` also when the data dir cannot be used."""
    try:
        return Config.from_env()
    except OSError as exc:
        raise ConfigError(
            f"the data dir cannot be used: {exc.strerror} ({exc.filename}); see VIDWIZ_DATA_DIR"
        ) from exc
