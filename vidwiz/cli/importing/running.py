"""An import from a command: what it would do, the question, and waiting for it."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from vidwiz.cli import acting_user
from vidwiz.cli.importing import output
from vidwiz.cli.ingest.local_worker import LocalWorker
from vidwiz.cli.lazy import FAILED
from vidwiz.cli.opening import in_context
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import InvalidInputError
from vidwiz.models import ImportState
from vidwiz.pipeline import import_requests, shown_lists
from vidwiz.services.importing import imports, progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

    from vidwiz.cli.importing.output import Display
    from vidwiz.models import User
    from vidwiz.pipeline.import_requests import ImportRequest
    from vidwiz.plugin_host.sites import Sites
    from vidwiz.runtime import Runtime

INTERRUPTED = 130
_POLL_SECONDS = 0.5
_LOOK_SECONDS = 120.0
# When nothing is due for longer than this the waiting ends; the import itself goes on.
_LONGEST_WAIT = 600.0
_LOOK_AHEAD_SECONDS = 5.0
# As long as workers take to register again with an emptied Redis.
_STALLED_SECONDS = 16.0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the user said of how to import."""

    yes: bool
    dry_run: bool
    as_json: bool


def sole_list(sites: Sites, values: Sequence[str]) -> str | None:
    """Return the address of the playlist or channel that was given by itself; else None.

    One among videos is left to be refused as no video. A video of a playlist is a video.
    """
    if len(values) != 1:
        return None
    try:
        sites.find(values[0])
    except InvalidInputError:
        url = import_requests.list_address(values[0])
        return url if sites.list_fetchers(url) else None
    return None


def run_import(app: Flask, request: ImportRequest, email: str | None, options: RunOptions) -> int:
    """Import, or say what would be imported; return the exit code."""
    acting_user.prepare_database(app)
    with in_context(app) as runtime:
        user = acting_user.find(runtime, email)
        import_id = None if options.dry_run else _unfinished(runtime, request, user)
        if import_id is not None:
            click.echo(f"Import {import_id} goes on.", err=True)
        else:
            request = _listed(runtime, request)
            plan = _plan(runtime, request, user)
            if options.dry_run and options.as_json:
                click.echo(output.as_json(plan))
            else:
                output.show_plan(plan)
            if options.dry_run:
                return 0
            if plan["new"] == 0:
                return _nothing_new(plan, options)
            if not options.yes and sys.stdin.isatty() and not click.confirm("Import?", err=True):
                return FAILED
            with runtime.unit_of_work() as uow:
                import_id, _ = imports.create(uow, user.id, request.source())
        return _wait(runtime, user, import_id, options)


def _unfinished(runtime: Runtime, request: ImportRequest, user: User) -> int | None:
    if request.named is not None and not request.named.videos:
        return None
    with runtime.unit_of_work() as uow:
        return imports.find_unfinished(uow, user.id, request.source().key)


def _listed(runtime: Runtime, request: ImportRequest) -> ImportRequest:
    if request.named is None:
        click.echo("Asking the site which videos there are …", err=True)
    return runtime.list_look().at(request, seconds=_LOOK_SECONDS)


def _plan(runtime: Runtime, request: ImportRequest, user: User) -> dict[str, Any]:
    with read_transaction() as session:
        return shown_lists.present_plan(session, user.id, request, runtime.rates())


def _nothing_new(plan: dict[str, Any], options: RunOptions) -> int:
    if options.as_json:
        click.echo(output.as_json(plan))
    click.echo("There is nothing new to import.", err=True)
    return 0 if plan["known"] else FAILED


def _wait(runtime: Runtime, user: User, import_id: int, options: RunOptions) -> int:
    waiting = _Waiting(runtime, user, import_id)
    try:
        with output.display(plain=options.as_json) as display:
            shown = waiting.until_over(display)
    except KeyboardInterrupt:
        click.echo(waiting.interruption_message(), err=True)
        return INTERRUPTED
    finally:
        waiting.worker.stop()
    if options.as_json:
        click.echo(output.as_json(shown))
    else:
        output.show_result(shown)
    is_whole = shown["state"] == ImportState.COMPLETED and not shown["failed"]
    return 0 if is_whole else FAILED


class _Waiting:
    """Looks at the database until the import is over, or nothing of it is due for long."""

    def __init__(self, runtime: Runtime, user: User, import_id: int) -> None:
        self.worker = LocalWorker(runtime.config)
        self._rates = runtime.rates()
        self._user_id = user.id
        self._import_id = import_id
        self._stalled_seconds = max(_STALLED_SECONDS, runtime.config.lease_seconds / 2)

    def until_over(self, display: Display) -> dict[str, Any]:
        """Wait, showing what changes; return how it ended."""
        self.worker.start_if_queue_is_away()
        changed_at, before = time.monotonic(), None
        looked_ahead_at = time.monotonic()
        while True:
            shown = self._look()
            display.update(shown)
            if shown["state"] in output.OVER:
                return shown
            now = [shown[name] for name in ("state", "total", "done", "failed")]
            if now != before:
                changed_at, before = time.monotonic(), now
            elif time.monotonic() - changed_at > self._stalled_seconds:
                self.worker.start_if_a_queue_is_idle()
            if time.monotonic() - looked_ahead_at > _LOOK_AHEAD_SECONDS:
                looked_ahead_at = time.monotonic()
                if self._is_put_off():
                    return shown
            self.worker.keep_running()
            time.sleep(_POLL_SECONDS)

    def _look(self) -> dict[str, Any]:
        with read_transaction() as session:
            found = imports.get(session, self._import_id, user_id=self._user_id)
            return shown_lists.present_import(session, found, self._rates)

    def _is_put_off(self) -> bool:
        with read_transaction() as session:
            seconds = progress.seconds_until_work(session, self._import_id)
        return seconds is not None and seconds > _LONGEST_WAIT

    def interruption_message(self) -> str:
        """Say what becomes of the import."""
        if self.worker.is_used:
            return "Stopped. All is kept; `vidwiz up` or the same command again goes on with it."
        return f"Stopped waiting; import {self._import_id} goes on in the background."
