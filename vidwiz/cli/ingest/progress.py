"""The stages of videos while they change: a live table on a terminal, else a line a change."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import click
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from vidwiz.cli.ingest.watching import Watched
    from vidwiz.tasks.stages import Stage

_STYLES = {
    "ready": "green",
    "running": "cyan",
    "waiting": "yellow",
    "retrying": "yellow",
    "unavailable": "red",
    "none": "dim",
}
_LONGEST_NAME = 44


class Display(Protocol):
    """Shows how far the videos are."""

    def update(self, found: Sequence[Watched]) -> None:
        """Show this, if it differs from what is shown."""


@contextmanager
def display(*, plain: bool) -> Iterator[Display]:
    """Show progress on standard error, where it is in no script's way."""
    console = Console(stderr=True, highlight=False)
    if plain or not console.is_terminal:
        yield _Lines()
        return
    with Live(console=console, refresh_per_second=8, transient=False) as live:
        yield _LiveTable(live)


class _LiveTable:
    def __init__(self, live: Live) -> None:
        self._live = live

    def update(self, found: Sequence[Watched]) -> None:
        self._live.update(_table(found))


class _Lines:
    def __init__(self) -> None:
        self._shown: dict[tuple[str, str], str] = {}

    def update(self, found: Sequence[Watched]) -> None:
        for watched in found:
            for name, stage in watched.parts():
                key, text = (watched.video.video_id, name), describe_stage(stage)
                if stage.state != "none" and self._shown.get(key) != text:
                    self._shown[key] = text
                    click.echo(f"{watched.video.video_id}  {name}: {text}", err=True)


def describe_stage(stage: Stage) -> str:
    """Return the state, the reason, and when it is tried again."""
    text: str = stage.state
    if stage.state == "ready":
        return f"ready ({stage.source})" if stage.source else text
    if stage.message:
        text += f": {stage.message}"
    if stage.next_try_at is not None:
        text += f" Next try {_when(stage.next_try_at)}."
    return text


def _when(moment: datetime) -> str:
    """Return a clock time here; a distance would change with every look."""
    local, today = moment.astimezone(), datetime.now(UTC).astimezone()
    if local.date() == today.date():
        return f"at {local:%H:%M:%S}"
    return f"on {local:%Y-%m-%d at %H:%M}"


def _table(found: Sequence[Watched]) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("video", "metadata", "transcript", "summary", "notes"):
        table.add_column(column, no_wrap=True)
    reasons = []
    for watched in found:
        stages = watched.stages
        table.add_row(
            _name(watched),
            *(_cell(stage) for stage in (stages.metadata, stages.transcript, stages.summary)),
            _notes_cell(watched),
        )
        reasons += [
            Text(f"{watched.video.video_id}  {name}: {describe_stage(stage)}", style="dim")
            for name, stage in watched.parts()
            if stage.message
        ]
    return Group(table, *reasons)


def _name(watched: Watched) -> Text:
    name = Text(watched.video.title or watched.video.video_id)
    name.truncate(_LONGEST_NAME, overflow="ellipsis")
    return name


def _cell(stage: Stage) -> Text:
    shown = "–" if stage.state == "none" else stage.state
    return Text(shown, style=_STYLES.get(stage.state, ""))


def _notes_cell(watched: Watched) -> Text:
    wanted = [mark.stage.state for mark in watched.marks if mark.is_wanted]
    if not wanted:
        return Text("–", style="dim")
    ready = wanted.count("ready")
    return Text(f"{ready} of {len(wanted)}", style="green" if ready == len(wanted) else "yellow")
