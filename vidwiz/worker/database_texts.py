"""What AI texts cost, in the database: tokens, the day's budget, and parts that are kept."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from vidwiz.db.transactions import single_read
from vidwiz.plugin_api import Capability
from vidwiz.ports import KeptPart
from vidwiz.services import token_use
from vidwiz.services.token_use import Counted
from vidwiz.statements import texts as statements
from vidwiz.worker.ledger import reachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vidwiz.ports import TokenUse, UnitOfWork
    from vidwiz.runtime import Runtime

_MOST_KEYS = 500


class DatabaseTokens:
    """Counts in memory, and writes with whatever is written next: a result, a failure, a part.

    So a batch of notes costs one statement for each write and none for each call. A process that
    is killed loses what it counted since its last write.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._counted = Counted()
        provider = runtime.llm_provider()
        is_model = provider is not None and Capability.EXTRACTION not in provider.info.capabilities
        self._budget = runtime.config.llm_daily_tokens if is_model else None

    def add(self, use: TokenUse) -> None:
        """Count a call."""
        self._counted.add(use)

    def check_budget(self) -> None:
        """Look at what is used today, where there is a budget."""
        if self._budget is None:
            return
        with reachable(), single_read() as connection:
            token_use.check_budget(connection, self._budget, unwritten=self._counted.total)

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that also writes what was counted; it stays counted on failure."""
        uses = self._counted.take()
        try:
            with reachable(), self._runtime.unit_of_work() as uow:
                yield uow
                token_use.record(uow, uses)
        except BaseException:
            self._counted.add(*uses)
            raise

    def write(self) -> None:
        """Write what was counted by itself, if there is anything."""
        if self._counted.total:
            with self.writing():
                pass


class DatabaseParts:
    """Parts of long transcripts in a table."""

    def __init__(self, tokens: DatabaseTokens) -> None:
        self._tokens = tokens

    def kept(self, keys: Sequence[str]) -> dict[str, KeptPart]:
        """Read them in lots, as databases take so many parameters only."""
        found: dict[str, KeptPart] = {}
        rest = iter(keys)
        while lot := list(islice(rest, _MOST_KEYS)):
            with reachable(), single_read() as connection:
                rows = connection.execute(statements.PARTS, {"keys": lot}).all()
            for key, *values in rows:
                found[key] = KeptPart(*values)
        return found

    def keep(self, key: str, part: KeptPart) -> None:
        """Write the part and what was counted in one transaction."""
        values = {
            "key": key,
            "text": part.text,
            "input_tokens": part.input_tokens,
            "output_tokens": part.output_tokens,
            "cached_tokens": part.cached_tokens,
        }
        with self._tokens.writing() as uow:
            uow.connection.execute(statements.KEEP_PART.on(uow.connection), values)
