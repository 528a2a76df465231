"""`vidwiz db`: the schema of the database."""

from __future__ import annotations

import click

from vidwiz.cli.lazy import Commands
from vidwiz.cli.opening import build, is_migrated
from vidwiz.cli.read_settings import read_config
from vidwiz.db import schema_upgrade


@click.group("db", cls=Commands)
def database() -> None:
    """Look after the database."""


@database.command()
def upgrade() -> None:
    """Bring the schema to the version of this program; safe to repeat."""
    app = build(read_config())
    if is_migrated(app):
        click.echo("The database is up to date already.")
        return
    schema_upgrade.upgrade(app)
    click.echo("The database is up to date now.")
