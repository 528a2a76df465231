"""Results that meet: a late one, one beside another, and two at the same moment."""

import json

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import only_postgresql
from tests.races import Rival, held_open
from tests.support import (
    OTHER_VIDEO,
    VIDEO,
    captions,
    ensure_video,
    make_note,
    make_user,
    metadata,
    note,
    tasks,
    work_here,
    writing,
)
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import StaleError
from vidwiz.models import Task, TaskStatus
from vidwiz.pipeline import submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.submissions import Submission
from vidwiz.pipeline.work import MetadataResult, SummaryResult, TranscriptResult
from vidwiz.plugin_api.fakes import spoken
from vidwiz.runtime import current
from vidwiz.services import publishing, transcripts, videos
from vidwiz.tasks import claims, subjects
from vidwiz.tasks.types import TaskType, WorkerId
from vidwiz.worker.context import WorkerContext

METADATA, TRANSCRIPT = TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT
RIVALS, LATE = "The rival's words.", "The late words."


def stored(words, source, video_id=VIDEO):
    kind = KINDS.named(TRANSCRIPT)
    return kind.store(current().store, video_id, TranscriptResult(spoken(words), source))


def bring(uow, ready, video_id=VIDEO):
    """Write a transcript as an operator's route does."""
    submissions.write_result(uow, KINDS.named(TRANSCRIPT), subjects.transcript_of(video_id), ready)


def shared(video_id=VIDEO):
    with read_transaction() as session:
        return transcripts.shared(session, video_id)


def words_of(key):
    return [row["text"] for row in json.loads(current().store.get(key))]


def is_the_rivals():
    found = shared()
    return (
        found.source == "operator"
        and words_of(found.object_key) == [RIVALS]
        and words_of(publishing.published_key(VIDEO)) == [RIVALS]
    )


def test_a_late_transcript_changes_nothing_of_the_rivals(core, transcript_fetcher):
    """While a job fetches, an operator brings another transcript, which ends the job's task."""
    fetch = transcript_fetcher.fetch_transcript

    def overtaken(ref, languages):
        transcript_fetcher.fetch_transcript = fetch
        ready = stored(RIVALS, "operator")
        with writing() as uow:
            bring(uow, ready)
        return spoken(LATE)

    transcript_fetcher.fetch_transcript = overtaken
    ensure_video()
    with core.app_context(), WorkerContext(core, "test") as context:
        context.runner.drain(TRANSCRIPT)
        assert dict(context.runner.outcomes) == {"stale": 1}
    assert is_the_rivals()
    (row,) = tasks(task_type=TRANSCRIPT)
    assert (row.status, row.failures, row.error_code) == (TaskStatus.COMPLETED, 0, None)
    # The follower is the rival's; the late one neither doubled nor cancelled it.
    assert [row.status for row in tasks(task_type=TaskType.GENERATE_SUMMARY)] == ["pending"]
    work_here(core, [TaskType.GENERATE_SUMMARY])
    assert shared().summary_made_by["transcript_sha256"] == shared().sha256


def helper_posts(task_id, results, *, attempt=None):
    def post(uow):
        submission = Submission(attempt, "digest", results=results)
        return submissions.submit(uow, KINDS, task_id, submission).status

    return post


@only_postgresql
@pytest.mark.parametrize("status", ["pending", "failed", "cancelled"])
def test_an_old_helper_that_posts_while_an_operator_writes_replaces_nothing(core, status):
    """The helper names no attempt, so only what the video lacks may be taken from it."""
    ensure_video()
    (task,) = tasks(task_type=TRANSCRIPT)
    with writing() as uow:
        uow.session.execute(sa.update(Task).where(Task.id == task.id).values(status=status))
    rival, late = stored(RIVALS, "operator"), stored(LATE, "helper")
    with held_open(core, lambda uow: bring(uow, rival)):
        helper = Rival(core, helper_posts(task.id, {TRANSCRIPT: late}))
        assert not helper.is_over_or_waits()
    with pytest.raises(StaleError):
        helper.result()
    assert is_the_rivals()


