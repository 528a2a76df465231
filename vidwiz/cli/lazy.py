"""Groups of commands: errors become one sentence, and nothing is imported before it is used."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from vidwiz.errors import ConfigError, VidwizError

if TYPE_CHECKING:
    from collections.abc import Mapping


FAILED = 1
# As click has it for wrong arguments.
WRONG_SETTINGS = 2


def exit_code(error: VidwizError) -> int:
    """Return 2 for settings that cannot work, as for wrong arguments; 1 for all else."""
    return WRONG_SETTINGS if isinstance(error, ConfigError) else FAILED


class Commands(click.Group):
    """A group whose commands raise what the user should read."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click declares it
        """Run the command; what the user should read becomes one sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except VidwizError as exc:
            raise _Failed(exc) from exc


class _Failed(click.ClickException):
    def __init__(self, error: VidwizError) -> None:
        super().__init__(error.message)
        self.exit_code = exit_code(error)  # type: ignore[misc]


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End a process that `vidwiz up` started as any command would end."""
    click.echo(f"Error: {message}", err=True)
    sys.exit(code)


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
