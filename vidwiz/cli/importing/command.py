"""`vidwiz import`: what is to be imported, from an address or a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vidwiz.cli import acting_user
from vidwiz.cli.importing.running import RunOptions, run_import
from vidwiz.cli.opening import build
from vidwiz.cli.read_settings import read_config
from vidwiz.errors import InvalidInputError
from vidwiz.pipeline import import_requests
from vidwiz.runtime import runtime_of
from vidwiz.services.importing import files

if TYPE_CHECKING:
    from vidwiz.pipeline.import_requests import ImportRequest
    from vidwiz.plugin_host.sites import Sites


@click.command("import")
@click.argument("source", metavar="FILE|ADDRESS")
@click.option("--dry-run", is_flag=True, help="Say what would be imported, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before it begins.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@acting_user.option
def import_(*, source: str, dry_run: bool, yes: bool, as_json: bool, email: str | None) -> None:
    """Import a playlist, a channel, a list or a file of videos.

    A FILE is one of Google Takeout (watch-history.json or .html, a playlist's or Watch later's
    .csv), a browser's bookmark file, or text with an address or id a line. Ctrl-C stops the
    waiting and nothing else; the same command again goes on. The exit code is 0 when everything
    that is new is ready.
    """
    app = build(read_config())
    request = _request(runtime_of(app).sites(), source)
    options = RunOptions(yes=yes, dry_run=dry_run, as_json=as_json)
    sys.exit(run_import(app, request, email, options))


def _request(sites: Sites, source: str) -> ImportRequest:
    path = Path(source)
    try:
        if path.is_file():
            if path.stat().st_size > files.MOST_BYTES:
                raise click.BadParameter(f"a file has {files.MOST_BYTES // 1024**2} MB at most")
            return import_requests.of_file(sites, files.decode(path.read_bytes()))
        if "://" not in source and "." not in source.partition("/")[0]:
            raise click.BadParameter(f"{source!r} is neither a file nor an address")
        return import_requests.of_url(sites, source)
    except InvalidInputError as exc:
        raise click.BadParameter(f"{source!r}: {exc.message}") from exc
    except OSError as exc:
        raise click.BadParameter(f"{source!r} cannot be read: {exc.strerror}") from exc