class TestBeside:
    """A helper that fetched one thing may bring the other as well."""

    @pytest.fixture
    def claimed(self, core):
        ensure_video()
        ensure_video(OTHER_VIDEO)
        with writing() as uow:
            (held,) = claims.claim(uow, METADATA, WorkerId("helper"), lease_seconds=30.0)
        assert held.video_id == VIDEO
        return held

    def post(self, held, **results):
        both = {METADATA: MetadataResult(metadata(), "helper"), **results}
        with writing() as uow:
            helper_posts(held.task_id, both, attempt=held.attempt)(uow)

    def test_it_is_taken_where_the_video_lacks_it(self, claimed):
        self.post(claimed, **{TRANSCRIPT: stored(LATE, "helper")})
        assert words_of(shared().object_key) == [LATE]
        assert {row.status for row in tasks(video_id=VIDEO)} == {"completed", "pending"}
        assert [row.task_type for row in tasks(video_id=VIDEO, status=TaskStatus.PENDING)] == [
            TaskType.GENERATE_SUMMARY
        ]

    def test_it_replaces_nothing_that_is_there(self, claimed):
        ready = stored(RIVALS, "operator")
        with writing() as uow:
            bring(uow, ready)
        self.post(claimed, **{TRANSCRIPT: stored(LATE, "helper")})
        assert is_the_rivals()
        with read_transaction() as session:
            assert videos.get(session, VIDEO).metadata_source == "helper"

    def test_it_is_of_the_tasks_own_video(self, claimed):
        self.post(claimed, **{TRANSCRIPT: stored(LATE, "helper")})
        assert shared(OTHER_VIDEO) is None
        assert {row.status for row in tasks(video_id=OTHER_VIDEO)} == {"pending"}


@pytest.mark.parametrize("by_ai", [True, False])
def test_whose_text_it_is_that_an_operator_fills_in_is_kept(core, by_ai):
    marked = make_note(make_user(), "0:10")
    other = make_note(make_user("bob@example.org"), "0:10")
    with writing() as uow:
        kind = KINDS.named(TaskType.GENERATE_NOTE)
        submissions.fill_note(uow, kind, marked.id, "Written by a person.", by_ai=by_ai)
    filled = note(marked.id)
    assert (filled.text, filled.generated_by_ai) == ("Written by a person.", by_ai)
    assert note(other.id).text is None


def test_a_summary_is_of_one_transcript(core):
    for video_id in (VIDEO, OTHER_VIDEO):
        ensure_video(video_id)
        ready = stored(f"Of {video_id}.", "test", video_id)
        with writing() as uow:
            bring(uow, ready, video_id)
    with writing() as uow:
        submissions.write_summary(
            uow,
            KINDS.named(TaskType.GENERATE_SUMMARY),
            VIDEO,
            text="An operator's summary.",
            questions=None,
        )
    assert (shared().summary, shared(OTHER_VIDEO).summary) == ("An operator's summary.", None)
    statuses = {row.video_id: row.status for row in tasks(task_type=TaskType.GENERATE_SUMMARY)}
    assert statuses == {VIDEO: TaskStatus.COMPLETED, OTHER_VIDEO: TaskStatus.PENDING}


@only_postgresql
def test_a_summary_that_comes_upon_a_replacement_is_refused(core):
    """Whoever waited for the video sees the transcript as the other left it."""
    ensure_video()
    first, second = stored("The first version.", "test"), stored(RIVALS, "operator")
    with writing() as uow:
        bring(uow, first)
        (held,) = claims.claim(uow, TaskType.GENERATE_SUMMARY, WorkerId("me"), lease_seconds=30.0)
    result = SummaryResult("Old words. " * 30, ("Why?",) * 3, {}, first.sha256)

    def submit(uow):
        transcripts.shared(uow.session, VIDEO)  # known to the session as it was
        submissions.write_result(uow, KINDS.named(held.task_type), held, result)

    with held_open(core, lambda uow: bring(uow, second)):
        late = Rival(core, submit)
        assert not late.is_over_or_waits()
    with pytest.raises(StaleError):
        late.result()
    assert shared().summary is None
    assert is_the_rivals()


def test_captions_that_are_there_already_change_nothing(core, queue):
    ensure_video()
    work_here(core, [METADATA, TRANSCRIPT])
    before, count = shared(), len(tasks())
    ready = KINDS.named(TRANSCRIPT).store(
        current().store, VIDEO, TranscriptResult(captions(), "again")
    )
    with writing() as uow:
        bring(uow, ready)
    assert (shared().source, shared().updated_at) == (before.source, before.updated_at)
    assert len(tasks()) == count
