"""How many workers each queue gets, by the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.errors import ConfigError, InvalidInputError
from vidwiz.pipeline.flow import KINDS

if TYPE_CHECKING:
    from vidwiz.config import Config


def configured_slots(config: Config) -> dict[str, int]:
    """Return the number of workers of each queue; raise `ConfigError` for an unknown queue."""
    try:
        return KINDS.slots(config.workers)
    except InvalidInputError as exc:
        raise ConfigError(f"VIDWIZ_WORKERS: {exc.message}") from exc
