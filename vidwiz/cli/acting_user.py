"""Whom a command acts for: a user who is named, else the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vidwiz.cli import owner, prepare
from vidwiz.cli.opening import require_migrated
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import NotFoundError
from vidwiz.runtime import runtime_of
from vidwiz.services import users

if TYPE_CHECKING:
    from flask import Flask

    from vidwiz.models import User
    from vidwiz.runtime import Runtime

option = click.option(
    "--user", "email", metavar="EMAIL", help="Act for this user; else for the owner."
)


def prepare_database(app: Flask) -> None:
    """Migrate the embedded database; a server's has to be."""
    if runtime_of(app).config.uses_sqlite:
        prepare.prepare(app)
    else:
        require_migrated(app)


def find(runtime: Runtime, email: str | None) -> User:
    """Return the user of this email, by default the owner; raise `NotFoundError`."""
    if email is None:
        with prepare.one_at_a_time(runtime):
            return owner.ensure(runtime)
    with read_transaction() as session:
        user = users.find_by_email(session, email)
    if user is None:
        raise NotFoundError(f"nobody has the email {email}; see `vidwiz user list`")
    return user
