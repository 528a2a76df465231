"""Who is calling: the one place that reads credentials, and the policies that protect routes."""

from __future__ import annotations

import hmac
import re
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, wraps
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import jwt
from flask import current_app, request

from vidwiz.errors import NotAllowedError, NotSignedInError
from vidwiz.http import admin_tokens
from vidwiz.http.callers import Caller
from vidwiz.http.recent_accounts import accounts_of
from vidwiz.http.transactions import read_transaction
from vidwiz.runtime import current
from vidwiz.services import users

if TYPE_CHECKING:
    from collections.abc import Callable

    from vidwiz.models import User


READ = "read"
WRITE_NOTES = "notes:write"
GUEST_HEADER = "X-Guest-Session-ID"
_GUEST_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
_LARGEST_ID = 2**31 - 1
_ALGORITHM = "HS256"


# A token that was checked is one that we signed; its end is looked at each time.
_MOST_CHECKED = 2048


def _signing_key() -> bytes:
    return _derived_key(current().config.secret_key)


@lru_cache(maxsize=1)
def _derived_key(secret_key: str) -> bytes:
    return hmac.new(secret_key.encode(), b"vidwiz jwt", sha256).digest()


def make_jwt(user: User) -> str:
    """Return the token that signs the user in for `VIDWIZ_JWT_HOURS`."""
    claims = {
        "sub": str(user.id),
        "user_id": user.id,
        "email": user.email,
        "name": user.name,
        "profile_image_url": user.profile_image_url,
        "exp": datetime.now(UTC) + timedelta(hours=current().config.jwt_hours),
    }
    return jwt.encode(claims, _signing_key(), algorithm=_ALGORITHM)


def _user_of_jwt(token: str) -> int:
    user_id, expires_at = _checked_jwt(token, _signing_key())
    if expires_at <= time.time():
        raise NotSignedInError("this token is not valid any more")
    return user_id


@lru_cache(maxsize=_MOST_CHECKED)
def _checked_jwt(token: str, key: bytes) -> tuple[int, int]:
    """Return whose token it is and when it ends; what is not valid is not remembered."""
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            options={"require": ["exp", "sub", "user_id"]},
        )
    except (jwt.PyJWTError, ValueError, RecursionError) as exc:
        raise NotSignedInError("this token is not valid, or not any more") from exc
    user_id = claims["user_id"]
    if type(user_id) is not int or not 1 <= user_id <= _LARGEST_ID:
        raise NotSignedInError("this token is not valid")
    return user_id, int(claims["exp"])


def _bearer() -> str | None:
    """Return the bearer token; None without credentials, an error for another kind of them."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedInError("only bearer tokens are taken here")
    return token.strip()


def _identify(*, scope: str | None, guests: bool) -> Caller:
    caller = Caller(request.remote_addr or "")
    token = _bearer()
    if token is None:
        caller.guest_id = _guest_id(guests=guests)
    elif token.startswith(users.TOKEN_PREFIX):
        caller.user_id = _user_of_token(token, scope)
    else:
        caller.user_id = _user_of_jwt(token)
    return caller


def _user_of_token(token: str, scope: str | None) -> int:
    with ExitStack() as stack:
        grant = accounts_of(current_app).grant(
            token, lambda: stack.enter_context(read_transaction()).connection()
        )
    if grant is None:
        raise NotSignedInError("this token is not known")
    if grant.scope not in (users.FULL, scope):
        raise NotAllowedError(f"this token is for {grant.scope} only", code="wrong_scope")
    return grant.account.id


def _guest_id(*, guests: bool) -> str:
    given = request.headers.get(GUEST_HEADER)
    if given is None or not guests or not current().config.guests_allowed:
        raise NotSignedInError("sign in first")
    if not _GUEST_ID.fullmatch(given):
        raise NotSignedInError(f"{GUEST_HEADER} has 16 to 64 of A-Z a-z 0-9 _ -")
    return given


class AccessPolicy:
    """Who may use a route; `security` says it in the OpenAPI document."""

    security: tuple[dict[str, list[str]], ...] = ()

    def protect(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """Return the view, which from now on raises for everybody else."""
        return view


@dataclass(frozen=True)
class CallerPolicy(AccessPolicy):
    """Users, and guests if said so; the view gets the `Caller` as its first argument."""

    scope: str | None = None
    guests: bool = False

    @property
    def security(self) -> tuple[dict[str, list[str]], ...]:  # type: ignore[override]
        """Return the schemes of which one is enough."""
        return ({"bearer": []}, {"guest": []}) if self.guests else ({"bearer": []},)

    def protect(self, view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the view's own
            return view(_identify(scope=self.scope, guests=self.guests), *args, **kwargs)

        return guarded


class AdminPolicy(AccessPolicy):
    """Whoever has an admin token."""

    security = ({"admin": []},)

    def protect(self, view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the view's own
            if not admin_tokens.is_admin_token(current().config.admin_tokens, _bearer() or ""):
                raise NotSignedInError("this needs an admin token")
            return view(*args, **kwargs)

        return guarded


ANYBODY = AccessPolicy()
READERS = CallerPolicy(scope=READ)
USERS = CallerPolicy()
NOTE_WRITERS = CallerPolicy(scope=WRITE_NOTES)
GUESTS_TOO = CallerPolicy(guests=True)
READERS_AND_GUESTS = CallerPolicy(scope=READ, guests=True)
ADMINS = AdminPolicy()
