"""Folded titles: kept beside every title, also of videos from before there were any."""

import flask_migrate
import pytest
import sqlalchemy as sa

from tests.fixtures.databases import dispose, make_config
from tests.support import VIDEO, ensure_video, writing
from vidwiz.db import schema_upgrade
from vidwiz.db.transactions import read_transaction
from vidwiz.models import Video
from vidwiz.plugin_host.registry import Registry
from vidwiz.runtime import build_app
from vidwiz.services import videos


def test_a_folded_title_follows_the_title(core):
    ensure_video(title="ÜBUNG")
    with writing() as uow:
        video = videos.lock(uow, VIDEO)
        assert video.title_folded == "übung"
        video.title = "Straße"
        assert video.title_folded == "strasse"
        video.title = None
        assert video.title_folded is None
        uow.session.add(Video(video_id="other000001", title="ЖУК"))
    with read_transaction() as session:
        kept = session.scalars(sa.select(Video.title_folded).order_by(Video.id)).all()
    assert kept == [None, "жук"]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request, tmp_path):
    """Return the URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE folded_titles")
    yield server.set(database="folded_titles").render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE folded_titles")


def test_titles_of_older_videos_are_folded(empty_database, tmp_path):
    app = build_app(make_config(tmp_path / "data", empty_database), plugins=Registry([]))
    schema_upgrade.init_app(app)
    with app.app_context():
        flask_migrate.upgrade(revision="0002")
        with writing() as uow:
            uow.session.execute(
                sa.text(
                    "INSERT INTO videos (video_id, title, transcript_available, created_at,"
                    " updated_at) VALUES (:id, :title, :no, :day, :day)"
                ),
                [
                    {"id": f"{number:011d}", "title": title, "no": False, "day": "2026-01-01"}
                    for number, title in enumerate(["ÜBUNG", None, *(["x"] * 1500), "ЖУК"])
                ],
            )
        flask_migrate.upgrade()
        with read_transaction() as session:
            kept = session.scalars(sa.select(Video.title_folded).order_by(Video.id)).all()
        assert (kept[:2], set(kept[2:-1]), kept[-1]) == (["übung", None], {"x"}, "жук")
        flask_migrate.downgrade(revision="0002")
        flask_migrate.upgrade()
    dispose(app)
