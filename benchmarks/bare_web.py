"""The floor of a request: a Flask view with one statement of the database's own driver.

It runs under the same settings of gunicorn as the application. Each thread keeps a connection, set
up as the application sets up its own.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psycopg
from flask import Flask, jsonify, request

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

TABLE = "CREATE TABLE bare_notes (id {key}, video_id varchar, timestamp varchar, text varchar)"
_KEYS = {"postgresql": "bigserial PRIMARY KEY", "sqlite": "integer PRIMARY KEY"}
_INSERT = "INSERT INTO bare_notes (video_id, timestamp, text) VALUES ({p}, {p}, {p}) RETURNING id"
_SELECT = "SELECT video_id, title, metadata, created_at FROM videos WHERE video_id = {p}"


def table(database: str) -> str:
    """Return the statement that makes the table of the bare notes."""
    return TABLE.format(key=_KEYS[database])


def create_app() -> Flask:
    url = os.environ["BARE_DATABASE_URL"]
    app = Flask("bare")
    connections = threading.local()
    connect: Callable[[], Any] = _connector(url)
    mark = "?" if url.startswith("sqlite") else "%s"
    insert, select = _INSERT.format(p=mark), _SELECT.format(p=mark)

    def execute(sql: str, *values: object) -> Any:  # noqa: ANN401 - a row of any driver
        if not hasattr(connections, "one"):
            connections.one = connect()
        found = connections.one.execute(sql, values).fetchall()[0]
        connections.one.commit()
        return found

    @app.post("/notes/<video_id>")
    def create(video_id: str) -> tuple[Response, int]:
        asked = request.get_json()
        (number,) = execute(insert, video_id, asked["timestamp"], asked["text"])
        return jsonify(id=number, video_id=video_id, **asked), 201

    @app.get("/videos/<video_id>")
    def read(video_id: str) -> Response:
        found, title, metadata, created_at = execute(select, video_id)
        return jsonify(video_id=found, title=title, metadata=metadata, created_at=str(created_at))

    nothing = SimpleNamespace(close=lambda: None)
    # What the settings of gunicorn close at the end.
    app.extensions.update({"vidwiz.polls": nothing, "vidwiz": SimpleNamespace(plugins=nothing)})
    return app


def _connector(url: str) -> Callable[[], Any]:
    if not url.startswith("sqlite"):
        return lambda: psycopg.connect(url)

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    return connect
