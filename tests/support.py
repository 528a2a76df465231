"""What tests share: a queue that records, and short ways to put things into a database."""

from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path

import sqlalchemy as sa

from vidwiz.db.transactions import read_transaction, unit_of_work
from vidwiz.models import Note, Task
from vidwiz.plugin_api import VideoMetadata
from vidwiz.plugin_api.fakes import spoken
from vidwiz.runtime import current
from vidwiz.services import notes, users, videos
from vidwiz.worker.context import WorkerContext

CAPTIONS = Path(__file__).parents[1].parent / "shared" / "data" / "captions"

VIDEO = "breadrise01"
OTHER_VIDEO = "bluesky0002"
TITLE = "How bread rises"


def no_fetchers():
    """Return the settings that switch off every fetcher that is installed."""
    groups = ("vidwiz.metadata_fetchers", "vidwiz.transcript_fetchers")
    entries = [entry for group in groups for entry in entry_points(group=group)]
    names = {entry.name.upper().replace("-", "_") for entry in entries}
    return {f"VIDWIZ_PLUGIN_{name}_ENABLED": "false" for name in sorted(names)}


class RecordingQueue:
    """A `TaskQueue` that only remembers; `answers` says whether it pretends to work."""

    def __init__(self):
        self.notifications = []
        self.answers = True

    def notify(self, task_type, task_ids):
        if self.answers:
            self.notifications.append((task_type, list(task_ids)))
        return self.answers

    def is_reachable(self):
        return self.answers


class BreaksReading(str):
    """An answer that breaks the code that reads it, as a bug of ours would."""

    __slots__ = ()

    def find(self, *_):
        raise AttributeError("a bug")


def metadata(video_id=VIDEO, **fields):
    return VideoMetadata(
        **{"id": video_id, "title": TITLE, "channel": "The Bakery", "duration": 600.0, **fields}
    )


def captions():
    """Five minutes about bread, in segments of five seconds."""
    return spoken(
        *(
            f"In minute {second // 60} at second {second} the yeast goes on eating the sugar."
            for second in range(0, 300, 5)
        )
    )


@contextmanager
def writing():
    with unit_of_work(current()) as uow:
        yield uow


def make_user(email="ada@example.org", **fields):
    with writing() as uow:
        return users.create(uow, email=email, name="Ada", **fields)


def ensure_video(video_id=VIDEO, **options):
    with writing() as uow:
        videos.ensure(uow, video_id, **options)


def make_note(user, timestamp="1:00", video_id=VIDEO, **fields):
    with writing() as uow:
        return notes.create(uow, user_id=user.id, video_id=video_id, timestamp=timestamp, **fields)


def tasks(**criteria):
    """Return all tasks with these values, oldest first."""
    with read_transaction() as session:
        return list(session.scalars(sa.select(Task).filter_by(**criteria).order_by(Task.id)))


def note(note_id):
    with read_transaction() as session:
        return session.get(Note, note_id)


def work_here(app, task_types):
    """Work on all that is due of these types, in this process and without Redis."""
    with app.app_context(), WorkerContext(app, "test") as context:
        for task_type in task_types:
            while context.runner.drain(task_type):
                pass
