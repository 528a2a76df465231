"""Who has asked lately, remembered for some seconds so that not every request looks it up."""

from __future__ import annotations

import time
from collections import OrderedDict
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from vidwiz.ports import AccountChanged
from vidwiz.services import users

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.engine import Connection

    from vidwiz.events import EventBus
    from vidwiz.ports import Event
    from vidwiz.services.users import Account, TokenGrant

SECONDS = 3.0
"""How long an account or a token that another process took away may still be used here."""
_MOST = 10_000

_Found = TypeVar("_Found")


class _Recent(Generic[_Found]):
    """Keeps what was found by key for `SECONDS`; safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int | str, tuple[float, _Found]] = OrderedDict()
        self._lock = Lock()
        self._cleared = 0

    def get(self, key: int | str) -> _Found | None:
        """Return what is kept, unless it is too old."""
        kept = self._kept.get(key)
        return kept[1] if kept is not None and time.monotonic() < kept[0] else None

    def look_up(self, key: int | str, find: Callable[[], _Found | None]) -> _Found | None:
        """Find it and keep it, unless everything was forgotten meanwhile; None is not kept."""
        ends_at, cleared = time.monotonic() + SECONDS, self._cleared
        found = find()
        if found is not None:
            with self._lock:
                if cleared == self._cleared:
                    self._kept[key] = (ends_at, found)
                    self._kept.move_to_end(key)
                    if len(self._kept) > _MOST:
                        self._kept.popitem(last=False)
        return found

    def clear(self) -> None:
        """Forget everything, also what is being looked up at this moment."""
        with self._lock:
            self._cleared += 1
            self._kept.clear()


class RecentAccounts:
    """The accounts and personal tokens that this app has looked up lately.

    A change that is committed in this process counts at once, another one after `SECONDS`.
    """

    def __init__(self, events: EventBus) -> None:
        self._accounts: _Recent[Account] = _Recent()
        self._grants: _Recent[TokenGrant] = _Recent()
        events.listen(self._hear)

    def account(self, user_id: int, connect: Callable[[], Connection]) -> Account | None:
        """Return the account; None when it is gone. Connects only if it has to look."""
        return self._accounts.get(user_id) or self._accounts.look_up(
            user_id, lambda: users.find_account(connect(), user_id)
        )

    def grant(self, token: str, connect: Callable[[], Connection]) -> TokenGrant | None:
        """Return what the personal token allows; None when it is not valid, or not any more."""
        digest = users.token_digest(token)
        known = self._grants.get(digest)
        if known is not None and (known.expires_at is None or datetime.now(UTC) < known.expires_at):
            return known
        return self._grants.look_up(digest, lambda: users.find_grant(connect(), digest))

    def clear(self) -> None:
        """Forget all accounts and tokens."""
        self._accounts.clear()
        self._grants.clear()

    def _hear(self, event: Event) -> None:
        if isinstance(event, AccountChanged):
            self.clear()


def init_app(app: Flask) -> None:
    """Give the app its memory of accounts."""
    app.extensions["vidwiz.accounts"] = RecentAccounts(app.extensions["vidwiz"].events)


def accounts_of(app: Flask) -> RecentAccounts:
    """Return what this app remembers."""
    accounts: RecentAccounts = app.extensions["vidwiz.accounts"]
    return accounts
