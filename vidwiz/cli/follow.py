"""`vidwiz follow`: keep up with playlists and channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vidwiz.cli import acting_user, tables
from vidwiz.cli.opening import build, in_context
from vidwiz.cli.read_settings import read_config
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import InvalidInputError
from vidwiz.pipeline import import_requests, shown_lists
from vidwiz.services.importing import follows

if TYPE_CHECKING:
    from datetime import datetime

    from vidwiz.models import User
    from vidwiz.runtime import Runtime


@click.command()
@click.argument("address", required=False)
@click.option(
    "--every",
    "every_hours",
    type=click.IntRange(follows.SHORTEST_HOURS, follows.LONGEST_HOURS),
    default=follows.USUAL_HOURS,
    show_default=True,
    metavar="HOURS",
    help="How often to look for new videos.",
)
@click.option("--backfill", is_flag=True, help="Import also what is there already.")
@click.option("--list", "show_list", is_flag=True, help="Show what is followed.")
@click.option("--remove", "removed", type=click.IntRange(1, 2**31 - 1), metavar="ID", help="Stop.")
@acting_user.option
def follow(
    *,
    address: str | None,
    every_hours: int,
    backfill: bool,
    show_list: bool,
    removed: int | None,
    email: str | None,
) -> None:
    """Keep up with a playlist or channel.

    New videos are imported as they come, while `vidwiz up` or a worker runs. What is there
    already is imported only with --backfill.
    """
    if sum((address is not None, show_list, removed is not None)) != 1:
        raise click.UsageError("give one of ADDRESS, --list and --remove ID")
    app = build(read_config())
    acting_user.prepare_database(app)
    with in_context(app) as runtime:
        user = acting_user.find(runtime, email)
        if address is not None:
            _add(runtime, user, address, every_hours=every_hours, backfill=backfill)
        elif removed is not None:
            with runtime.unit_of_work() as uow:
                follows.remove(uow, removed, user_id=user.id)
            click.echo(f"{removed} is followed no longer; what was imported stays.")
        else:
            _show(user)


def _add(runtime: Runtime, user: User, address: str, *, every_hours: int, backfill: bool) -> None:
    try:
        url = import_requests.followed_address(runtime.sites(), address)
    except InvalidInputError as exc:
        raise click.BadParameter(f"{address!r}: {exc.message}", param_hint="ADDRESS") from exc
    with runtime.unit_of_work() as uow:
        found, is_new = follows.create(
            uow, user.id, url, every_hours=every_hours, backfill=backfill
        )
        known = "is followed" if is_new else "was followed already, and is"
        click.echo(f"{found.id}: {url} {known}; looked at every {every_hours} hours.")


def _show(user: User) -> None:
    with read_transaction() as session:
        found, _ = follows.page(session, user.id, number=1, size=follows.MOST_FOLLOWS)
        rows = [
            (
                *(each["id"], each["title"] or each["url"], each["every_hours"], each["state"]),
                *(_clock(each["last_check_at"]), _clock(each["next_check_at"])),
                each["message"],
            )
            for each in shown_lists.present_follows(session, found)
        ]
    tables.show(
        ("id", "list", "hours", "state", "last look", "next look", "message"),
        rows,
        empty="Nothing is followed; `vidwiz follow ADDRESS` begins.",
    )


def _clock(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone():%Y-%m-%d %H:%M}"
