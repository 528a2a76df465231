"""The tokens that AI texts use: counted by day, user, model and purpose, and held to a budget."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.models import DailyTokens
from vidwiz.plugin_api import PluginError
from vidwiz.services.cleaning import clean_line
from vidwiz.statements import texts as statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Session

    from vidwiz.ports import TokenUse, UnitOfWork

EVERYBODY = 0
"""The `user_id` of what all users share."""
LONGEST_MODEL = 128


class Counted:
    """Tokens that were counted in this process and are not written yet; for several threads."""

    def __init__(self) -> None:
        self._uses: list[TokenUse] = []
        self._lock = threading.Lock()

    def add(self, *uses: TokenUse) -> None:
        """Count calls; those that used nothing leave no trace."""
        with self._lock:
            self._uses += (use for use in uses if use.input_tokens or use.output_tokens)

    def take(self) -> list[TokenUse]:
        """Return what was counted and forget it."""
        with self._lock:
            taken, self._uses = self._uses, []
        return taken

    @property
    def total(self) -> int:
        """Input and output tokens that are not written yet."""
        with self._lock:
            return sum(use.input_tokens + use.output_tokens for use in self._uses)


def record(uow: UnitOfWork, uses: Sequence[TokenUse]) -> None:
    """Add to today's rows, as the last locks of a transaction: others wait for them."""
    if not uses:
        return
    sums: dict[tuple[int, str, str, str], Counter[str]] = {}
    for use in uses:
        model = clean_line(use.model)[:LONGEST_MODEL]
        key = (use.user_id or EVERYBODY, use.provider, model, use.purpose)
        sums.setdefault(key, Counter()).update(
            calls=1,
            input_tokens=max(0, use.input_tokens),
            output_tokens=max(0, use.output_tokens),
            cached_tokens=max(0, use.cached_tokens),
        )
    names = ("user_id", "provider", "model", "purpose")
    day = _today()
    # In one order everywhere, so that no two wait for each other.
    rows = [
        {"day": day, **dict(zip(names, key, strict=True)), **counts}
        for key, counts in sorted(sums.items())
    ]
    uow.connection.execute(statements.ADD_TOKENS.on(uow.connection), rows)


def check_budget(connection: Connection, budget: int, *, unwritten: int = 0) -> None:
    """Raise `PluginError` (`budget_spent`, until the next UTC day) when `budget` tokens are used.

    Calls that run at that moment still end, and count: so much more may be used.
    """
    used = connection.scalar(statements.TOKENS_OF_DAY, {"of_day": _today()}) or 0
    if int(used) + unwritten >= budget:
        raise PluginError("budget_spent", retry_at=_tomorrow())


def used_today(session: Session) -> int:
    """Return the input and output tokens of this UTC day."""
    return int(session.scalar(statements.TOKENS_OF_DAY, {"of_day": _today()}) or 0)


def since(session: Session, days: int) -> Sequence[DailyTokens]:
    """Return what was used in the last `days` days, today included, the newest first."""
    first = _today() - timedelta(days=max(1, days) - 1)
    return session.scalars(
        sa.select(DailyTokens)
        .where(DailyTokens.day >= first)
        .order_by(
            DailyTokens.day.desc(),
            DailyTokens.user_id,
            DailyTokens.provider,
            DailyTokens.model,
            DailyTokens.purpose,
        )
    ).all()


def _today() -> date:
    return datetime.now(UTC).date()


def _tomorrow() -> datetime:
    return datetime.combine(_today() + timedelta(days=1), time(), tzinfo=UTC)
