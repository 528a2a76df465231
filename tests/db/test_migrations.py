"""The migrations: rows survive them, there and back, and the models are what they make."""

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.fixtures.databases import dispose, make_config
from vidwiz.db import schema_upgrade, schema_version
from vidwiz.db.engine import db
from vidwiz.models import Base
from vidwiz.plugin_host.registry import Registry
from vidwiz.runtime import build_app

MOMENT = "'2026-01-01 00:00:00'"
# What the first version of the schema could hold, one row in each table that changed since.
FIRST_ROWS = (
    (
        "INSERT INTO users (id, email, name, ai_notes_enabled, is_admin, created_at)"
        f" VALUES (1, 'ada@example.org', 'Ada', true, false, {MOMENT})"
    ),
    (
        "INSERT INTO videos (id, video_id, title, transcript_available, created_at, updated_at)"
        f" VALUES (1, 'breadrise01', 'ÄRGER mit Brot', true, {MOMENT}, {MOMENT}),"
        f" (2, 'bluesky0002', NULL, false, {MOMENT}, {MOMENT})"
    ),
    (
        "INSERT INTO transcripts (id, video_id, object_key, sha256, source, created_at, updated_at)"
        f" VALUES (1, 'breadrise01', 'key', 'digest', 'library', {MOMENT}, {MOMENT})"
    ),
    f"INSERT INTO turns (duty, taken_at) VALUES ('sweep', {MOMENT})",
    (
        "INSERT INTO stored_answers (user_id, route, key, request_sha256, created_at)"
        f" VALUES (1, 'create_note', 'a key', 'digest', {MOMENT})"
    ),
    (
        "INSERT INTO tasks (task_type, subject, video_id, status, priority, attempt, failures,"
        " max_attempts, waits, alone, run_at, created_at, updated_at) VALUES ('fetch_metadata',"
        f" 'video:x', 'x', 'pending', 0, 1, 1, 5, 2, true, {MOMENT}, {MOMENT}, {MOMENT})"
    ),
)


@pytest.fixture
def migrating(empty_url, tmp_path):
    """Return an app on a database without any table, its context pushed."""
    app = build_app(make_config(tmp_path / "data", empty_url), plugins=Registry([]))
    schema_upgrade.init_app(app)
    with app.app_context():
        yield app
    dispose(app)


def rows(query):
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_rows_of_the_first_version_survive_there_and_back(migrating):
    flask_migrate.upgrade(revision="0001")
    with db.engine.begin() as connection:
        for statement in FIRST_ROWS:
            connection.execute(sa.text(statement))
    for _ in range(2):
        flask_migrate.upgrade()
        assert rows("SELECT isolated, waits, failures, waits_by_code FROM tasks") == [
            (True, 2, 1, None)
        ]
        assert rows("SELECT title_folded FROM videos ORDER BY id") == [("ärger mit brot",), (None,)]
        assert rows("SELECT publish_failures FROM transcripts") == [(0,)]
        assert rows("SELECT name, cursor FROM periodic_runs") == [("sweep", 0)]
        assert rows("SELECT key FROM idempotency_keys") == [("a key",)]
        flask_migrate.downgrade(revision="0001")
        assert rows("SELECT alone FROM tasks") == [(True,)]
        assert rows("SELECT duty FROM turns") == [("sweep",)]
        assert rows("SELECT key FROM stored_answers") == [("a key",)]


# Videos with all that points to them, and a note's id that was given and is free again.
THIRD_ROWS = (
    *FIRST_ROWS[:2],
    FIRST_ROWS[2]
    .replace("(id, video_id, object_key", "(publish_failures, id, video_id, object_key")
    .replace("(1, 'breadrise01', 'key'", "(0, 1, 'breadrise01', 'key'"),
    f"INSERT INTO library (user_id, video_id, created_at) VALUES (1, 'breadrise01', {MOMENT})",
    *(
        "INSERT INTO notes (video_id, user_id, timestamp, seconds, generated_by_ai, created_at,"
        f" updated_at) VALUES ('breadrise01', 1, '0:0{second}', {second}, false, {MOMENT},"
        f" {MOMENT})"
        for second in (1, 2)
    ),
    "DELETE FROM notes WHERE seconds = 2",
    (
        "INSERT INTO conversations (video_id, user_id, created_at, updated_at)"
        f" VALUES ('breadrise01', 1, {MOMENT}, {MOMENT})"
    ),
    (
        "INSERT INTO messages (conversation_id, role, content, created_at)"
        f" VALUES (1, 'user', 'Why?', {MOMENT})"
    ),
    (
        "INSERT INTO fetcher_states (provider, network, refusals, code, open_until, updated_at)"
        f" VALUES ('yt-dlp', 'server', 2, 'ip_blocked', {MOMENT}, {MOMENT})"
    ),
)
LONG = "vimeo:" + "x" * 100
OF_VIDEOS = ("videos", "transcripts", "library", "notes", "conversations", "messages")


def test_copying_tables_for_longer_ids_loses_nothing_that_points_to_them(migrating):
    flask_migrate.upgrade(revision="0003")
    with db.engine.begin() as connection:
        for statement in THIRD_ROWS:
            connection.execute(sa.text(statement))
    counts = [rows(f"SELECT count(*) FROM {table}") for table in OF_VIDEOS]
    for _ in range(2):
        flask_migrate.upgrade()
        assert [rows(f"SELECT count(*) FROM {table}") for table in OF_VIDEOS] == counts
        assert rows("SELECT refusals, code, probing, successes FROM fetcher_states") == [
            (2, "ip_blocked", False, 0)
        ]
        with db.engine.begin() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO videos (id, video_id, url, transcript_available, created_at,"
                    f" updated_at) VALUES (9, '{LONG}', 'https://vimeo.com/1', false, {MOMENT},"
                    f" {MOMENT})"
                )
            )
            connection.execute(
                sa.text(
                    "INSERT INTO notes (video_id, user_id, timestamp, seconds, generated_by_ai,"
                    f" created_at, updated_at) VALUES ('{LONG}', 1, '0:03', 3, false, {MOMENT},"
                    f" {MOMENT})"
                )
            )
        assert rows("SELECT min(id), max(id) > 2 FROM notes") == [(1, True)]
        flask_migrate.downgrade(revision="0003")
        assert [rows(f"SELECT count(*) FROM {table}") for table in OF_VIDEOS] == counts


def test_references_are_checked_again_after_a_migration(migrating):
    flask_migrate.upgrade()
    with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
        connection.execute(
            sa.text(
                f"INSERT INTO library (user_id, video_id, created_at) VALUES (1, 'x', {MOMENT})"
            )
        )


def test_the_models_are_what_the_migrations_make(migrating):
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_newest_version_is_found_without_alembic():
    heads = ScriptDirectory(str(schema_version.directory())).get_heads()
    assert heads == [schema_version.newest()]
