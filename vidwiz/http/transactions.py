"""A view's two ways into the database; each begins by confirming who is asking."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy.exc import IntegrityError

from vidwiz.db import transactions
from vidwiz.http.recent_accounts import accounts_of
from vidwiz.runtime import current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from vidwiz.db.transactions import UnitOfWork
    from vidwiz.http.callers import Caller


@contextmanager
def write_transaction(caller: Caller | None = None) -> Iterator[UnitOfWork]:
    """Open the view's unit of work; raise `NotSignedInError` for an account that is gone."""
    try:
        with current().unit_of_work() as uow:
            if caller is not None:
                caller.confirm(uow.session)
            yield uow
    except IntegrityError:
        # The account may have gone since it was looked up: then nothing can belong to it.
        accounts_of(current_app).clear()
        with read_transaction(caller):
            raise


@contextmanager
def read_transaction(caller: Caller | None = None) -> Iterator[Session]:
    """Open a reading transaction for the view; raise `NotSignedInError` as above."""
    with transactions.read_transaction() as session:
        if caller is not None:
            caller.confirm(session)
        yield session
