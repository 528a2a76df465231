"""The caller of a view: a user or a guest, and what follows from who it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

from vidwiz.errors import NotSignedInError
from vidwiz.http.recent_accounts import accounts_of
from vidwiz.models import User
from vidwiz.runtime import current
from vidwiz.services.conversations import Owner
from vidwiz.services.quotas import Allowance, videos_of_guest, videos_of_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Session

    from vidwiz.services.users import Account


@dataclass(slots=True)
class Caller:
    """A user or a guest; a transaction confirms which user it is."""

    address: str
    user_id: int | None = None
    guest_id: str | None = None
    _account: Account | None = None

    def confirm(self, connect: Callable[[], Connection]) -> None:
        """Look for the account; raise `NotSignedInError` when it is gone.

        That is seen at once if this process took it away, else within `recent_accounts.SECONDS`.
        `connect` is called only where the account was not looked up lately.
        """
        if self.user_id is not None:
            self._account = accounts_of(current_app).account(self.user_id, connect)
            if self._account is None:
                raise _gone()

    @property
    def account(self) -> Account:
        """The account that the open transaction confirmed, where guests have no access."""
        assert self._account is not None
        return self._account

    def load_user(self, session: Session) -> User:
        """Return all of the user's row as it is now; raise `NotSignedInError` when it is gone."""
        user = session.get(User, self.account.id)
        if user is None:
            raise _gone()
        return user

    @property
    def owner(self) -> Owner:
        """Return whose conversations the caller's are."""
        return Owner(user_id=self.user_id, guest_id=self.guest_id)

    def new_videos(self) -> Allowance | None:
        """Return how many new videos the caller may bring today."""
        config = current().config
        if self.user_id is not None:
            return videos_of_user(self.account, config.user_daily_videos)
        return videos_of_guest(str(self.guest_id), self.address, config.guest_daily_videos)


def _gone() -> NotSignedInError:
    return NotSignedInError("this account is gone")
