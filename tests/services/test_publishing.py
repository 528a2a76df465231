"""Published copies: the current version, in the end, whoever was late or failed."""

import dataclasses
import json

import pytest
import sqlalchemy as sa

from tests.support import OTHER_VIDEO, VIDEO, ensure_video, metadata, tasks, work_here, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import StaleError, StoreError
from vidwiz.models import Transcript, now_plus
from vidwiz.pipeline import submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.submissions import Submission
from vidwiz.pipeline.work import MetadataResult, TranscriptResult
from vidwiz.plugin_api.fakes import spoken
from vidwiz.runtime import runtime_of
from vidwiz.services import publishing, transcripts
from vidwiz.services.publishing import Publication
from vidwiz.tasks import claims, subjects
from vidwiz.tasks.types import TaskType, WorkerId
from vidwiz.worker.sweeper import publish_due

FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
TRANSCRIPTS = KINDS.named(TaskType.FETCH_TRANSCRIPT)


@pytest.fixture
def runtime(core):
    return runtime_of(core)


@pytest.fixture
def store(runtime):
    return runtime.store


def put(store, words, video_id=VIDEO):
    return TRANSCRIPTS.store(store, video_id, TranscriptResult(spoken(words), "test"))


def bring(stored, video_id=VIDEO):
    with writing() as uow:
        submissions.write_result(uow, TRANSCRIPTS, subjects.transcript_of(video_id), stored)


def published(store, video_id=VIDEO):
    return json.loads(store.get(publishing.published_key(video_id)))[0]["text"]


def row(video_id=VIDEO):
    with read_transaction() as session:
        return transcripts.shared(session, video_id)


def publication(stored, video_id=VIDEO):
    return Publication(video_id, stored.key, stored.sha256)


def make_all_due():
    with writing() as uow:
        uow.session.execute(sa.update(Transcript).values(publish_at=now_plus(-1)))


def test_a_stored_transcript_is_published_after_the_commit(core, store):
    ensure_video()
    bring(put(store, "First."))
    assert published(store) == "First."
    assert row().published_at is not None


def test_a_refused_transcript_publishes_nothing(core, store):
    ensure_video()
    with writing() as uow:
        (late,) = claims.claim(uow, TaskType.FETCH_TRANSCRIPT, WorkerId("me"), lease_seconds=30.0)
    bring(put(store, "First."))
    with pytest.raises(StaleError), writing() as uow:
        submissions.write_result(uow, TRANSCRIPTS, late, put(store, "Late."))
    assert published(store) == "First."


def test_a_late_publisher_puts_the_current_version_back(runtime, store):
    ensure_video()
    first = put(store, "First.")
    bring(first)
    bring(put(store, "Second."))
    # It had decided to write the first version and was frozen until now.
    assert publishing.publish(runtime, publication(first))
    assert published(store) == "Second."
    assert row().published_at is not None


def test_what_a_late_publisher_overwrote_is_due_even_when_it_died(runtime, store):
    ensure_video()
    first = put(store, "First.")
    bring(first)
    second = put(store, "Second.")
    bring(second)
    store.copy(first.key, publishing.published_key(VIDEO))
    with writing() as uow:
        assert publishing.mark_published(uow, publication(first)) == publication(second)
    assert row().published_at is None
    make_all_due()
    assert publish_due(runtime) == 1
    assert published(store) == "Second."


class BrokenCopies:
    """A store whose copies fail, or only those to some keys; everything else works."""

    def __init__(self, store, fails_for=lambda _key: True):
        self.fails_for = fails_for
        self.copied = []
        for name in ("put", "get", "check", "remove_drafts"):
            setattr(self, name, getattr(store, name))
        self._copy = store.copy

    def copy(self, key, copy_key):
        self.copied.append(copy_key)
        if self.fails_for(copy_key):
            raise StoreError("no")
        self._copy(key, copy_key)


@pytest.fixture
def broken(runtime):
    store = BrokenCopies(runtime.store)
    return dataclasses.replace(runtime, store=store)


def test_a_copy_that_failed_is_tried_again_later_and_later(core, broken, store):
    ensure_video()
    stored = put(store, "First.")
    pauses = []
    bring(stored)
    with writing() as uow:
        uow.session.execute(sa.update(Transcript).values(published_at=None))
    for _ in range(4):
        assert not publishing.publish(broken, publication(stored))
        found = row()
        pauses.append((found.publish_at - found.updated_at).total_seconds())
    assert found.publish_failures == 4
    assert pauses == sorted(pauses)
    assert pauses[3] - pauses[0] > 60
    with read_transaction() as session:
        assert publishing.due_publications(session) == []


@pytest.mark.parametrize("failures", [0, 15, 16, 10_000])
def test_the_pause_is_an_hour_at_most(core, broken, store, failures):
    ensure_video()
    stored = put(store, "First.")
    bring(stored)
    with writing() as uow:
        uow.session.execute(
            sa.update(Transcript).values(published_at=None, publish_failures=failures)
        )
    publishing.publish(broken, publication(stored))
    with read_transaction() as session:
        soon = session.scalar(sa.select(Transcript.publish_at <= now_plus(3601)))
    assert soon


def test_copies_that_cannot_be_made_starve_no_other(core, broken, store):
    for number in range(25):
        video_id = f"missing{number:04d}"
        ensure_video(video_id)
        bring(put(store, f"Words {number}.", video_id), video_id)
    ensure_video(OTHER_VIDEO)
    bring(put(store, "Good words.", OTHER_VIDEO), OTHER_VIDEO)
    broken.store.fails_for = lambda key: "missing" in key
    with writing() as uow:
        uow.session.execute(sa.update(Transcript).values(published_at=None))
    make_all_due()
    for _ in range(2):
        with writing() as uow:
            uow.session.execute(sa.text("DELETE FROM periodic_runs"))
        publish_due(broken)
    assert publishing.published_key(OTHER_VIDEO) in broken.store.copied
    assert row(OTHER_VIDEO).published_at is not None


def test_a_failed_copy_of_a_replacement_is_made_up_for(core, runtime, broken, store):
    ensure_video()
    bring(put(store, "First."))
    second = put(store, "Second.")
    with broken.unit_of_work() as uow:
        submissions.write_result(uow, TRANSCRIPTS, subjects.transcript_of(VIDEO), second)
    assert published(store) == "First."
    assert row().published_at is None
    make_all_due()
    assert publish_due(runtime) == 1
    assert published(store) == "Second."


def test_a_helper_that_posts_beside_its_task_publishes_only_what_was_taken(core, store):
    ensure_video()
    bring(put(store, "First."))
    (task,) = tasks(task_type=TaskType.FETCH_METADATA)
    late = put(store, "Beside.")
    results = {
        TaskType.FETCH_METADATA: MetadataResult(metadata(), "helper"),
        TaskType.FETCH_TRANSCRIPT: late,
    }
    with writing() as uow:
        submissions.submit(uow, KINDS, task.id, Submission(None, "d", results=results))
    assert published(store) == "First."
    assert row().source == "test"


def test_work_here_is_published(core, store):
    ensure_video()
    work_here(core, FETCHES)
    assert "yeast" in published(store)
