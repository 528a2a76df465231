"""The `vidwiz` command. Its parts are imported when they are used: it starts fast and small."""

from __future__ import annotations

import click

from vidwiz import __version__
from vidwiz.cli.lazy import LazyGroup
from vidwiz.processes import keep_files_private

_COMMANDS = {
    "up": ("vidwiz.cli.up.command:up", "Start everything: web server, workers and what they need."),
    "ingest": (
        "vidwiz.cli.ingest.command:ingest",
        "Save videos and wait for what is made of them.",
    ),
    "import": (
        "vidwiz.cli.importing.command:import_",
        "Import a playlist, a channel, a list or a file of videos.",
    ),
    "follow": ("vidwiz.cli.follow:follow", "Keep up with a playlist or channel."),
    "plugins": (
        "vidwiz.cli.plugins:plugins",
        "Show and check the installed plugins, and begin a new one.",
    ),
    "tasks": ("vidwiz.cli.tasks:tasks", "Look at the work, and try again what failed."),
    "usage": (
        "vidwiz.cli.usage:usage",
        "Show the tokens of AI texts by day (UTC), user, model and purpose.",
    ),
    "redo": ("vidwiz.cli.redo:redo", "Make summaries and AI notes anew that PROVIDER made."),
    "user": ("vidwiz.cli.user:user", "Make and list accounts."),
    "db": ("vidwiz.cli.database:database", "Look after the database."),
    "doctor": ("vidwiz.cli.doctor.command:doctor", "Check this installation and say what to do."),
}


@click.group(cls=LazyGroup, commands_at=_COMMANDS)
@click.version_option(__version__, prog_name="vidwiz", message="%(prog)s %(version)s")
def cli() -> None:
    """Turn YouTube videos into knowledge you keep."""
    keep_files_private()


def main() -> None:
    """Run the command; the entry point of the console script."""
    cli(prog_name="vidwiz")
