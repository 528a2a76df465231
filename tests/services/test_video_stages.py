"""Stages of several videos, and when nothing more is going to happen by itself."""

import itertools

import pytest
import sqlalchemy as sa

from tests.support import (
    OTHER_VIDEO,
    VIDEO,
    captions,
    ensure_video,
    make_user,
    metadata,
    tasks,
    work_here,
    writing,
)
from vidwiz.db.transactions import read_transaction
from vidwiz.models import Task, TaskStatus, Transcript
from vidwiz.runtime import runtime_of
from vidwiz.services import transcripts, video_stages, videos
from vidwiz.services.video_stages import Stages
from vidwiz.tasks.stages import Stage
from vidwiz.tasks.types import TaskType

ENDED = {"ready", "unavailable"}
STATES = ("none", "waiting", "running", "retrying", "ready", "unavailable")


@pytest.mark.parametrize("states", list(itertools.product(STATES, repeat=3)), ids="-".join)
def test_a_video_has_ended_when_all_its_stages_have(states):
    assert Stages(*map(Stage, states)).ended is (set(states) <= ENDED)


def stages(*video_ids):
    with read_transaction() as session:
        found = [videos.get(session, video_id) for video_id in video_ids]
        return video_stages.of_videos(session, found)


def states(video_id=VIDEO):
    found = stages(video_id)[video_id]
    return (found.metadata.state, found.transcript.state, found.summary.state)


def change(*which, **values):
    with writing() as uow:
        uow.session.execute(sa.update(Task).where(*which).values(**values))


@pytest.mark.parametrize("last", [TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT])
def test_while_one_fetch_runs_the_video_has_not_ended(core, last):
    ensure_video("unknown0000")
    change(Task.task_type != last, status=TaskStatus.FAILED, error_code="removed")
    change(Task.task_type == last, status=TaskStatus.IN_PROGRESS)
    assert not stages("unknown0000")["unknown0000"].ended
    change(status=TaskStatus.FAILED, error_code="removed")
    assert stages("unknown0000")["unknown0000"].ended


def test_while_the_summary_runs_the_video_has_not_ended(core):
    ensure_video()
    work_here(core, [TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT])
    assert states() == ("ready", "ready", "waiting")
    change(Task.task_type == TaskType.GENERATE_SUMMARY, status=TaskStatus.IN_PROGRESS)
    assert states() == ("ready", "ready", "running")
    assert not stages(VIDEO)[VIDEO].ended
    change(Task.task_type == TaskType.GENERATE_SUMMARY, status=TaskStatus.FAILED)
    assert stages(VIDEO)[VIDEO].ended


def test_each_of_several_videos_has_its_own_stages(core):
    ensure_video()
    work_here(core, list(TaskType))
    ensure_video(OTHER_VIDEO)
    ensure_video("unknown0000")
    change(Task.video_id == "unknown0000", status=TaskStatus.FAILED, error_code="private")
    found = stages("unknown0000", VIDEO, OTHER_VIDEO)
    assert {
        video_id: (each.metadata.state, each.transcript.state, each.summary.state)
        for video_id, each in found.items()
    } == {
        VIDEO: ("ready", "ready", "ready"),
        OTHER_VIDEO: ("waiting", "waiting", "none"),
        "unknown0000": ("unavailable", "unavailable", "unavailable"),
    }
    assert found[VIDEO].metadata.source == "fake-metadata"
    assert found[VIDEO].transcript.source == "fake-transcript"
    assert found[VIDEO].summary.source == "fake-llm"
    assert found["unknown0000"].summary.code == "no_transcript"


def test_a_stage_shows_the_newest_task_of_its_kind(core):
    ensure_video()
    change(status=TaskStatus.FAILED, error_code="network_error", error_message="No.")
    (old, _) = tasks()
    with writing() as uow:
        uow.session.add(
            Task(task_type=TaskType.FETCH_METADATA, subject=old.subject, video_id=VIDEO)
        )
        uow.session.add(
            Task(task_type=TaskType.FETCH_TRANSCRIPT, subject=old.subject, video_id=VIDEO)
        )
    assert states() == ("waiting", "waiting", "none")


class TestOwnTranscript:
    """A user's own upload beside the shared transcript is of no concern to others."""

    @pytest.fixture
    def own(self, core):
        """Return a user's own row, which is older than the shared one that is fetched next."""
        ada = make_user()
        ensure_video()
        store = runtime_of(core).store
        stored = transcripts.put_object(store, VIDEO, captions(), source="upload")
        with writing() as uow:
            own = Transcript(
                video_id=VIDEO,
                owner_id=ada.id,
                object_key=stored.key,
                sha256="1" * 64,
                source="upload",
                summary="A summary of the upload.",
            )
            uow.session.add(own)
        return own

    def test_it_is_no_shared_transcript(self, own):
        assert states() == ("waiting", "waiting", "none")
        with read_transaction() as session:
            assert transcripts.shared(session, VIDEO) is None

    def test_what_is_shared_is_fetched_and_dispatched_all_the_same(self, core, own):
        with read_transaction() as session:
            assert transcripts.undispatched(session) == []
        work_here(core, list(TaskType))
        assert states() == ("ready", "ready", "ready")
        with read_transaction() as session:
            shared = transcripts.shared(session, VIDEO)
            mine = session.get(Transcript, own.id)
        assert shared.owner_id is None
        assert shared.summary
        assert shared.summary != mine.summary
        assert stages(VIDEO)[VIDEO].transcript.source == "fake-transcript"
        assert (mine.sha256, mine.summary, mine.dispatched_at) == (
            "1" * 64,
            "A summary of the upload.",
            None,
        )


def test_metadata_alone_ends_nothing(core):
    ensure_video()
    with writing() as uow:
        videos.store_metadata(uow, VIDEO, metadata(), source="test")
    assert states() == ("ready", "waiting", "none")
    assert not stages(VIDEO)[VIDEO].ended
