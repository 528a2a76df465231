"""What `vidwiz import` prints: the plan, how far it is, and how it ended."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from vidwiz.models import ImportState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.progress import TaskID

OVER = (ImportState.COMPLETED, ImportState.FAILED, ImportState.CANCELLED)
_LISTS_SHOWN = 10
_MINUTE = 60
_HOUR = 3600
_DAY = 86_400


def as_json(shown: Mapping[str, Any]) -> str:
    """Return it as one JSON document, in the names of the HTTP API."""
    return json.dumps(shown, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value).__name__)


def show_plan(plan: Mapping[str, Any]) -> None:
    """Say what the import will do, for people."""
    name = f"{plan['title']}: " if plan["title"] else ""
    click.echo(f"{name}{plan['total']:,} videos, {plan['new']:,} of them new.")
    if plan["new"]:
        click.echo(_effort(plan))
    for left_out in plan["left_out_first"]:
        text = f" {left_out['text']!r}" if left_out["text"] else ""
        click.echo(f"  left out, {left_out['place']}{text}: {left_out['message']}", err=True)
    more = plan["left_out"] - len(plan["left_out_first"])
    if more > 0:
        click.echo(f"  and {more:,} more left out", err=True)
    for each in (plan["lists"] or ())[:_LISTS_SHOWN]:
        click.echo(f"  a list, not imported: {each['title'] or ''} {each['url']}", err=True)
    if plan["lists"]:
        click.echo(
            f"{len(plan['lists'])} playlists and channels are named; `vidwiz follow ADDRESS`"
            " keeps up with one.",
            err=True,
        )


def _effort(plan: Mapping[str, Any]) -> str:
    parts = []
    if plan["seconds_left"] is not None:
        parts.append(f"Fetching takes about {duration(plan['seconds_left'])}")
    tokens = f"the AI reads about {plan['tokens']:,} tokens"
    if plan["cost"] is not None:
        tokens += f", which costs about {plan['cost']:.2f}"
    parts.append(tokens)
    words = "; ".join(parts)
    return f"{words[0].upper()}{words[1:]}."


def duration(seconds: float) -> str:
    """Return a duration in words, rounded up."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR:
        return f"{-(-seconds // _MINUTE):.0f} min"
    if seconds < 2 * _DAY:
        return f"{-(-seconds // _HOUR):.0f} h"
    return f"{-(-seconds // _DAY):.0f} days"


class Display(Protocol):
    """Shows how far the import is."""

    def update(self, shown: Mapping[str, Any]) -> None:
        """Show this, if it differs from what is shown."""


@contextmanager
def display(*, plain: bool) -> Iterator[Display]:
    """Show progress on standard error, where it is in no script's way."""
    console = Console(stderr=True, highlight=False)
    if plain or not console.is_terminal:
        yield _Lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TextColumn("{task.fields[rest]}"), console=console) as bar:
        yield _Bar(bar)


def _ended(shown: Mapping[str, Any]) -> int:
    return int(shown["done"] + shown["failed"] + shown["cancelled"])


def _state(shown: Mapping[str, Any]) -> str:
    words: str = shown["state"]
    return f"{words}: {shown['message']}" if shown["message"] else words


class _Bar:
    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID = bar.add_task("", total=None, rest="")

    def update(self, shown: Mapping[str, Any]) -> None:
        left = shown["seconds_left"]
        rest = f"about {duration(left)} left" if left else ""
        if shown["failed"]:
            rest = f"{shown['failed']} failed  {rest}"
        self._bar.update(
            self._task,
            description=_state(shown),
            total=shown["new"] or None,
            completed=_ended(shown),
            rest=rest,
        )


class _Lines:
    """Writes a line for each tenth of the import, and for each new state."""

    def __init__(self) -> None:
        self._shown: tuple[object, ...] | None = None

    def update(self, shown: Mapping[str, Any]) -> None:
        tenth = 10 * _ended(shown) // max(shown["new"], 1)
        now = (_state(shown), tenth)
        if now != self._shown:
            self._shown = now
            numbers = f"{_ended(shown)} of {shown['new']} ended, {shown['failed']} failed"
            click.echo(f"import {shown['id']}  {_state(shown)}  {numbers}", err=True)


def show_result(shown: Mapping[str, Any]) -> None:
    """Say how the import ended, or why it is not waited for."""
    for failed in shown["failures"] or ():
        title = f" ({failed.title})" if failed.title else ""
        click.echo(f"{failed.video_id}{title}: {failed.message}", err=True)
    parts = [f"{shown['done']:,} done", f"{shown['failed']:,} failed"]
    if shown["cancelled"]:
        parts.append(f"{shown['cancelled']:,} cancelled")
    parts.append(f"{shown['known']:,} known before")
    click.echo(f"Import {shown['id']} {shown['state']}: {', '.join(parts)}.")
    if shown["state"] not in OVER:
        click.echo("The rest waits for a later time, and goes on by itself then.", err=True)
