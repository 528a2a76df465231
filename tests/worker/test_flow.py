"""The flow from "first seen" to summary and notes, with the real runner on both databases."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.support import (
    OTHER_VIDEO,
    TITLE,
    VIDEO,
    BreaksReading,
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
from vidwiz.models import IdempotencyRecord, QuotaUse, Task, TaskStatus, Transcript, now_plus
from vidwiz.pipeline import retries
from vidwiz.pipeline.flow import KINDS
from vidwiz.plugin_api import PluginError, Purpose
from vidwiz.plugin_api.fakes import spoken
from vidwiz.runtime import runtime_of
from vidwiz.services import notes, transcripts, users, video_stages, videos
from vidwiz.tasks import scheduling, subjects
from vidwiz.tasks.query import TaskFilter
from vidwiz.tasks.types import TaskType
from vidwiz.worker.sweeper import publish_due, sweep

FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
TEXTS = (TaskType.GENERATE_SUMMARY, TaskType.GENERATE_NOTE)


@pytest.fixture
def work(core):
    return lambda *types: work_here(core, types or KINDS.names)


@pytest.fixture
def ada(core):
    return make_user()


def stages_of(video_id=VIDEO):
    with read_transaction() as session:
        return video_stages.of_video(session, videos.get(session, video_id))


def transcript_of(video_id=VIDEO):
    with read_transaction() as session:
        return transcripts.shared(session, video_id)


def states(video_id=VIDEO):
    found = stages_of(video_id)
    return (found.metadata.state, found.transcript.state, found.summary.state)


def test_a_video_goes_all_the_way(core, work, ada):
    waiting = make_note(ada, "2:00")
    assert states() == ("waiting", "waiting", "none")
    work()
    assert states() == ("ready", "ready", "ready")
    found = transcript_of()
    assert len(found.suggested_questions) == 3
    assert found.summary_made_by["provider"] == "fake-llm"
    filled = note(waiting.id)
    assert filled.generated_by_ai
    assert 40 <= len(filled.text) <= 120
    assert filled.made_by["usage"]["input_tokens"] == 100


def test_the_metadatas_title_becomes_the_videos(work, core):
    ensure_video(title="what the user typed")
    work()
    with read_transaction() as session:
        video = videos.get(session, VIDEO)
    assert (video.title, video.metadata_source) == (TITLE, "fake-metadata")


def test_seeing_a_video_again_schedules_nothing_more(core, work):
    ensure_video()
    ensure_video()
    assert len(tasks()) == 2
    work()
    ensure_video()
    assert [row.status for row in tasks()] == [TaskStatus.COMPLETED] * 3


def test_the_stored_object_and_the_published_copy_are_the_captions(core, work):
    ensure_video()
    work()
    store = runtime_of(core).store
    rows = [
        {"text": s.text, "offset": s.offset, "duration": s.duration} for s in captions().segments
    ]
    found = transcript_of()
    assert json.loads(store.get(found.object_key)) == rows
    assert json.loads(store.get(f"transcripts/{VIDEO}.json")) == rows
    assert found.object_key == f"transcripts/{VIDEO}/{found.sha256}.json"


def test_a_note_made_after_the_transcript_is_scheduled_at_once(core, work, ada):
    ensure_video()
    work(*FETCHES)
    fresh = make_note(ada)
    assert [row.note_id for row in tasks(task_type=TaskType.GENERATE_NOTE)] == [fresh.id]


def test_a_note_with_text_is_left_alone(core, work, ada, llm):
    mine = make_note(ada, text="My own words.")
    work()
    assert note(mine.id).text == "My own words."
    assert not note(mine.id).generated_by_ai
    assert [purpose for purpose, _ in llm.calls] == [Purpose.SUMMARY]


def test_a_user_with_ai_notes_off_gets_none_until_they_are_on(core, work, ada):
    switch_ai_notes(ada, enabled=False)
    waiting = make_note(ada)
    work()
    assert tasks(task_type=TaskType.GENERATE_NOTE) == []
    switch_ai_notes(ada, enabled=True)
    work()
    assert note(waiting.id).generated_by_ai


def test_switching_ai_notes_off_cancels_what_is_under_way(core, work, ada):
    ensure_video()
    work(*FETCHES)
    waiting = make_note(ada)
    switch_ai_notes(ada, enabled=False)
    work()
    assert note(waiting.id).text is None
    assert [r.status for r in tasks(task_type=TaskType.GENERATE_NOTE)] == [TaskStatus.CANCELLED]


def switch_ai_notes(ada, *, enabled):
    with writing() as uow:
        notes.set_ai_notes(uow, users.get(uow.session, ada.id), enabled=enabled)


def ai_of(waiting):
    with read_transaction() as session:
        return notes.ai_stages(session, [waiting])[waiting.id]


def test_what_a_note_waits_for_is_told(core, work, ada, transcript_fetcher):
    transcript_fetcher.errors.append(PluginError("captions_not_ready"))
    waiting = make_note(ada)
    assert ai_of(waiting).state == "waiting"
    work()
    assert (ai_of(waiting).state, ai_of(waiting).code) == ("waiting", "captions_not_ready")
    lost = make_note(ada, video_id="unknown0000")
    work()
    assert (ai_of(lost).state, ai_of(lost).code) == ("unavailable", "no_transcript")
    switch_ai_notes(ada, enabled=False)
    assert ai_of(waiting).state == "none"


class TestOwnersWord:
    """What the owner does while the AI works stays."""

    @pytest.fixture
    def waiting(self, core, work, ada):
        ensure_video()
        work(*FETCHES)
        return make_note(ada)

    def test_an_edit_wins(self, core, work, waiting, ada, llm):
        def edit():
            llm.while_running = lambda: None
            with core.app_context():
                change(waiting, ada, text="Mine.")

        llm.while_running = edit
        work(TaskType.GENERATE_NOTE)
        assert note(waiting.id).text == "Mine."
        assert not note(waiting.id).generated_by_ai
        assert [r.status for r in tasks(note_id=waiting.id)] == [TaskStatus.CANCELLED]

    def test_a_deletion_wins(self, core, work, waiting, ada, llm):
        def delete():
            llm.while_running = lambda: None
            with core.app_context(), writing() as uow:
                notes.delete(uow, waiting.id, user_id=ada.id)

        llm.while_running = delete
        work(TaskType.GENERATE_NOTE)
        assert note(waiting.id) is None
        assert [r.status for r in tasks(note_id=waiting.id)] == [TaskStatus.CANCELLED]

    def test_a_moved_mark_is_filled_from_its_new_place(self, core, work, waiting, ada, llm):
        def move():
            llm.while_running = lambda: None
            with core.app_context():
                change(waiting, ada, timestamp="4:00")

        llm.while_running = move
        work(TaskType.GENERATE_NOTE)
        assert note(waiting.id).generated_by_ai
        statuses = [r.status for r in tasks(note_id=waiting.id)]
        assert statuses == [TaskStatus.CANCELLED, TaskStatus.COMPLETED]
        _, messages = llm.calls[-1]
        _, _, at_the_mark = messages[-1].content.partition("What is said at that moment:")
        assert "at second 240 " in at_the_mark.partition("What is said after it:")[0]

    def test_text_made_blank_again_waits_and_is_filled(self, work, waiting, ada):
        change(waiting, ada, text="Mine.")
        change(waiting, ada, text="  ")
        work()
        assert note(waiting.id).generated_by_ai


def change(waiting, ada, **changes):
    with writing() as uow:
        notes.update(uow, waiting.id, user_id=ada.id, changes=changes)


def test_a_batch_loads_the_transcript_once_and_calls_concurrently(core, ada, work, llm):
    for minute in range(10):
        make_note(ada, f"{minute // 2}:{minute % 2 * 30:02d}")
    work(*FETCHES)
    barrier = threading.Barrier(10, timeout=10)
    llm.while_running = barrier.wait  # passes only when all ten run at once
    reads = []
    store = runtime_of(core).store
    work_with_counted_reads(store, reads, lambda: work(TaskType.GENERATE_NOTE))
    assert llm.most_at_once == 10
    assert len(reads) == 1
    assert all(note(row.note_id).generated_by_ai for row in tasks(task_type=TEXTS[1]))


def work_with_counted_reads(store, reads, call):
    original = type(store).get

    def counted(self, key):
        reads.append(key)
        return original(self, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(store), "get", counted)
        call()


def test_one_bad_note_of_a_batch_does_not_hold_up_the_others(core, ada, work, llm):
    for minute in range(4):
        make_note(ada, f"{minute}:00")
    work(*FETCHES)
    llm.errors.append(PluginError("bad_answer"))
    work(TaskType.GENERATE_NOTE)
    filled = [row for row in tasks(task_type=TEXTS[1]) if note(row.note_id).generated_by_ai]
    assert len(filled) == 3


def test_a_video_that_nobody_has_is_unavailable_with_a_reason(core, work):
    ensure_video("unknown0000")
    work()
    found = stages_of("unknown0000")
    assert found.metadata.state == found.transcript.state == "unavailable"
    assert (found.transcript.code, found.summary.code) == ("no_captions", "no_transcript")
    assert found.transcript.message == "This video has no captions."
    assert found.ended


def test_a_failed_fetch_is_not_started_over_by_the_next_request(core, work, ada):
    ensure_video("unknown0000")
    work()
    ensure_video("unknown0000")
    make_note(ada, video_id="unknown0000")
    assert len(tasks()) == 2
    with writing() as uow:
        assert retries.retry_failed(uow, KINDS, TaskFilter(code="no_captions")) == 1
    assert len(tasks(status=TaskStatus.PENDING)) == 1


def test_a_temporary_failure_shows_as_retrying_with_the_next_time(core, work, metadata_fetcher):
    metadata_fetcher.errors.append(PluginError("network_error"))
    ensure_video()
    work(TaskType.FETCH_METADATA)
    stage = stages_of().metadata
    assert (stage.state, stage.code) == ("retrying", "network_error")
    assert stage.next_try_at is not None


def test_waiting_for_captions_shows_as_waiting(core, work, transcript_fetcher):
    transcript_fetcher.errors.append(PluginError("captions_not_ready"))
    ensure_video()
    work(*FETCHES)
    stage = stages_of().transcript
    assert (stage.state, stage.code) == ("waiting", "captions_not_ready")
    assert stage.next_try_at is not None
    (row,) = tasks(task_type=TaskType.FETCH_TRANSCRIPT)
    assert (row.failures, row.waits) == (0, 1)


def test_an_empty_transcript_is_never_stored(core, work, transcript_fetcher):
    transcript_fetcher.transcripts[VIDEO] = spoken(" ", "\n")
    ensure_video()
    work()
    assert transcript_of() is None
    assert stages_of().transcript.code == "empty_transcript"


def test_a_bug_is_raised_after_everything_else_was_done(core, work, llm, ada):
    ensure_video()
    ensure_video(OTHER_VIDEO)
    work(*FETCHES)
    llm.answers[Purpose.SUMMARY] = BreaksReading("{}")
    with pytest.raises(AttributeError):
        work(TaskType.GENERATE_SUMMARY)
    assert {row.error_code for row in tasks(task_type=TEXTS[0])} == {"internal_error"}


def test_a_crashing_provider_is_a_classified_failure(core, work, llm):
    llm.errors.append(ZeroDivisionError())
    ensure_video()
    work()
    (row,) = tasks(task_type=TaskType.GENERATE_SUMMARY)
    assert (row.status, row.error_code) == (TaskStatus.PENDING, "provider_crash")


@pytest.mark.parametrize(
    "answer",
    ["", "no json", "[]", '{"summary": "short", "questions": []}', '{"summary": null}'],
)
def test_an_unusable_summary_is_not_kept(core, work, llm, answer):
    llm.answers[Purpose.SUMMARY] = answer
    ensure_video()
    work()
    assert transcript_of().summary is None
    assert tasks(task_type=TaskType.GENERATE_SUMMARY)[0].error_code == "bad_answer"


class TestSweeper:
    """What got lost on the way is made up for."""

    def test_an_undispatched_transcript_is_dispatched(self, core, work, ada):
        waiting = make_note(ada)
        work(*FETCHES)
        forget_followers()
        sweep(runtime_of(core))
        work()
        assert states() == ("ready", "ready", "ready")
        assert note(waiting.id).generated_by_ai

    def test_a_note_without_a_task_is_scheduled(self, core, work, ada):
        waiting = make_note(ada)
        work(*FETCHES)
        forget_followers(of_notes_only=True)
        sweep(runtime_of(core))
        assert [row.note_id for row in tasks(task_type=TEXTS[1])] == [waiting.id]

    def test_a_missing_published_copy_is_written(self, core, work):
        ensure_video()
        work()
        with writing() as uow:
            found = transcripts.shared(uow.session, VIDEO)
            found.published_at, found.publish_at = None, now_plus(-1)
        publish_due(runtime_of(core))
        assert transcript_of().published_at is not None

    def test_old_answers_and_quotas_are_deleted_and_fresh_ones_kept(self, core, ada):
        today = datetime.now(UTC).date()
        with writing() as uow:
            for age in (0, 3):
                uow.session.add(
                    QuotaUse(
                        holder=f"user:{age}", kind="videos", day=today - timedelta(age), used=1
                    )
                )
                key = {"user_id": ada.id, "route": "create_note", "key": str(age)}
                made = datetime.now(UTC) - timedelta(days=age)
                uow.session.add(IdempotencyRecord(**key, request_sha256="0" * 64, created_at=made))
        sweep(runtime_of(core))
        with read_transaction() as session:
            assert [row.key for row in session.scalars(sa.select(IdempotencyRecord))] == ["0"]
            assert [row.holder for row in session.scalars(sa.select(QuotaUse))] == ["user:0"]

    def test_only_one_of_two_takes_the_turn(self, core):
        assert sweep(runtime_of(core))
        assert not sweep(runtime_of(core))

    def test_due_tasks_are_notified_once_in_a_while(self, core, queue):
        ensure_video()
        queue.notifications.clear()
        sweep(runtime_of(core))
        assert {task_type for task_type, _ in queue.notifications} == set(FETCHES)


def forget_followers(*, of_notes_only=False):
    with writing() as uow:
        forgotten = TEXTS[1:] if of_notes_only else TEXTS
        uow.session.execute(sa.delete(Task).where(Task.task_type.in_(forgotten)))
        if not of_notes_only:
            uow.session.execute(sa.update(Transcript).values(dispatched_at=None))


def test_the_same_transcript_again_changes_nothing(core, work):
    ensure_video()
    work()
    before = tasks()
    stored = transcripts.put_object(runtime_of(core).store, VIDEO, captions(), source="again")
    with writing() as uow:
        transcripts.accept(uow, VIDEO, stored)
    assert len(tasks()) == len(before)
    assert transcript_of().source == "fake-transcript"


def test_a_late_transcript_changes_nothing(core, work, transcript_fetcher):
    fetch = transcript_fetcher.fetch_transcript

    def overtaken(ref, languages):
        """Lose the task while fetching, and have somebody else bring another transcript."""
        transcript_fetcher.fetch_transcript = lambda *_: spoken("Something else entirely.")
        with writing() as uow:
            scheduling.cancel(uow, subjects.transcript_of(VIDEO))
        return fetch(ref, languages)

    transcript_fetcher.fetch_transcript = overtaken
    ensure_video()
    work(TaskType.FETCH_TRANSCRIPT)
    assert transcript_of() is None
    assert tasks(task_type=TaskType.GENERATE_SUMMARY) == []


def test_braces_and_placeholders_in_a_transcript_reach_the_model_as_they_are(
    core, work, llm, transcript_fetcher, metadata_fetcher
):
    code = "for (;;) { x = ${fence} } %s {0} $about " * 10
    transcript_fetcher.transcripts[VIDEO] = spoken(code.strip())
    metadata_fetcher.videos[VIDEO] = metadata(title="Braces {like} $these")
    ensure_video()
    work()
    _, (system, question) = llm.calls[0]
    assert code.strip() in question.content
    assert "Braces {like} $these" in question.content
    assert "Braces" not in system.content
