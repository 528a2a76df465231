"""`vidwiz doctor`: looks at everything that an installation needs, and says what to do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from vidwiz.cli.doctor import checks
from vidwiz.cli.doctor.checks import Level
from vidwiz.cli.lazy import FAILED, exit_code
from vidwiz.cli.opening import build, in_context
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
    code = 0
    try:
        for finding in _findings():
            _show(console, finding)
            if finding.level is Level.FAIL:
                code = FAILED
    except ConfigError as exc:
        remedy = "docs/configuration.md has all"
        _show(console, checks.Finding(Level.FAIL, "settings", exc.message, remedy))
        code = exit_code(exc)
    if code:
        sys.exit(code)


def _show(console: Console, finding: Finding) -> None:
    console.print(
        Text.assemble(
            (f"{finding.level:<5}", _STYLES[finding.level]), f"{finding.subject}: {finding.message}"
        )
    )
    if finding.remedy:
        console.print(Text(f"     -> {finding.remedy}", style="dim"))


def _findings() -> Iterator[Finding]:
    """Check one subject after the other; raise `ConfigError` when the settings cannot work."""
    yield from checks.versions()
    config = read_config()
    yield from checks.settings(config)
    yield from checks.data_dir(config)
    yield from checks.secrets(config)
    yield from checks.exposure(config)
    yield from checks.queues(config)
    app = build(config)
    with in_context(app) as runtime:
        yield from checks.plugins(app)
        yield from checks.database(app)
        yield from checks.store(runtime)
