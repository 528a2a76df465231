"""Published copies and replaced transcripts of several videos and owners: each is its own."""

import json

import pytest
import sqlalchemy as sa

from tests.support import (
    OTHER_VIDEO,
    VIDEO,
    captions,
    ensure_video,
    make_note,
    make_user,
    tasks,
    work_here,
    writing,
)
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import StoreError
from vidwiz.models import TaskStatus, Transcript, now_plus
from vidwiz.pipeline import submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.work import TranscriptResult
from vidwiz.plugin_api.fakes import spoken
from vidwiz.runtime import build_app, runtime_of
from vidwiz.services import publishing, transcripts
from vidwiz.services.publishing import Publication
from vidwiz.tasks import subjects
from vidwiz.tasks.types import TaskType
from vidwiz.worker.sweeper import publish_due

TRANSCRIPTS = KINDS.named(TaskType.FETCH_TRANSCRIPT)
TEXTS = (TaskType.GENERATE_SUMMARY, TaskType.GENERATE_NOTE)
OWN_SHA = "1" * 64


def put(store, words, video_id=VIDEO):
    return TRANSCRIPTS.store(store, video_id, TranscriptResult(spoken(words), "test"))


def bring(stored, video_id=VIDEO):
    with writing() as uow:
        submissions.write_result(uow, TRANSCRIPTS, subjects.transcript_of(video_id), stored)


def published(store, video_id=VIDEO):
    return json.loads(store.get(publishing.published_key(video_id)))[0]["text"]


def rows():
    with read_transaction() as session:
        return {
            (row.video_id, row.owner_id is None): row
            for row in session.scalars(sa.select(Transcript))
        }


def change(**values):
    with writing() as uow:
        uow.session.execute(sa.update(Transcript).values(**values))


@pytest.fixture
def store(core):
    return runtime_of(core).store


@pytest.fixture
def three(core, store):
    """Store shared transcripts of two videos, and a user's own one of the first."""
    ada = make_user()
    for video_id in (VIDEO, OTHER_VIDEO):
        ensure_video(video_id)
        bring(put(store, f"Of {video_id}.", video_id), video_id)
    own = put(store, "My own upload.")
    with writing() as uow:
        uow.session.add(
            Transcript(
                video_id=VIDEO,
                owner_id=ada.id,
                object_key=own.key,
                sha256=OWN_SHA,
                source="upload",
                publish_at=now_plus(-60),
            )
        )


def publication(video_id=VIDEO):
    row = rows()[video_id, True]
    return Publication(row.video_id, row.object_key, row.sha256)


def mark(written):
    with writing() as uow:
        return publishing.mark_published(uow, written)


def test_a_copy_that_is_written_is_marked_on_one_row(three):
    change(published_at=None, publish_failures=3)
    assert mark(publication()) is None
    found = rows()
    assert found[VIDEO, True].published_at is not None
    assert found[VIDEO, True].publish_failures == 0
    for other in ((VIDEO, False), (OTHER_VIDEO, True)):
        assert (found[other].published_at, found[other].publish_failures) == (None, 3)


@pytest.mark.parametrize("already", [True, False])
def test_a_copy_of_another_version_is_never_marked_as_current(three, store, already):
    """The transcript was replaced between the copy and its mark."""
    old = publication()
    bring(put(store, "The second version."))
    if not already:
        change(published_at=None)
    assert mark(old) == publication()
    assert rows()[VIDEO, True].published_at is None


def test_a_copy_of_a_video_that_is_gone_is_nothing_to_do(core):
    assert mark(Publication("unknown0000", "k", "0" * 64)) is None


def test_copies_that_are_due_are_those_of_shared_transcripts(three):
    change(published_at=None, publish_at=now_plus(-1))
    with read_transaction() as session:
        due = publishing.due_publications(session)
        assert len(publishing.due_publications(session, limit=1)) == 1
    assert {each.video_id for each in due} == {VIDEO, OTHER_VIDEO}
    assert OWN_SHA not in {each.sha256 for each in due}
    change(publish_at=now_plus(60))
    with read_transaction() as session:
        assert publishing.due_publications(session) == []


