"""`vidwiz plugins`: which plugins there are, how each is, and whether they suffice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vidwiz.cli import fetcher_states, tables
from vidwiz.cli.check_plugin import check_one
from vidwiz.cli.lazy import Commands
from vidwiz.cli.new_plugin.command import new
from vidwiz.cli.opening import build, quiet_logs
from vidwiz.cli.read_settings import read_config
from vidwiz.errors import ConfigError
from vidwiz.plugin_host import choice
from vidwiz.plugin_host.registry import ROLES, State
from vidwiz.runtime import runtime_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.config import Config
    from vidwiz.plugin_host.registry import Record, Registry


_HEADINGS = (
    *("name", "role", "state", "asked", "distribution"),
    *("what it is, or is wrong", "remedy", "health"),
)


@click.group(cls=Commands)
def plugins() -> None:
    """Show and check the installed plugins, and begin a new one."""


plugins.add_command(new)


@plugins.command("list")
def list_() -> None:
    """Show every plugin: its role, its state, when it is asked, and what is wrong with it.

    `health` says of fetchers that ask a site how they did lately on each network, and until when
    one that was refused is left alone.
    """
    config = read_config()
    quiet_logs(config)
    registry = choice.discover(config)
    records, health = registry.records, fetcher_states.by_name(config)
    tables.show(
        _HEADINGS,
        [(*_row(record, choice.orders(config)), health.get(record.name)) for record in records],
        empty="No plugin is installed; `make install` installs those of the project.",
    )
    for name in registry.stray_settings:
        click.echo(f"{name} belongs to no installed plugin.", err=True)


def _row(record: Record, used: dict[str, Sequence[str]]) -> Sequence[object]:
    order = used[record.role]
    asked = f"{order.index(record.name) + 1}." if record.name in order else "never"
    about = record.reason or (record.plugin.info.title if record.plugin else "")
    return (
        *(record.name, record.role, record.state, asked),
        *(record.distribution, about, record.remedy),
    )


@plugins.command()
@click.argument("name", required=False)
@click.argument("video", required=False)
@click.option("--offline", is_flag=True, help="Leave out what may use the network.")
def check(name: str | None, video: str | None, *, offline: bool) -> None:
    """Fail unless the plugins work.

    Without NAME: whether every plugin that is named in the settings is ready, and each role has
    one. With it, that plugin is tried: its libraries, an address and what it fetches of VIDEO, or
    one short note of an LLM provider.
    """
    if name is not None:
        config = read_config()
        quiet_logs(config)
        check_one(config, name, video, offline=offline)
    else:
        _check_all()


def _check_all() -> None:
    config = read_config()
    registry = runtime_of(build(config)).plugins
    idle = roles_without_plugin(config, registry)
    if idle:
        raise ConfigError(f"nothing works as one of the {' and '.join(idle)}; see `plugins list`")
    broken = [record for record in registry.records if record.state is State.BROKEN]
    for record in broken:
        click.echo(f"{record.name} ({record.role}) is broken: {record.reason}", err=True)
    click.echo("Every role has a plugin that works.")


def roles_without_plugin(config: Config, registry: Registry) -> list[str]:
    """Return the roles that no ready plugin plays, as people call them."""
    used = choice.orders(config)
    return [
        role.replace("_", " ")
        for role in ROLES
        if not any(
            record.state is State.READY
            for name in used[role]
            if (record := registry.find(role, name)) is not None
        )
    ]
