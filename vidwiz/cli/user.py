"""`vidwiz user`: accounts, as the operator makes and sees them."""

from __future__ import annotations

import sys

import click

from vidwiz.cli import tables
from vidwiz.cli.lazy import Commands
from vidwiz.cli.opening import open_runtime
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import NotFoundError
from vidwiz.services import notes, users


@click.group(cls=Commands)
def user() -> None:
    """Make and list accounts."""


@user.command()
@click.argument("email")
@click.option("--name", help="How the person is called; else what stands before the @.")
@click.option("--admin", is_flag=True, help="May see and steer everything.")
@click.option("--no-password", is_flag=True, help="Signs in by token or Google only.")
def create(email: str, *, name: str | None, admin: bool, no_password: bool) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    email = users.check_email(email)
    with open_runtime() as runtime:
        # Hashed before the transaction, as it takes long on purpose.
        password_hash = None if no_password else users.hash_password(_password())
        with runtime.unit_of_work() as uow:
            made = users.create(
                uow,
                email=email,
                name=name or email.partition("@")[0],
                password_hash=password_hash,
                is_admin=admin,
            )
    click.echo(f"User {made.id} is {made.email}{' (admin)' if made.is_admin else ''}.")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


@user.command("list")
def list_() -> None:
    """Show all accounts."""
    with open_runtime():
        with read_transaction() as session:
            found = users.all_users(session)
        tables.show(
            ("id", "email", "name", "admin", "AI notes", "since"),
            [
                (
                    *(one.id, one.email, one.name, "yes" if one.is_admin else ""),
                    *("on" if one.ai_notes_enabled else "off", f"{one.created_at:%Y-%m-%d}"),
                )
                for one in found
            ],
            empty="There are no users; `vidwiz up` makes the owner.",
        )


@user.command("ai-notes")
@click.argument("email")
@click.argument("switch", type=click.Choice(["on", "off"]))
def ai_notes(email: str, switch: str) -> None:
    """Have the AI write at marks without text, or not."""
    with open_runtime() as runtime, runtime.unit_of_work() as uow:
        found = users.find_by_email(uow.session, email)
        if found is None:
            raise NotFoundError(f"nobody has the email {email}; see `vidwiz user list`")
        notes.set_ai_notes(uow, found, enabled=switch == "on")
    click.echo(f"AI notes are {switch} for {found.email}.")
