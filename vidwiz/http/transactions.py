"""A view's ways into the database; each begins by confirming who is asking."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
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
    with _gone_meanwhile(caller), current().unit_of_work() as uow:
        if caller is not None:
            caller.confirm(uow.session.connection)
        yield uow


@contextmanager
def single_statement(caller: Caller) -> Iterator[UnitOfWork]:
    """Open a unit of work for one writing statement of the view; raise as above."""
    with ExitStack() as looking:
        caller.confirm(lambda: looking.enter_context(transactions.single_read()))
    with _gone_meanwhile(caller), current().single_statement() as uow:
        yield uow


@contextmanager
def _gone_meanwhile(caller: Caller | None) -> Iterator[None]:
    """Look again for an account that may have gone since: then nothing can belong to it."""
    try:
        yield
    except IntegrityError:
        accounts_of(current_app).clear()
        with read_transaction(caller):
            raise


@contextmanager
def read_transaction(caller: Caller | None = None) -> Iterator[Session]:
    """Open a reading transaction for the view; raise `NotSignedInError` as above."""
    with transactions.read_transaction() as session:
        if caller is not None:
            caller.confirm(session.connection)
        yield session
