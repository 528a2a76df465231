"""What a video is called, and that locking a video shows it as it is now."""

import pytest

from tests.fixtures.databases import only_postgresql
from tests.races import Rival, held_open
from tests.support import (
    OTHER_VIDEO,
    TITLE,
    VIDEO,
    captions,
    ensure_video,
    make_user,
    metadata,
    tasks,
    writing,
)
from vidwiz.db.transactions import read_transaction
from vidwiz.models import TaskStatus
from vidwiz.pipeline import submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.work import MetadataResult, TranscriptResult
from vidwiz.runtime import runtime_of
from vidwiz.services import notes, videos
from vidwiz.tasks import subjects
from vidwiz.tasks.types import TaskType

MINE = "What I call it"


def bring(about):
    with writing() as uow:
        kind = KINDS.named(TaskType.FETCH_METADATA)
        submissions.write_result(
            uow, kind, subjects.metadata_of(about.id), MetadataResult(about, "test")
        )


def video(video_id=VIDEO):
    with read_transaction() as session:
        return videos.get(session, video_id)


@pytest.mark.parametrize("title", [None, ""])
def test_metadata_without_a_title_keeps_the_users(core, title):
    ensure_video(title=MINE)
    bring(metadata(title=title))
    assert video().title == MINE
    assert video().video_metadata["channel"] == "The Bakery"
    assert video().metadata_source == "test"


def test_metadata_with_a_title_replaces_the_users(core):
    ensure_video(title=MINE)
    bring(metadata())
    assert video().title == TITLE


def test_without_any_title_there_is_none(core):
    ensure_video()
    bring(metadata(title=None))
    assert video().title is None


def test_metadata_is_of_one_video(core):
    ensure_video(title=MINE)
    ensure_video(OTHER_VIDEO, title="Another")
    bring(metadata())
    assert (video(OTHER_VIDEO).title, video(OTHER_VIDEO).video_metadata) == ("Another", None)
    (row,) = tasks(video_id=OTHER_VIDEO, task_type=TaskType.FETCH_METADATA)
    assert row.status is TaskStatus.PENDING


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [(MINE, "Later", MINE), (None, "Later", "Later"), (MINE, None, MINE)],
)
def test_the_first_title_that_a_user_gave_stays(core, first, second, kept):
    ensure_video(title=first)
    ensure_video(title=second)
    assert video().title == kept


@only_postgresql
def test_whoever_waited_for_the_lock_sees_what_the_other_wrote(core):
    ensure_video(title="Before")

    def rename(uow):
        videos.lock(uow, VIDEO).title = "After"

    def look(uow):
        known = videos.get(uow.session, VIDEO)
        assert known.title == "Before"
        return videos.lock(uow, VIDEO).title

    with held_open(core, rename):
        waiting = Rival(core, look)
        assert not waiting.is_over_or_waits()
    assert waiting.result() == "After"


@only_postgresql
def test_a_note_made_while_the_transcript_is_being_accepted_is_scheduled(core):
    ada = make_user()
    ensure_video()
    kind = KINDS.named(TaskType.FETCH_TRANSCRIPT)
    stored = kind.store(runtime_of(core).store, VIDEO, TranscriptResult(captions(), "test"))

    def accept(uow):
        submissions.write_result(uow, kind, subjects.transcript_of(VIDEO), stored)

    def make(uow):
        return notes.create(uow, user_id=ada.id, video_id=VIDEO, timestamp="1:00").id

    with held_open(core, accept):
        making = Rival(core, make)
        assert not making.is_over_or_waits()
    note_id = making.result()
    assert [row.note_id for row in tasks(task_type=TaskType.GENERATE_NOTE)] == [note_id]
    # And nothing is fetched that has just come.
    assert [row.status for row in tasks(task_type=TaskType.FETCH_TRANSCRIPT)] == ["completed"]
