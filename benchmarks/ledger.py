"""What it costs to create and to claim a task, as the table grows."""

from __future__ import annotations

import statistics
import tempfile
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks.figures import Bar, Figure
from benchmarks.servers import postgresql
from benchmarks.timing import durations_ms
from vidwiz.config import Config
from vidwiz.db.engine import db
from vidwiz.db.schema_upgrade import upgrade
from vidwiz.plugin_host.registry import Registry
from vidwiz.runtime import build_app, current
from vidwiz.services import videos
from vidwiz.tasks import claims
from vidwiz.tasks.types import TaskType, WorkerId

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask import Flask

FEW, MANY = 100, 1_000_000
TIMES = 300
SLICES = 5
NOW = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-1 hour')", "postgresql": "now()"}
NUMBERS = {
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
    " SELECT i FROM n)",
    "postgresql": "(SELECT generate_series(1, :rows) AS i)",
}
_names = count(1)


class _NoQueue:
    def notify(self, task_type: str, task_ids: Sequence[int]) -> bool:  # noqa: ARG002
        return True

    def pass_on(self, task_type: str, *, network: str) -> None:
        """Nobody works here."""

    def is_reachable(self) -> bool:
        return True


QUEUE = _NoQueue()


def rows() -> Iterator[Figure]:
    """Compare 100 rows with 1,000,000, all completed and all pending, on both databases."""
    for database in ("postgresql", "sqlite"):
        for status in ("completed", "pending"):
            few, many = _measure(database, status)
            for index, what in ((0, "create"), (1, "claim")):
                yield Figure(
                    f"{database}: {what} with {MANY:,} {status} rows",
                    many[index],
                    "ms",
                    few[index],
                    f"the same with {FEW} rows",
                    Bar(ratio_at_most=1.5),
                    others={"a bare insert and commit, ms": many[2]},
                )


def _measure(database: str, status: str) -> list[list[float]]:
    """Return for few and for many rows the medians of creating, claiming and a bare insert, in ms.

    Few and many take turns, so that whatever else the machine does meets both.
    """
    with ExitStack() as stack:
        apps = [_make_app(stack, database) for _ in (FEW, MANY)]
        for app, size in zip(apps, (FEW, MANY), strict=True):
            with app.app_context():
                _fill(database, status, size)
        taken: list[list[list[float]]] = [[[], [], []] for _ in apps]
        for _ in range(SLICES):
            for app, its_own in zip(apps, taken, strict=True):
                with app.app_context():
                    for call, so_far in zip((_create, _claim, _insert), its_own, strict=True):
                        so_far.extend(durations_ms(call, TIMES // SLICES))
        return [[statistics.median(each) for each in its_own] for its_own in taken]


def prepare_app(stack: ExitStack, database: str) -> None:
    """Push the context of an app on an empty database of this kind, until the stack ends."""
    stack.enter_context(_make_app(stack, database).app_context())


def _make_app(stack: ExitStack, database: str) -> Flask:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    url = f"sqlite:///{folder / 'bench.db'}"
    if database == "postgresql":
        url = postgresql(stack).url.replace("postgresql://", "postgresql+psycopg://")
    config = Config(
        data_dir=folder,
        database_url=url,
        redis_url="unix:///there-is-none.sock",
        secret_key="x" * 48,
        admin_tokens=(),
        library_dir=folder,
    )
    app = build_app(config, queue=QUEUE, plugins=Registry([]))
    upgrade(app)
    stack.callback(_dispose, app)
    return app


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def _fill(database: str, status: str, size: int) -> None:
    columns = "task_type, subject, video_id, status, priority, attempt, failures, max_attempts"
    columns += ", waits, isolated, run_at, created_at, updated_at"
    moment = NOW[database]
    fill = (
        f"INSERT INTO tasks ({columns}) SELECT 'fetch_metadata', 'video:old' || i, 'old' || i,"
        f" '{status}', 0, 0, 0, 5, 0, false, {moment}, {moment}, {moment}"
        f" FROM {NUMBERS[database]} AS numbers"
    )
    with current().unit_of_work() as uow:
        # The fill takes longer than any statement of ours may.
        if database == "postgresql":
            uow.session.execute(sa.text("SET LOCAL statement_timeout = 0"))
        uow.session.execute(sa.text(fill), {"rows": size})
        uow.session.execute(sa.text("CREATE TABLE bare (id INTEGER, text VARCHAR)"))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _create() -> None:
    with current().unit_of_work() as uow:
        videos.ensure(uow, f"new{next(_names):08d}")


def _claim() -> None:
    with current().unit_of_work() as uow:
        assert claims.claim(uow, TaskType.FETCH_METADATA, WorkerId("bench"), lease_seconds=3600)


def _insert() -> None:
    with current().unit_of_work() as uow:
        uow.session.execute(sa.text("INSERT INTO bare VALUES (1, 'x')"))
