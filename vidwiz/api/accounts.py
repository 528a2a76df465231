"""Accounts: registering, signing in, and one's own settings."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from vidwiz.api.blueprints import Blueprint
from vidwiz.api.schemas.accounts import LoginIn, ProfileIn, ProfileOut, RegisterIn, TokenOut
from vidwiz.api.schemas.common import MessageOut
from vidwiz.errors import NotAllowedError
from vidwiz.http.auth import ANYBODY, READERS, USERS, make_jwt
from vidwiz.http.rate_limits import LOGIN, REGISTER, limited
from vidwiz.http.replies import reply
from vidwiz.http.transactions import read_transaction, write_transaction
from vidwiz.runtime import current
from vidwiz.services import notes, users

if TYPE_CHECKING:
    from flask import Response
    from sqlalchemy.orm import Session

    from vidwiz.http.callers import Caller
    from vidwiz.models import User

blueprint = Blueprint("accounts", __name__, description="Accounts and signing in")
# Each hash takes 64 MiB and a core for a moment; many sign-ins at once must not take them all.
_hashing = BoundedSemaphore(4)


@blueprint.post("/auth/register", access=ANYBODY)
@limited(REGISTER)
@blueprint.arguments(RegisterIn())
@blueprint.response(201, MessageOut)
def register(account: dict[str, Any]) -> dict[str, str]:
    """Make an account."""
    if not current().config.registration_open:
        raise NotAllowedError("registration is closed here", code="registration_closed")
    with _hashing:
        password_hash = users.hash_password(account["password"])
    with write_transaction() as uow:
        users.create(uow, email=account["email"], name=account["name"], password_hash=password_hash)
    return {"message": "The account was made."}


@blueprint.post("/auth/login", access=ANYBODY)
@limited(LOGIN)
@blueprint.arguments(LoginIn())
@blueprint.response(200, TokenOut)
def login(credentials: dict[str, Any]) -> dict[str, str]:
    """Sign in."""
    with read_transaction() as session:
        user = users.find_by_email(session, credentials["email"])
    with _hashing:
        user = users.check_password(user, credentials["password"])
    return {"token": make_jwt(user)}


@blueprint.get("/users/me", access=READERS)
@blueprint.response(200, ProfileOut)
def get_profile(caller: Caller) -> Response:
    """Return one's own account."""
    with read_transaction(caller) as session:
        return _reply(session, caller.load_user(session))


@blueprint.patch("/users/me", access=USERS)
@blueprint.arguments(ProfileIn())
@blueprint.response(200, ProfileOut)
def change_profile(caller: Caller, changes: dict[str, Any]) -> Response:
    """Change one's own account."""
    with write_transaction(caller) as uow:
        user = caller.load_user(uow.session)
        users.change(user, changes)
        if "ai_notes_enabled" in changes:
            notes.set_ai_notes(uow, user, enabled=changes["ai_notes_enabled"])
        return _reply(uow.session, user)


_PROFILE = ProfileOut()


def _reply(session: Session, user: User) -> Response:
    shown = {name: getattr(user, name, None) for name in _PROFILE.fields}
    shown["token_exists"] = users.has_automation_token(session, user.id)
    shown["credits_balance"] = 0
    return reply(_PROFILE, shown)
