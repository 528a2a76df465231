"""The owner of this installation: its first admin, and their token in the data dir."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from vidwiz.db.transactions import read_transaction
from vidwiz.errors import ConflictError
from vidwiz.services import users

if TYPE_CHECKING:
    from pathlib import Path

    from vidwiz.models import User
    from vidwiz.runtime import Runtime

# `.localhost` is reserved, so that this can never be somebody's real address.
EMAIL = "owner@vidwiz.localhost"
TOKEN_FILE = "owner.token"  # noqa: S105 - a file's name


def ensure(runtime: Runtime) -> User:
    """Return the owner, made when there is no admin, with a valid token in the data dir.

    Safe to repeat; the caller lets one process at a time do it (see `prepare`).
    """
    owner = _find_or_make(runtime)
    path = runtime.config.data_dir / TOKEN_FILE
    if not _is_valid(path, owner):
        with runtime.unit_of_work() as uow:
            token = users.issue_token(uow, user_id=owner.id, name=TOKEN_FILE)
        _write_private(path, token)
    return owner


def _find_or_make(runtime: Runtime) -> User:
    with read_transaction() as session:
        owner = users.first_admin(session)
    if owner is not None:
        return owner
    try:
        with runtime.unit_of_work() as uow:
            return users.create(uow, email=EMAIL, name="Owner", is_admin=True)
    except ConflictError:
        # Another machine on the same database was faster, or the address is taken.
        with read_transaction() as session:
            owner = users.first_admin(session)
        if owner is None:
            raise ConflictError(
                f"{EMAIL} has an account that is no admin; run `vidwiz user create --admin`"
            ) from None
        return owner


def _is_valid(path: Path, owner: User) -> bool:
    if not path.is_file():
        return False
    with read_transaction() as session:
        found = users.find_token(session, path.read_text(encoding="utf-8").strip())
    return found is not None and found[0].id == owner.id


def _write_private(path: Path, token: str) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token + "\n")
    draft.replace(path)
