"""Users: accounts, passwords and personal tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email

from vidwiz.errors import ConflictError, InvalidInputError, NotFoundError, NotSignedInError
from vidwiz.models import ApiToken, User, now
from vidwiz.models.upsert import insert_ignoring
from vidwiz.services.cleaning import clean_line, is_blank
from vidwiz.statements import users as statements

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
FULL = "full"
AUTOMATION = "automation"
TOKEN_PREFIX = "vw_"  # noqa: S105 - how a token is recognised, not a token
LONGEST_EMAIL = 254
LONGEST_NAME = 200
_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Account:
    """What a request needs to know of the user who makes it."""

    id: int
    is_admin: bool


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """Whose personal token it is, and what it allows until when."""

    account: Account
    scope: str
    expires_at: datetime | None


def check_email(email: str) -> str:
    """Return a person's email in lower case; raise `InvalidInputError` when it is none.

    Only its form is looked at; nothing is asked of DNS. Reserved names such as `.localhost` are
    refused, so that nobody can take an address that this program makes for itself.
    """
    try:
        found = validate_email(email.strip(), check_deliverability=False)
    except EmailNotValidError as exc:
        raise InvalidInputError("this is not an email address", field="email") from exc
    normal = normal_email(found.normalized)
    if len(normal) > LONGEST_EMAIL:
        raise InvalidInputError("this email address is too long", field="email")
    return normal


def normal_email(email: str) -> str:
    """Return the email as it is kept and looked for."""
    return email.strip().lower()


def check_name(name: str) -> str:
    """Return the name as one clean line; raise `InvalidInputError` when nothing is left of it."""
    name = clean_line(name)
    if is_blank(name) or len(name) > LONGEST_NAME:
        raise InvalidInputError(f"a name has 1 to {LONGEST_NAME} characters", field="name")
    return name


def hash_password(password: str) -> str:
    """Return the argon2 hash; slow on purpose, so call it outside a transaction."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInputError(
            f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters", field="password"
        )
    return _hasher.hash(password)


def create(
    uow: UnitOfWork,
    *,
    email: str,
    name: str,
    password_hash: str | None = None,
    is_admin: bool = False,
) -> User:
    """Make an account; raise `ConflictError` when the email is taken.

    The email is kept as it is given: what a person typed goes through `check_email` first.
    """
    email = normal_email(email)
    name = check_name(name)
    user_id = uow.session.scalar(
        insert_ignoring(uow.session, User)
        .values(email=email, name=name, password_hash=password_hash, is_admin=is_admin)
        .returning(User.id)
    )
    if user_id is None:
        raise ConflictError("this email has an account already", code="email_taken")
    return get(uow.session, user_id)


def get(session: Session, user_id: int) -> User:
    """Return the user; raise `NotFoundError`."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError(f"there is no user {user_id}")
    return user


def lock(uow: UnitOfWork, user_id: int) -> None:
    """Have others wait who do this for the same user, so that what is counted holds."""
    uow.session.execute(
        sa.select(User.id).where(User.id == user_id).with_for_update(key_share=True)
    )


def change(user: User, changes: Mapping[str, Any]) -> None:
    """Change name and language of an account, as far as they are in `changes`."""
    if "name" in changes:
        user.name = check_name(changes["name"])
    if "language" in changes:
        user.language = changes["language"]


def find_by_email(session: Session, email: str) -> User | None:
    """Return the user with this email."""
    return session.scalar(sa.select(User).where(User.email == normal_email(email)))


def check_password(user: User | None, password: str) -> User:
    """Return the user whose password it is; raise `NotSignedInError`.

    Takes the same time whether the user is known or not; call it outside a transaction.
    """
    nobodys_hash = _nobodys_hash()
    known_hash = user.password_hash if user is not None and user.password_hash else nobodys_hash
    try:
        _hasher.verify(known_hash, password)
    except (VerificationError, InvalidHashError):
        user = None
    if user is None or user.password_hash is None:
        raise NotSignedInError("email or password is wrong", code="wrong_credentials")
    return user


@cache
def _nobodys_hash() -> str:
    """Return what an unknown email is checked against, so that the time taken tells nothing."""
    return _hasher.hash(secrets.token_urlsafe())


def issue_token(uow: UnitOfWork, *, user_id: int, name: str, scope: str = FULL) -> str:
    """Return a new personal token, which is shown once and stored as a hash."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    uow.session.add(
        ApiToken(user_id=user_id, name=name, scope=scope, token_sha256=token_digest(token))
    )
    uow.session.flush()
    return token


def find_account(connection: Connection, user_id: int) -> Account | None:
    """Return who that is; None for an account that is gone."""
    row = connection.execute(statements.ACCOUNT, {"user_id": user_id}).first()
    return Account(row.id, row.is_admin) if row else None


def find_grant(connection: Connection, digest: str) -> TokenGrant | None:
    """Return what the valid token with this digest allows."""
    row = connection.execute(statements.ACCOUNT_OF_TOKEN, {"digest": digest}).first()
    return TokenGrant(Account(row.id, row.is_admin), row.scope, row.expires_at) if row else None


def find_token(session: Session, token: str) -> tuple[User, str] | None:
    """Return whose valid token it is, as an object, and its scope."""
    row = session.execute(
        sa.select(User, ApiToken.scope)
        .join(ApiToken, ApiToken.user_id == User.id)
        .where(ApiToken.token_sha256 == token_digest(token))
        .where(sa.or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now()))
    ).first()
    return (row[0], row[1]) if row else None


def has_automation_token(session: Session, user_id: int) -> bool:
    """Say whether the user has the one token that is made without a name."""
    wanted = sa.exists().where(ApiToken.user_id == user_id, ApiToken.name == AUTOMATION)
    return bool(session.scalar(sa.select(wanted)))


def token_digest(token: str) -> str:
    """Return what is stored of a personal token."""
    # A random token of 256 bits needs no slow hash.
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def first_admin(session: Session) -> User | None:
    """Return the owner of this installation: the admin that was made first."""
    return session.scalar(sa.select(User).where(User.is_admin.is_(True)).order_by(User.id).limit(1))


def all_users(session: Session) -> list[User]:
    """Return all users, the first one first."""
    return list(session.scalars(sa.select(User).order_by(User.id)))
