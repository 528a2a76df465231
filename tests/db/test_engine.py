"""What every connection to a database is given, and how connections end."""

import os
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import IntegrityError

from tests.fixtures.databases import (
    dispose,
    make_config,
    only_postgresql,
    only_sqlite,
)
from tests.support import make_user
from vidwiz.cli.opening import in_context
from vidwiz.db import postgresql, url_check
from vidwiz.db.engine import db
from vidwiz.db.transactions import read_transaction, unit_of_work
from vidwiz.errors import ConfigError
from vidwiz.models import Note, User
from vidwiz.plugin_host.registry import Registry
from vidwiz.runtime import build_app, current
from vidwiz.worker import entry

FULL, NORMAL = 2, 1


@pytest.fixture
def pings(monkeypatch):
    """Count what the server is asked only to see whether a connection lives."""
    asked = []
    ask = PGDialect_psycopg.do_ping
    monkeypatch.setattr(
        PGDialect_psycopg, "do_ping", lambda *call: asked.append(call) or ask(*call)
    )
    return asked


def synchronous(app):
    with app.app_context(), db.engine.connect() as connection:
        return connection.exec_driver_sql("PRAGMA synchronous").scalar()


@only_sqlite
def test_commits_that_a_user_waits_for_are_flushed(core):
    assert synchronous(core) == FULL


@only_sqlite
def test_workers_do_not_wait_for_the_disk(config, plugins):
    app = build_app(config, plugins=plugins, flush_commits=False)
    assert synchronous(app) == NORMAL
    dispose(app)


@only_sqlite
def test_the_app_of_a_worker_is_built_like_that(config, monkeypatch):
    entry.app.cache_clear()
    monkeypatch.setattr(entry.Config, "from_env", lambda: config)
    monkeypatch.setattr(entry, "build_app", lambda config, **options: options)
    umask = os.umask(0o022)
    try:
        assert entry.app() == {"flush_commits": False}
    finally:
        entry.app.cache_clear()
        assert os.umask(umask) == 0o077


def test_a_row_of_nobody_is_refused(core):
    with pytest.raises(IntegrityError), unit_of_work(current()) as uow:
        uow.session.add(Note(user_id=4711, video_id="nobodys0001", timestamp="0:01", seconds=1))
        uow.session.flush()


@only_postgresql
def test_a_restarted_server_is_not_noticed_by_the_next_request(core):
    ada = make_user()
    other = sa.create_engine(core.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
    with other.connect() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()
    with read_transaction() as session:
        assert session.get(User, ada.id) is not None


@only_sqlite
def test_plugins_are_freed_at_the_end_of_a_command(config, plugins, llm):
    closed = []
    llm.close = lambda: closed.append(llm)
    app = build_app(config, plugins=plugins)
    with pytest.raises(KeyError), in_context(app):
        raise KeyError
    assert closed == [llm]


@only_sqlite
def test_plugins_are_freed_when_a_web_worker_ends(config, plugins, llm, monkeypatch):
    monkeypatch.setenv("VIDWIZ_DATA_DIR", str(config.data_dir))
    umask = os.umask(0o077)
    try:
        from vidwiz import serving
    finally:
        os.umask(umask)
    closed = []
    llm.close = lambda: closed.append(llm)
    app = build_app(config, plugins=plugins)
    serving.worker_exit(None, SimpleNamespace(wsgi=app))
    serving.worker_exit(None, SimpleNamespace())  # one that ended before it had an app
    assert closed == [llm]
    dispose(app)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("postgresql+psycopg://db/x?schema=public", "schema"),
        ("postgresql+psycopg://db/x?pgbouncer=true", "pgbouncer"),
        ("postgresql+psycopg://db/x?prepare_threshold=0&sslmode=require", "prepare_threshold"),
        ("sqlite:////tmp/x.db?mode=ro", "mode"),
        ("sqlite:////tmp/x.db?timeout=soon", "VIDWIZ_DATABASE_URL"),
    ],
)
def test_parameters_that_the_driver_would_fail_on_are_named(url, word):
    with pytest.raises(ConfigError, match=word):
        url_check.check_parameters(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://db/x?sslmode=require&connect_timeout=3",
        "postgresql+psycopg:///x?host=/run/postgresql",
        "postgresql+psycopg:///x?host=a:5432&host=b:5433&target_session_attrs=read-write",
        "sqlite:////tmp/x.db?timeout=5",
    ],
)
def test_parameters_that_the_driver_takes_are_taken(url):
    url_check.check_parameters(url)


def test_an_app_with_such_a_parameter_is_not_built(tmp_path):
    config = make_config(tmp_path / "data", "postgresql+psycopg://db/x?schema=public")
    with pytest.raises(ConfigError, match="schema"):
        build_app(config, plugins=Registry([]))


@only_postgresql
def test_a_connection_in_use_is_not_asked_whether_it_lives(pings, core, monkeypatch):
    make_user()
    make_user("bob@example.org")
    assert not pings
    monkeypatch.setattr(postgresql, "PING_AFTER_SECONDS", 0.0)
    make_user("eve@example.org")
    assert len(pings) == 1


@only_postgresql
def test_a_pooled_connection_that_was_closed_here_is_replaced(core):
    make_user()
    with db.engine.connect() as connection:
        driver = connection.connection.dbapi_connection
    driver.close()
    make_user("bob@example.org")
