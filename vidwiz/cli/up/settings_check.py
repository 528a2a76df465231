"""Checks the settings, those of plugins included, and imports little for that.

`vidwiz up` runs this before it starts in parallel what would only fail with the same words.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from vidwiz.cli.lazy import exit_code, fail
from vidwiz.cli.read_settings import read_config
from vidwiz.errors import VidwizError
from vidwiz.plugin_host import choice

if TYPE_CHECKING:
    from vidwiz.config import Config


def check(config: Config) -> None:
    """Raise `ConfigError` when something cannot be built with these settings.

    Libraries that only some settings need are imported for those only: the start waits for this.
    """
    if "?" in config.database_url:
        from vidwiz.db.url_check import check_parameters  # noqa: PLC0415

        check_parameters(config.database_url)
    if not config.embedded_redis:
        from vidwiz.queueing import connections  # noqa: PLC0415

        connections.check_url(config.redis_url)
        connections.require_not_refused(config.redis_url)
    if config.transcript_store == "s3":
        from vidwiz.store import make_store  # noqa: PLC0415

        make_store(config)
    if config.workers:
        from vidwiz.pipeline.slots import configured_slots  # noqa: PLC0415

        configured_slots(config)
    choice.require(config, choice.discover(config))


def main() -> None:
    """Fail with one sentence when the settings cannot work."""
    logging.disable()
    try:
        check(read_config())
    except VidwizError as exc:
        fail(exc.message, exit_code(exc))


if __name__ == "__main__":
    main()
