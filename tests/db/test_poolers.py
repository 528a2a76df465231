"""PostgreSQL behind PgBouncer, in both kinds of pooling, with nothing set for it."""

import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import dispose, empty, make_config, only_postgresql
from tests.fixtures.servers import until
from tests.support import make_user, tasks
from vidwiz.db import schema_upgrade, schema_version
from vidwiz.db.engine import db
from vidwiz.db.postgresql import LIMITS
from vidwiz.db.transactions import read_transaction, unit_of_work
from vidwiz.plugin_host.registry import Registry
from vidwiz.processes import die_with_parent
from vidwiz.runtime import build_app, runtime_of
from vidwiz.services import users, videos

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
needs_pgbouncer = pytest.mark.skipif(
    PGBOUNCER is None, reason="pgbouncer is not installed (apt-get install pgbouncer)"
)
INI = """
[databases]
* = host={server} user=postgres
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
max_client_conn = 500
{ignore}
"""


def become(user_id, group_id):
    """PgBouncer refuses to run as root, and the server's socket is its user's alone."""
    die_with_parent(os.getppid())
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(group_id)
        os.setuid(user_id)


@pytest.fixture(params=["session", "transaction"])
def mode(request):
    return request.param


@pytest.fixture(params=["", "ignore_startup_parameters = options"], ids=["refuses", "ignores"])
def pooled_url(request, mode, _migrated_postgres):
    empty(_migrated_postgres)
    server = sa.make_url(_migrated_postgres)
    owner = Path(server.query["host"]).stat()
    # Not below pytest's folders, which are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="vidwiz-pgbouncer-"))
    folder.chmod(0o777)
    ini = folder / "pgbouncer.ini"
    ini.write_text(
        INI.format(
            server=server.query["host"],
            folder=folder,
            mode=mode,
            ignore=request.param,
            # In session mode each of our connections keeps one of the server's.
            size=20 if mode == "session" else 3,
        )
    )
    ini.chmod(0o644)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PGBOUNCER, str(ini)],
            stdout=log,
            stderr=log,
            preexec_fn=partial(become, owner.st_uid, owner.st_gid),  # noqa: PLW1509 - no locks
        )
    path = folder / ".s.PGSQL.6432"
    until(path.exists, f"pgbouncer: {(folder / 'log').read_text()}")
    yield server.set(query={"host": str(folder)}, port=6432).render_as_string(hide_password=False)
    process.kill()
    process.wait()
    shutil.rmtree(folder)


@pytest.fixture
def pooled_app(pooled_url, tmp_path):
    app = build_app(make_config(tmp_path / "data", pooled_url), plugins=Registry([]))
    with app.app_context():
        yield app
    dispose(app)


def use(app, number):
    """Write and read in one thread, with statements that psycopg would prepare."""
    with app.app_context():
        for again in range(8):
            with unit_of_work(runtime_of(app)) as uow:
                videos.ensure(uow, f"pooled{number:03}{again:02}")
            with read_transaction() as session:
                videos.get(session, f"pooled{number:03}{again:02}")
    return number


@needs_pgbouncer
@pytest.mark.slow
def test_it_works_behind_pgbouncer(pooled_app):
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(partial(use, pooled_app), range(16))) == list(range(16))
    assert len(tasks()) == 2 * 16 * 8


@needs_pgbouncer
@pytest.mark.slow
def test_the_limits_hold_in_each_transaction_behind_pgbouncer(pooled_app):
    for _ in range(3):
        with read_transaction() as session:
            for name, value in LIMITS.items():
                found = session.scalar(
                    sa.text("SELECT setting FROM pg_settings WHERE name = :name"), {"name": name}
                )
                assert int(found) == value


@needs_pgbouncer
@pytest.mark.slow
def test_forks_know_what_their_parent_found(pooled_app):
    with read_transaction() as session:
        session.scalar(sa.text("SELECT 1"))
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            make_user()
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    with read_transaction() as session:
        assert users.find_by_email(session, "ada@example.org") is not None


@needs_pgbouncer
@pytest.mark.slow
def test_migrations_run_behind_pgbouncer(pooled_url, tmp_path, postgres_server):
    name = f"pooled_{os.getpid()}"
    engine = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    url = sa.make_url(pooled_url).set(database=name).render_as_string(hide_password=False)
    app = build_app(make_config(tmp_path / "data", url), plugins=Registry([]))
    schema_upgrade.upgrade(app)
    assert schema_version.is_current(app)
    dispose(app)


def session_of(app):
    with app.app_context(), db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        connection.exec_driver_sql("SELECT 1")
        setting = connection.exec_driver_sql("SHOW lock_timeout").scalar()
        return driver.prepare_threshold, setting


@only_postgresql
def test_a_server_itself_is_given_the_limits_once(database_url, tmp_path):
    statements = []
    app = build_app(make_config(tmp_path / "data", database_url), plugins=Registry([]))
    with app.app_context():
        sa.event.listen(
            db.engine, "before_cursor_execute", lambda *call: statements.append(call[2])
        )
        with read_transaction() as session:
            session.scalar(sa.text("SELECT 1"))
    assert session_of(app) == (5, "10s")
    assert not any("set_config" in statement for statement in statements)
    dispose(app)


@only_postgresql
def test_options_of_the_url_are_kept_and_win(database_url, tmp_path):
    url = sa.make_url(database_url).update_query_dict({"options": "-c lock_timeout=7s"})
    text = url.render_as_string(hide_password=False)
    app = build_app(make_config(tmp_path / "data", text), plugins=Registry([]))
    assert session_of(app)[1] == "7s"
    dispose(app)
