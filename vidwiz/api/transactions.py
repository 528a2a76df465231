"""A view's two ways into the database; each begins by confirming who is asking."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from vidwiz.db import reading, unit_of_work
from vidwiz.runtime import current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from vidwiz.api.auth import Caller
    from vidwiz.db import UnitOfWork


@contextmanager
def writing(caller: Caller | None = None) -> Iterator[UnitOfWork]:
    """Open the view's unit of work; an account that is gone does nothing in it."""
    with unit_of_work(current().queue) as uow:
        if caller is not None:
            caller.confirm(uow.session)
        yield uow


@contextmanager
def looking(caller: Caller | None = None) -> Iterator[Session]:
    """Open a reading transaction for the view."""
    with reading() as session:
        if caller is not None:
            caller.confirm(session)
        yield session
