"""`vidwiz plugins new`: writes a distribution that works, and says what to do with it."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import click

from vidwiz.cli.new_plugin.writing import ROLES, NewPlugin
from vidwiz.plugin_host.registry import ROLES as GROUPS

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40


@click.command("new")
@click.argument("name", metavar="NAME")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(list(ROLES)),
    help="What it does; a fetcher may do both.",
)
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    help="Where its folder is made; else here.",
)
def new(name: str, roles: tuple[str, ...], folder: Path) -> None:
    """Write the distribution of a new plugin, which works and passes its tests.

    NAME is the name of the provider in settings: small letters, digits and dashes.
    """
    plugin = NewPlugin(_checked(name), [role for role in ROLES if role in roles])
    if plugin.is_provider and len(plugin.roles) > 1:
        raise click.UsageError("an LLM provider is a plugin of its own; leave out the other roles")
    target = folder / plugin.distribution
    try:
        target.mkdir()
    except FileExistsError as exc:
        raise click.UsageError(f"{target} is there already") from exc
    for path, content in plugin.files().items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(content, encoding="utf-8")
        click.echo(target / path)
    click.echo(
        f"\nIt works: install it with `python -m pip install --no-build-isolation -e {target}`,"
        f"\ntest it with `python -m pytest {target}`, and then replace its example."
        "\ndocs/plugin-authors.md walks through one."
    )


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise click.BadParameter(
            f"{name!r} is no name: it begins with a small letter, has small letters, digits and"
            f" single dashes, and {_LONGEST} characters at most",
            param_hint="NAME",
        )
    for role in GROUPS:
        for entry in importlib.metadata.entry_points(group=f"vidwiz.{role}", name=name):
            where = entry.dist.name if entry.dist else "an installed distribution"
            raise click.BadParameter(
                f"{name} is taken by {where}; two plugins of one name are both left out",
                param_hint="NAME",
            )
    return name
