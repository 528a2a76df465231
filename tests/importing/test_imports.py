"""Imports: what is there is left alone, what is new comes some at a time, one fails alone."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import slow_on_postgresql
from tests.importing.helping import (
    LISTS,
    PLAYLIST,
    all_imports,
    begin,
    ids,
    item_states,
    library,
    look,
    sweep_now,
    work,
)
from tests.support import ensure_video, make_note, make_user, tasks, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import ConflictError
from vidwiz.models import PeriodicRun, Priority, QuotaUse, TaskStatus, Video, VideoImport, now_plus
from vidwiz.plugin_api import Handling, ListedVideo, PluginError, VideoList, VideoRef
from vidwiz.plugin_api.fakes import listed
from vidwiz.services import retention, videos
from vidwiz.services.importing import imports, progress
from vidwiz.services.importing.entries import Entry, ImportedVideo
from vidwiz.services.importing.imports import ImportSource
from vidwiz.services.importing.naming import of_entries
from vidwiz.services.video_ids import named, parse
from vidwiz.tasks import scheduling
from vidwiz.worker.context import WorkerContext

THERE = 30


def save(user, *video_ids):
    with writing() as uow:
        for video_id in video_ids:
            videos.ensure(uow, video_id)
            videos.save(uow, video_id, user.id)


def source_of(*video_ids):
    entries = [Entry(id_, f"line {number}") for number, id_ in enumerate(video_ids, 1)]
    return ImportSource.of_videos(of_entries(entries, lambda text: named(parse(text))))


def fetches(video_id):
    return Counter(
        task.status for task in tasks(video_id=video_id) if task.task_type.startswith("fetch_")
    )


@slow_on_postgresql
def test_a_playlist_of_200_with_30_there_and_one_deleted(
    core, user, list_fetcher, transcript_fetcher
):
    there, deleted = ids(THERE), ids(200)[77]
    save(user, *there)
    work(core)
    fetched = len(transcript_fetcher.calls)
    del transcript_fetcher.transcripts[deleted]
    import_id = begin(user)
    found, so_far = look(import_id)
    assert (found.state, so_far.total) == ("listing", 0)
    work(core)
    sweep_now()
    found, so_far = look(import_id)
    assert (found.state, found.title) == ("completed", "All about bread")
    assert found.finished_at is not None
    assert (so_far.total, so_far.known, so_far.new) == (200, THERE, 170)
    assert (so_far.done, so_far.failed, so_far.cancelled, so_far.left.videos) == (169, 1, 0, 0)
    assert library(user) == ids(200)
    assert list_fetcher.calls == [(PLAYLIST, None)]
    assert len(transcript_fetcher.calls) == fetched + 170
    assert max(Counter(call.id for call in transcript_fetcher.calls).values()) == 1


def test_the_same_again_adds_nothing(core, user, list_fetcher, transcript_fetcher):
    list_fetcher.lists[PLAYLIST] = listed(*ids(20))
    first = begin(user)
    work(core)
    sweep_now()
    calls, rows = len(transcript_fetcher.calls), len(tasks(task_type="fetch_transcript"))
    second = begin(user)
    assert second != first
    work(core)
    found, so_far = look(second)
    assert (found.state, so_far.known, so_far.new) == ("completed", 20, 0)
    assert len(transcript_fetcher.calls) == calls
    assert len(tasks(task_type="fetch_transcript")) == rows


def test_an_import_that_is_not_finished_is_found_and_not_begun_twice(core, user):
    assert begin(user) == begin(user)
    other = make_user("bob@example.org")
    assert begin(other) != begin(user)
    assert len(all_imports()) == 2


def test_videos_are_added_in_slices_and_below_what_people_ask_for(core, user):
    begin(user)
    with WorkerContext(core, "test") as context:
        ledger = context.runner._ledger
        for expected in (0, 50, 100, 150, 200):
            (claim,) = ledger.claim("expand_list", limit=1)
            kind = context.runner._kinds.named("expand_list")
            ledger.complete(claim, kind.run(ledger.inputs(claim), context.runner._providers))
            assert len(library(user)) == expected
    added = tasks(task_type="fetch_transcript")
    assert {task.priority for task in added} == {Priority.IMPORT}
    assert [task.video_id for task in added] == ids(200)


def test_what_was_listed_is_not_listed_again_by_another_worker(core, user, list_fetcher):
    """A worker that dies after any commit leaves nothing to be done twice."""
    import_id = begin(user)
    with WorkerContext(core, "first") as context:
        runner = context.runner
        (claim,) = runner._ledger.claim("expand_list", limit=1)
        kind = runner._kinds.named("expand_list")
        runner._ledger.complete(claim, kind.run(runner._ledger.inputs(claim), runner._providers))
        (held,) = runner._ledger.claim("expand_list", limit=1)
    # It has died with the next slice in its hands, and its lease runs out.
    with writing() as uow:
        uow.session.execute(
            sa.text("UPDATE tasks SET lease_expires_at = created_at WHERE id = :id"),
            {"id": held.task_id},
        )
    sweep_now()
    work(core, LISTS)
    assert look(import_id)[0].state == "running"
    assert list_fetcher.calls == [(PLAYLIST, None)]
    assert Counter(item_states(import_id).values()) == {"begun": 200}


def test_a_list_that_is_gone_fails_with_its_reason(core, user, list_fetcher):
    list_fetcher.errors.append(PluginError("removed"))
    import_id = begin(user)
    work(core, LISTS)
    sweep_now()
    found, so_far = look(import_id)
    assert found.state == "failed"
    assert so_far.waits.code == "removed"
    assert begin(user) != import_id


def test_a_list_that_the_site_refuses_for_now_waits(core, user, list_fetcher):
    list_fetcher.errors.append(PluginError("rate_limited"))
    import_id = begin(user)
    work(core, LISTS)
    sweep_now()
    found, so_far = look(import_id)
    assert (found.state, so_far.waits.state, so_far.waits.code) == (
        *("listing", "waiting"),
        "rate_limited",
    )
    assert so_far.waits.next_try_at is not None


def test_rubbish_from_a_plugin_is_a_failure_and_no_rows(core, user, list_fetcher):
    for rubbish in (None, "list", VideoList("", ()), VideoList("k", ("no video",))):
        list_fetcher.lists[PLAYLIST] = rubbish
        import_id = begin(user)
        with writing() as uow:
            uow.session.execute(sa.text("UPDATE tasks SET max_attempts = 1"))
        work(core, LISTS)
        assert item_states(import_id) == {}
        assert tasks(task_type="expand_list")[-1].error_code == "fetcher_crash"


def test_references_that_cannot_be_kept_are_left_out_and_counted(core, user, list_fetcher):
    refs = [
        VideoRef("youtube", "bread000000", "https://youtu.be/bread000000"),
        VideoRef("youtube", "bread000000", "https://youtu.be/bread000000"),
        VideoRef("youtube", "../etc", "https://youtu.be/x"),
        VideoRef("ev il", "1", "https://example.org/1"),
        VideoRef("vimeo", "1", "http://127.0.0.1/1"),
        VideoRef("vimeo", "76979871", "https://vimeo.com/76979871"),
    ]
    found = tuple(ListedVideo(ref, "T", duration) for ref in refs for duration in (None,))
    list_fetcher.lists[PLAYLIST] = VideoList("key", found, "A\x1b[31m title")
    import_id = begin(user)
    work(core, LISTS)
    row, so_far = look(import_id)
    assert (so_far.total, row.unreadable_count, row.title) == (2, 3, "A[31m title")
    assert set(item_states(import_id)) == {"bread000000", "vimeo:76979871"}


@pytest.mark.parametrize("duration", [float("nan"), float("inf"), -1.0, 0.0, 1e300])
def test_a_duration_that_cannot_be_true_is_none(core, user, list_fetcher, duration):
    ref = VideoRef("youtube", "bread000000", "https://youtu.be/bread000000")
    list_fetcher.lists[PLAYLIST] = VideoList("key", (ListedVideo(ref, None, duration),))
    import_id = begin(user)
    work(core, LISTS)
    assert look(import_id)[1].left.seconds == 720.0


def test_an_empty_list_is_finished_at_once(core, user, list_fetcher):
    list_fetcher.lists[PLAYLIST] = VideoList("key", ())
    import_id = begin(user)
    work(core, LISTS)
    assert look(import_id)[0].state == "completed"


def test_a_video_that_one_noted_is_known(core, user):
    make_note(user, video_id=ids(1)[0])
    import_id = begin(user, source_of(*ids(3)))
    work(core)
    so_far = look(import_id)[1]
    assert (so_far.total, so_far.known, so_far.done) == (3, 1, 2)


def test_new_videos_over_the_daily_limit_wait_for_the_next_day(core, user):
    ensure_video("bread000009")
    with writing() as uow:
        import_id, _ = imports.create(uow, user.id, source_of(*ids(10)))
    with WorkerContext(core, "test") as context:
        runner = context.runner
        runner._providers = replace(runner._providers, user_daily_videos=4)
        runner.drain("expand_list")
    found, so_far = look(import_id)
    assert found.state == "adding"
    # What is known here already is nobody's new video.
    assert library(user) == [*ids(4), "bread000009"]
    assert (so_far.waits.state, so_far.waits.code) == ("waiting", "daily_limit")
    (waiting,) = tasks(task_type="expand_list", status=TaskStatus.PENDING)
    assert (waiting.failures, waiting.waits) == (0, 0)
    with read_transaction() as session:
        # The five that were added are due at once.
        assert progress.seconds_until_work(session, import_id) == 0
    work(core)
    with read_transaction() as session:
        left = progress.seconds_until_work(session, import_id)
    assert left == pytest.approx((waiting.run_at - datetime.now(UTC)).total_seconds(), abs=5)
    sweep_now()
    assert look(import_id)[0].state == "adding"
    _next_day(waiting.id)
    work(core)
    sweep_now()
    assert look(import_id)[0].state == "completed"
    assert library(user) == ids(10)


def _next_day(task_id):
    with writing() as uow:
        uow.session.query(QuotaUse).delete()
        uow.session.execute(
            sa.text("UPDATE tasks SET run_at = created_at WHERE id = :id"), {"id": task_id}
        )


def test_an_admin_has_no_limit(core):
    admin = make_user("root@example.org", is_admin=True)
    with writing() as uow:
        import_id, _ = imports.create(uow, admin.id, source_of(*ids(10)))
    with WorkerContext(core, "test") as context:
        runner = context.runner
        runner._providers = replace(runner._providers, user_daily_videos=0)
        runner.drain("expand_list")
    assert look(import_id)[0].state == "running"


def test_an_import_of_somebody_who_left_ends_quietly(core, user):
    import_id = begin(user)
    with writing() as uow:
        uow.session.delete(uow.session.merge(user))
    work(core, LISTS)
    (task,) = tasks(task_type="expand_list")
    assert task.status is TaskStatus.COMPLETED
    with read_transaction() as session:
        assert session.query(Video).count() == 0
    assert import_id


def test_a_task_that_an_operator_cancels_ends_the_import(core, user):
    import_id = begin(user)
    (task,) = tasks(task_type="expand_list")
    with writing() as uow:
        scheduling.cancel_task(uow, task.id)
    sweep_now()
    assert look(import_id)[0].state == "cancelled"


def test_an_import_without_a_task_is_given_one(core, user):
    """As after somebody has emptied the ledger."""
    import_id = begin(user, source_of(*ids(3)))
    with writing() as uow:
        uow.session.execute(sa.text("DELETE FROM tasks"))
    sweep_now()
    work(core)
    sweep_now()
    assert look(import_id)[0].state == "completed"


def test_a_forecast_changes_nothing_and_counts_what_is_to_be_fetched(core, user):
    save(user, *ids(2))
    other = make_user("bob@example.org")
    save(other, *ids(4)[2:])
    work(core)
    before = len(tasks())
    asked = [ImportedVideo(id_, duration=3600.0) for id_ in ids(6)]
    with read_transaction() as session:
        plan = imports.forecast(session, user.id, asked)
    assert (plan.total, plan.known, plan.new) == (6, 2, 4)
    # Two of the new ones are here already, for somebody else.
    assert (plan.to_fetch.videos, plan.to_fetch.seconds) == (2, 7200.0)
    assert len(tasks()) == before


def test_a_summary_that_fails_is_a_failure_of_its_video(core, user, llm):
    import_id = begin(user, source_of(*ids(2)))
    llm.errors.append(PluginError("refused", "No.", handling=Handling.PERMANENT))
    work(core)
    so_far = look(import_id)[1]
    assert (so_far.done, so_far.failed) == (1, 1)


def test_imports_are_forgotten_after_a_time_and_what_they_brought_stays(core, user, monkeypatch):
    """All that are old, as follows may make thousands a day; with their own tasks."""
    monkeypatch.setattr(retention, "_MOST_IMPORTS", 1)
    *old, new = (begin(user, source_of(*ids(count))) for count in (2, 1, 3))
    work(core)
    sweep_now()
    with writing() as uow:
        uow.session.execute(
            sa.update(VideoImport)
            .where(VideoImport.id.in_(old))
            .values(finished_at=now_plus(-91 * 86_400))
        )
        uow.session.execute(sa.delete(PeriodicRun).where(PeriodicRun.name == retention.RETENTION))
    sweep_now()
    assert [found.id for found in all_imports()] == [new]
    assert item_states(old[0]) == {}
    assert library(user) == ids(3)
    assert {task.subject for task in tasks(task_type="expand_list")} == {f"import:{new}"}


def test_nobody_has_more_than_so_many_unfinished_imports(core, user):
    names = [f"video{number:06d}" for number in range(imports.MOST_UNFINISHED)]
    made = [begin(user, source_of(name)) for name in names]
    with writing() as uow, pytest.raises(ConflictError):
        imports.create(uow, user.id, source_of("onetoomany1"))
    # One that is there already is found all the same, and others have room of their own.
    assert begin(user, source_of(names[0])) == made[0]
    assert begin(make_user("bob@example.org"), source_of("onetoomany1"))
