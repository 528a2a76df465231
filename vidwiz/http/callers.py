"""The caller of a view: a user or a guest, and what follows from who it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz.errors import NotSignedInError
from vidwiz.models import User
from vidwiz.runtime import current
from vidwiz.services.conversations import Owner
from vidwiz.services.quotas import Allowance, videos_of_guest, videos_of_user

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(slots=True)
class Caller:
    """A user or a guest; a transaction confirms which user it is."""

    address: str
    user_id: int | None = None
    guest_id: str | None = None
    _user: User | None = None

    def confirm(self, session: Session) -> None:
        """Load the user for this transaction; raise `NotSignedInError` when they are gone."""
        if self.user_id is not None:
            self._user = session.get(User, self.user_id)
            if self._user is None:
                raise NotSignedInError("this account is gone")

    @property
    def user(self) -> User:
        """The user that the open transaction confirmed, at a route that guests may not use."""
        assert self._user is not None
        return self._user

    @property
    def owner(self) -> Owner:
        """Return whose conversations the caller's are."""
        return Owner(user_id=self.user_id, guest_id=self.guest_id)

    def new_videos(self) -> Allowance | None:
        """Return how many new videos the caller may bring today."""
        config = current().config
        if self.user_id is not None:
            return videos_of_user(self.user, config.user_daily_videos)
        return videos_of_guest(str(self.guest_id), self.address, config.guest_daily_videos)
