"""Checks the settings, those of plugins included, and imports little for that.

`vidwiz up` runs this before it starts in parallel what would only fail with the same words.
"""

from __future__ import annotations

import logging
import sys

from vidwiz.cli.read_settings import read_config
from vidwiz.errors import ConfigError
from vidwiz.plugin_host import choice


def main() -> None:
    """Fail with one sentence when the settings cannot work."""
    logging.disable()
    try:
        config = read_config()
        choice.require(config, choice.discover(config))
    except ConfigError as exc:
        sys.exit(f"Error: {exc.message}")


if __name__ == "__main__":
    main()