class BrokenStore:
    """The real store, whose copies fail as long as `is_broken`."""

    def __init__(self, store):
        self._store = store
        self.is_broken = True

    def __getattr__(self, name):
        return getattr(self._store, name)

    def copy(self, key, copy_key):
        if self.is_broken:
            raise StoreError("no")
        self._store.copy(key, copy_key)


@pytest.fixture
def broken(core, config, queue, plugins, store):
    """Return the store of an app of its own on the same database."""
    broken = BrokenStore(store)
    app = build_app(config, queue=queue, plugins=plugins, store=broken)
    return runtime_of(app), broken


def test_a_copy_that_failed_puts_off_no_other(three, broken):
    runtime, _ = broken
    change(published_at=None, publish_at=now_plus(-1))
    before = rows()
    assert not publishing.publish(runtime, publication())
    after = rows()
    assert after[VIDEO, True].publish_failures == 1
    assert after[VIDEO, True].publish_at > before[VIDEO, True].publish_at
    for other in ((VIDEO, False), (OTHER_VIDEO, True)):
        assert after[other].publish_failures == 0
        assert after[other].publish_at == before[other].publish_at


def test_a_replacement_whose_copy_failed_is_published_by_the_sweeper(three, store, broken):
    runtime, shaky = broken
    second = put(store, "The second version.")
    with runtime.unit_of_work() as uow:
        submissions.write_result(uow, TRANSCRIPTS, subjects.transcript_of(VIDEO), second)
    found = rows()
    assert (found[VIDEO, True].published_at, published(store)) == (None, f"Of {VIDEO}.")
    assert found[OTHER_VIDEO, True].published_at is not None
    shaky.is_broken = False
    change(publish_at=now_plus(-1))
    assert publish_due(runtime) == 1
    assert published(store) == "The second version."
    assert published(store, OTHER_VIDEO) == f"Of {OTHER_VIDEO}."


def test_a_copy_is_first_tried_again_after_ten_seconds(three, broken):
    runtime, _ = broken
    pauses = []
    for _ in range(3):
        publishing.publish(runtime, publication())
        with read_transaction() as session:
            row = transcripts.shared(session, VIDEO)
            clock = session.scalar(sa.select(now_plus(0)))
        pauses.append((row.publish_at - clock).total_seconds())
    for pause, expected in zip(pauses, (10, 20, 40), strict=True):
        assert expected - 5 < pause <= expected + 1


def test_a_replaced_transcript_discards_the_texts_of_its_video_only(core, store):
    ada = make_user()
    for video_id in (VIDEO, OTHER_VIDEO):
        ensure_video(video_id)
    work_here(core, [TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT])
    for video_id in (VIDEO, OTHER_VIDEO):
        make_note(ada, "0:10", video_id=video_id)
    bring(put(store, "The second version."))
    for task_type in TEXTS:
        assert [row.status for row in tasks(task_type=task_type, video_id=OTHER_VIDEO)] == [
            TaskStatus.PENDING
        ]
        assert [row.status for row in tasks(task_type=task_type, video_id=VIDEO)] == [
            TaskStatus.CANCELLED,
            TaskStatus.PENDING,
        ]


def test_the_summary_of_another_video_stays(core, store):
    for video_id in (VIDEO, OTHER_VIDEO):
        ensure_video(video_id)
    work_here(core, [TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT, TaskType.GENERATE_SUMMARY])
    before = rows()[OTHER_VIDEO, True]
    bring(put(store, "The second version."))
    after = rows()
    assert after[VIDEO, True].summary is None
    assert after[OTHER_VIDEO, True].summary == before.summary is not None
    assert after[OTHER_VIDEO, True].suggested_questions == before.suggested_questions


def test_at_most_twenty_videos_are_looked_up_for_dispatch_at_once(core, store):
    for number in range(22):
        video_id = f"{number:011d}"
        ensure_video(video_id)
        bring(TRANSCRIPTS.store(store, video_id, TranscriptResult(captions(), "x")), video_id)
    change(dispatched_at=None)
    with read_transaction() as session:
        assert transcripts.undispatched(session) == [f"{number:011d}" for number in range(20)]
