"""The floor of what is written: bare rows through the database's own driver."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING

import psycopg

from benchmarks import cpu
from benchmarks.instant import SEGMENT_COUNT, SUMMARY, segments

if TYPE_CHECKING:
    from benchmarks.installation import Installation

_TABLES = """
    CREATE TABLE IF NOT EXISTS bare (id serial PRIMARY KEY, text text);
    CREATE TABLE IF NOT EXISTS bare_videos (id text PRIMARY KEY, metadata json);
    CREATE TABLE IF NOT EXISTS bare_transcripts (
        video_id text PRIMARY KEY REFERENCES bare_videos, key text, summary text
    );
"""


def bare_commits(running: Installation, count: int) -> float:
    """Return the seconds that so many inserts take, one after another, one commit each."""
    with _connect(running) as connection:
        started = time.perf_counter()
        for _ in range(count):
            connection.execute("INSERT INTO bare (text) VALUES ('x')")
        return time.perf_counter() - started


def bare_videos(running: Installation, count: int) -> tuple[float, float]:
    """Do the effects of so many videos and nothing else: metadata, an object, a summary.

    Three commits each, in this process. Returns the seconds, and those of CPU with PostgreSQL's.
    """
    assert running.postgresql is not None
    folder = running.folder / "bare"
    folder.mkdir()
    with _connect(running) as connection:
        with connection.cursor() as cursor:
            ids = [(f"bare{number:07d}",) for number in range(count)]
            cursor.executemany("INSERT INTO bare_videos (id) VALUES (%s)", ids)
        server = cpu.of_tree(running.postgresql.pid)
        own, started = time.process_time(), time.perf_counter()
        for (video_id,) in ids:
            connection.execute(
                "UPDATE bare_videos SET metadata = %s WHERE id = %s",
                ('{"title": "How bread rises", "duration": 3600.0}', video_id),
            )
            rows = [
                {"text": each.text, "offset": each.offset, "duration": each.duration}
                for each in segments(SEGMENT_COUNT)
            ]
            data = json.dumps(rows).encode()
            key = f"{video_id}-{hashlib.sha256(data).hexdigest()}"
            (folder / key).write_bytes(data)
            connection.execute(
                "INSERT INTO bare_transcripts (video_id, key) VALUES (%s, %s)", (video_id, key)
            )
            json.loads((folder / key).read_bytes())
            connection.execute(
                "UPDATE bare_transcripts SET summary = %s WHERE video_id = %s", (SUMMARY, video_id)
            )
        taken, own = time.perf_counter() - started, time.process_time() - own
        return taken, own + cpu.of_tree(running.postgresql.pid) - server


def _connect(running: Installation) -> psycopg.Connection[tuple[object, ...]]:
    assert running.postgresql is not None
    connection = psycopg.connect(running.postgresql.url, autocommit=True)
    connection.execute(_TABLES)
    return connection
