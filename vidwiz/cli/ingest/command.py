"""`vidwiz ingest`: save videos, wait for what is made of them, and show it."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from vidwiz.cli import acting_user
from vidwiz.cli.importing.running import RunOptions, run_import, sole_list
from vidwiz.cli.ingest import output, progress, saving, watching
from vidwiz.cli.ingest.local_worker import LocalWorker
from vidwiz.cli.opening import build, in_context
from vidwiz.cli.read_settings import read_config
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import InvalidInputError
from vidwiz.pipeline import import_requests
from vidwiz.runtime import runtime_of
from vidwiz.services import timestamps, video_ids, web_addresses
from vidwiz.services.video_ids import OtherAddressError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from vidwiz.cli.ingest.progress import Display
    from vidwiz.cli.ingest.watching import Watched
    from vidwiz.models import User
    from vidwiz.plugin_host.sites import Sites
    from vidwiz.runtime import Runtime
    from vidwiz.services.video_ids import NamedVideo

_POLL_SECONDS = 0.25
# When nothing changes for so long nobody works on it. A task that runs changes each third of a
# lease; workers that are not registered, as Redis was emptied, are so again after 15 s.
_STALLED_SECONDS = 16.0
_INTERRUPTED = 130


class _Ingest(click.Command):
    """Takes an id that begins with a dash for the id that it is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = {name for param in self.get_params(ctx) for name in param.opts}
        return super().parse_args(
            ctx,
            [
                f"https://youtu.be/{arg}"
                if arg.startswith("-") and arg not in options and video_ids.is_valid(arg)
                else arg
                for arg in args
            ],
        )


def _check(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse what no plugin can know, before anything is made on the disk."""
    for value in values:
        try:
            if not video_ids.is_valid(value):
                video_ids.parse(value)
        except OtherAddressError as exc:
            if not web_addresses.is_public(exc.url):
                raise _refused(value, exc) from exc
        except InvalidInputError as exc:
            # One playlist by itself is imported.
            if exc.message != video_ids.IS_A_LIST or len(values) > 1:
                raise _refused(value, exc) from exc
    return values


def _refused(value: str, error: InvalidInputError) -> click.BadParameter:
    return click.BadParameter(f"{value!r}: {error.message}", param_hint="VIDEO...")


def _named(sites: Sites, values: Sequence[str]) -> list[NamedVideo]:
    """Return the videos, each once; plugins are asked about addresses of other sites."""
    found = {}
    for value in values:
        try:
            video = sites.find(value)
        except InvalidInputError as exc:
            raise _refused(value, exc) from exc
        found[video.video_id] = video
    return list(found.values())


def _marks(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> list[str]:
    for value in values:
        try:
            timestamps.seconds(value)
        except InvalidInputError as exc:
            raise click.BadParameter(f"{value!r}: {exc.message}") from exc
    return list(values)


@click.command(cls=_Ingest)
@click.argument("videos", metavar="VIDEO...", nargs=-1, required=True, callback=_check)
@click.option(
    "--note",
    "marks",
    multiple=True,
    metavar="M:SS",
    callback=_marks,
    help="A moment at which the AI writes a note; may be given several times.",
)
@click.option("--watch", is_flag=True, help="Wait also for what is tried again much later.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--yes", is_flag=True, help="Import a playlist or channel without asking first.")
@click.option("--user", "email", metavar="EMAIL", help="Save for this user; else for the owner.")
def ingest(
    *,
    videos: tuple[str, ...],
    marks: list[str],
    watch: bool,
    as_json: bool,
    yes: bool,
    email: str | None,
) -> None:
    """Save videos and wait for what is made of them.

    A VIDEO is an id or an address; the address of a playlist or channel stands by itself, and all
    of its videos are imported (see `vidwiz import --help`). The exit code is 0 when everything is
    ready. Without --watch, what is tried again only in more than a minute is not waited for. No
    server has to run: without one, the work is done here.
    """
    app = build(read_config())
    sites = runtime_of(app).sites()
    if sole_list(sites, videos) is not None:
        if marks:
            raise click.UsageError("a playlist has no moments to note; give its videos themselves")
        options = RunOptions(yes=yes, dry_run=False, as_json=as_json)
        sys.exit(run_import(app, import_requests.of_url(sites, videos[0]), email, options))
    named = _named(sites, videos)
    acting_user.prepare_database(app)
    with in_context(app) as runtime:
        user = acting_user.find(runtime, email)
        with runtime.unit_of_work() as uow:
            saving.save(uow, user, named, marks)
        waiting = _Waiting(
            runtime,
            user,
            [video.video_id for video in named],
            longest_wait=None if watch else watching.LONGEST_WAIT,
        )
        try:
            with progress.display(plain=as_json) as display:
                found = waiting.until_over(display)
        except KeyboardInterrupt:
            click.echo(waiting.interruption_message(), err=True)
            sys.exit(_INTERRUPTED)
        finally:
            waiting.worker.stop()
        if as_json:
            click.echo(output.as_json(runtime.store, found))
        else:
            output.show(runtime.store, found)
        if not all(watched.is_ready for watched in found):
            output.show_missing(found)
            sys.exit(1)


class _Waiting:
    """Looks at the database until there is nothing to wait for."""

    def __init__(
        self, runtime: Runtime, user: User, videos: list[str], *, longest_wait: timedelta | None
    ) -> None:
        self.worker = LocalWorker(runtime.config)
        self._user = user
        self._videos = videos
        self._longest_wait = longest_wait
        self._stalled_seconds = max(_STALLED_SECONDS, runtime.config.lease_seconds / 2)

    def until_over(self, display: Display) -> list[Watched]:
        """Wait, showing what changes; return how it ended."""
        self.worker.start_if_queue_is_away()
        changed_at, before = time.monotonic(), None
        while True:
            with read_transaction() as session:
                found = watching.watch(session, self._user, self._videos)
            display.update(found)
            now = [watched.state() for watched in found]
            if now != before:
                changed_at, before = time.monotonic(), now
            stalled = time.monotonic() - changed_at > self._stalled_seconds
            if all(self._is_over(watched, stalled=stalled) for watched in found):
                return found
            if stalled:
                self.worker.start_if_a_queue_is_idle()
            self.worker.keep_running()
            time.sleep(_POLL_SECONDS)

    def _is_over(self, watched: Watched, *, stalled: bool) -> bool:
        if watched.has_ended or (stalled and not watched.work):
            return True
        return self._longest_wait is not None and watched.waits_longer_than(self._longest_wait)

    def interruption_message(self) -> str:
        """Say what becomes of the work."""
        if self.worker.is_used:
            return "Stopped. All is kept; `vidwiz up` or the same command again goes on with it."
        return "Stopped waiting; the work goes on in the background."
