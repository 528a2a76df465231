"""`vidwiz doctor`: looks at everything that an installation needs, and says what to do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from vidwiz.cli.doctor import checks
from vidwiz.cli.doctor.checks import Level
from vidwiz.cli.opening import build, in_context, quiet_logs
from vidwiz.cli.read_settings import read_config
from vidwiz.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vidwiz.cli.doctor.checks import Finding

_STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}


@click.command()
def doctor() -> None:
    """Check this installation and say what to do.

    Fails when something cannot work; what is only unwise is a warning.
    """
    console = Console(highlight=False, soft_wrap=True)
    failed = False
    for finding in _findings():
        failed = failed or finding.level is Level.FAIL
        line = Text.assemble(
            (f"{finding.level:<5}", _STYLES[finding.level]), f"{finding.subject}: {finding.words}"
        )
        console.print(line)
        if finding.remedy:
            console.print(Text(f"     -> {finding.remedy}", style="dim"))
    if failed:
        sys.exit(1)


def _findings() -> Iterator[Finding]:
    yield from checks.versions()
    try:
        config = read_config()
    except ConfigError as exc:
        yield checks.Finding(Level.FAIL, "settings", exc.message, "docs/configuration.md has all")
        return
    yield checks.Finding(Level.OK, "settings", "can be read")
    yield from checks.data_dir(config)
    yield from checks.secrets(config)
    yield from checks.exposure(config)
    yield from checks.queues(config)
    quiet_logs(config)
    try:
        app = build(config)
    except ConfigError as exc:
        yield checks.Finding(Level.FAIL, "plugins", exc.message, "see `vidwiz plugins list`")
        return
    yield from checks.plugins(app)
    yield from checks.database(app)
    with in_context(app) as runtime:
        yield from checks.store(runtime)
