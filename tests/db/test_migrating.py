"""Migrations: one process at a time, whoever starts, and without the limits of requests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import dispose, make_config
from vidwiz.db import schema_upgrade, schema_version
from vidwiz.db.engine import db
from vidwiz.plugin_host.registry import Registry
from vidwiz.runtime import build_app

ROOT = Path(__file__).parents[2]
AT_ONCE = 6


@pytest.mark.slow
def test_several_machines_that_upgrade_at_once_all_succeed(empty_url, tmp_path):
    processes = []
    for number in range(AT_ONCE):
        env = {k: v for k, v in os.environ.items() if "VIDWIZ" not in k}
        env |= {
            "PYTHONPATH": str(ROOT),
            "VIDWIZ_DATA_DIR": str(tmp_path / f"machine-{number}"),
            "VIDWIZ_DATABASE_URL": empty_url,
            "VIDWIZ_SECRET_KEY": "s" * 40,
            "VIDWIZ_ADMIN_TOKEN": "a" * 40,
        }
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "vidwiz", "db", "upgrade"],
                cwd=tmp_path,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    ends = [(*process.communicate(timeout=100), process.returncode) for process in processes]
    assert [(error, code) for _, error, code in ends] == [("", 0)] * AT_ONCE
    assert {output for output, _, _ in ends} <= {
        "The database is up to date now.\n",
        "The database is up to date already.\n",
    }


def test_a_migration_may_take_longer_than_a_request(empty_url, tmp_path):
    app = build_app(make_config(tmp_path / "data", empty_url), plugins=Registry([]))
    limits = set()
    with app.app_context():
        is_sqlite = db.engine.dialect.name == "sqlite"

        @sa.event.listens_for(db.engine, "before_cursor_execute")
        def look(connection, _cursor, statement, *_):
            if "CREATE TABLE tasks" not in statement:
                return
            looking = connection.connection.cursor()
            names = ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"]
            for name in ["busy_timeout"] if is_sqlite else names:
                looking.execute(f"PRAGMA {name}" if is_sqlite else f"SHOW {name}")
                limits.add(looking.fetchone()[0])

    schema_upgrade.upgrade(app)
    assert limits == ({3_600_000} if is_sqlite else {"0"})
    assert schema_version.is_current(app)
    with app.app_context(), db.engine.connect() as connection:
        after = "PRAGMA busy_timeout" if is_sqlite else "SHOW statement_timeout"
        assert connection.exec_driver_sql(after).scalar() == (30_000 if is_sqlite else "30s")
    dispose(app)


def test_a_migration_that_fails_leaves_the_schema_as_it_was(empty_url, tmp_path):
    app = build_app(make_config(tmp_path / "data", empty_url), plugins=Registry([]))
    with app.app_context():

        @sa.event.listens_for(db.engine, "before_cursor_execute")
        def fail(_connection, _cursor, statement, *_):
            if "CREATE TABLE tasks" in statement:
                raise RuntimeError("the machine went away")

        with pytest.raises(RuntimeError):
            schema_upgrade.upgrade(app)
        sa.event.remove(db.engine, "before_cursor_execute", fail)
        assert sa.inspect(db.engine).get_table_names() == []
    schema_upgrade.upgrade(app)
    assert schema_version.is_current(app)
    dispose(app)
