"""Groups of commands: errors become one sentence, and nothing is imported before it is used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import click

from vidwiz.errors import VidwizError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Commands(click.Group):
    """A group whose commands raise what the user should read."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click declares it
        """Run the command; what the user should read becomes one sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except VidwizError as exc:
            raise click.ClickException(exc.message) from exc


class LazyGroup(Commands):
    """Knows of each command where it is (`module:name`) and its one line of help."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - what click passes on
        commands_at: Mapping[str, tuple[str, str]],
        **options: Any,  # noqa: ANN401 - what click passes on
    ) -> None:
        super().__init__(*args, **options)
        self.commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in self.commands_at:
            return None
        module, _, name = self.commands_at[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.commands_at.items()])
