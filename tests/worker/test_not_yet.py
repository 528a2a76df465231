"""What is not there yet waits until a stated time, and what nobody can fetch ends."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.support import VIDEO, ensure_video, metadata, tasks, work_here, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import Task, TaskStatus, now_plus
from vidwiz.pipeline import fetches, submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.plugin_api import Handling, PluginError
from vidwiz.services import video_stages, videos
from vidwiz.tasks import claims, subjects
from vidwiz.tasks.types import TaskFailure, TaskType, WorkerId

METADATA, TRANSCRIPT = TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT
HOUR = 3600.0


def task():
    (row,) = tasks(task_type=TRANSCRIPT)
    return row


def stage():
    with read_transaction() as session:
        return video_stages.of_video(session, videos.get(session, VIDEO)).transcript


def hours_left():
    return (task().run_at - datetime.now(UTC)).total_seconds() / HOUR


def make_due(since=timedelta(0)):
    """Let the task be claimed now, as if it had begun to wait so long before."""
    with writing() as uow:
        row = uow.session.scalar(sa.select(Task).where(Task.task_type == TRANSCRIPT))
        row.run_at = now_plus(-1)
        if row.waits_by_code:
            row.waits_by_code = {
                code: {
                    **this,
                    "since": (datetime.fromisoformat(this["since"]) - since).isoformat(),
                }
                for code, this in row.waits_by_code.items()
            }


def day(age_in_hours):
    return (datetime.now(UTC) - timedelta(hours=age_in_hours)).strftime("%Y%m%d")


@pytest.fixture
def fetch(core, metadata_fetcher, transcript_fetcher):
    """Return a function that fetches the transcript once, which fails with these errors."""

    def fetch(*errors, upload_date=None):
        metadata_fetcher.videos[VIDEO] = metadata(upload_date=upload_date)
        ensure_video()
        work_here(core, [METADATA])
        transcript_fetcher.errors = list(errors)
        work_here(core, [TRANSCRIPT])

    return fetch


def test_a_young_video_without_captions_waits_for_them(fetch):
    for count, hours in enumerate((1, 6, 24, 24), start=1):
        fetch(PluginError("no_captions"), upload_date=day(3))
        assert (task().status, task().failures, task().waits) == (TaskStatus.PENDING, 0, count)
        assert hours - 0.1 < hours_left() < hours + 0.3
        make_due()
    assert stage().code == "captions_not_ready"
    assert stage().state == "waiting"
    assert stage().message == "The site has not made captions yet."
    assert stage().next_try_at == task().run_at


def test_a_video_that_grew_old_without_captions_ends(fetch):
    fetch(PluginError("no_captions"), upload_date=day(100))
    assert (task().status, task().error_code) == (TaskStatus.FAILED, "no_captions")


@pytest.mark.parametrize(
    ("upload_date", "young"),
    [
        (day(0), True),
        (day(47), True),
        (day(-20), True),
        (day(24 * 5), False),
        (day(-24 * 3), False),
        (None, False),
        ("", False),
        ("99991231", False),
        ("00010101", False),
        ("2026-01-01", False),
        ("20261332", False),
    ],
)
@pytest.mark.usefixtures("core")
def test_only_a_date_of_the_last_days_makes_a_video_young(upload_date, young):
    ensure_video()
    with writing() as uow:
        videos.lock(uow, VIDEO).video_metadata = metadata(upload_date=upload_date).as_dict()
    said = TaskFailure.of_code("no_captions")
    item = subjects.transcript_of(VIDEO)
    with read_transaction() as session:
        kept = fetches.as_recorded(session, item, said)
        assert fetches.as_recorded(session, subjects.metadata_of(VIDEO), said) is said
    assert kept.code == ("captions_not_ready" if young else "no_captions")


def test_a_helper_that_finds_none_in_a_young_video_is_not_the_last_word(fetch, core):
    ensure_video()
    with writing() as uow:
        videos.lock(uow, VIDEO).video_metadata = metadata(upload_date=day(1)).as_dict()

    with writing() as uow:
        (held,) = claims.claim(uow, TRANSCRIPT, WorkerId("h", "helper", "home"), lease_seconds=30)
    failure = submissions.helper_failure("no_captions", None)
    posted = submissions.Submission(held.attempt, "digest", failure)
    with writing() as uow:
        submissions.submit(uow, KINDS, held.task_id, posted)
    assert (task().status, task().error_code) == (TaskStatus.PENDING, "captions_not_ready")
    assert task().failures == 0


@pytest.mark.parametrize(
    ("begins_in", "waits"), [(timedelta(hours=3), 4), (timedelta(minutes=5), 1.08), (None, 1)]
)
def test_an_announced_stream_waits_for_its_end(fetch, begins_in, waits):
    begin = None if begins_in is None else datetime.now(UTC) + begins_in
    fetch(PluginError("not_started", retry_at=begin))
    assert waits - 0.1 < hours_left() < waits + 0.4
    assert (stage().state, stage().code) == ("waiting", "not_started")
    assert task().failures == 0


def test_a_stream_goes_from_announced_to_live_to_fetched(fetch, core):
    fetch(PluginError("not_started", retry_at=datetime.now(UTC)))
    make_due()
    fetch(PluginError("live_now"))
    assert 1.9 < hours_left() < 2.4
    make_due()
    fetch()
    assert task().status is TaskStatus.COMPLETED
    assert stage().state == "ready"


def test_a_stream_that_never_ends_is_given_up_after_days(fetch):
    fetch(PluginError("live_now"))
    make_due(since=timedelta(days=3, minutes=1))
    fetch(PluginError("live_now"))
    assert (task().status, task().error_code) == (TaskStatus.FAILED, "live_now")


def test_a_method_that_is_missing_is_tried_again_daily_and_then_the_operator_is_asked(fetch):
    for _ in range(3):
        fetch(PluginError("po_token_required"))
        assert (task().status, task().failures) == (TaskStatus.PENDING, 0)
        assert 23.9 < hours_left() < 24.3
        assert stage().state == "waiting"
        make_due(since=timedelta(hours=24.1))
    fetch(PluginError("po_token_required"))
    assert (task().status, task().error_code) == (TaskStatus.FAILED, "po_token_required")
    assert task().result_details == {"handling": Handling.OPERATOR}


def test_a_crash_is_tried_again_once_and_then_its_number_leads_to_the_log(fetch, caplog):
    fetch(KeyError("a bug"))
    assert (task().status, task().failures) == (TaskStatus.PENDING, 1)
    make_due()
    fetch(KeyError("a bug"))
    assert (task().status, task().error_code) == (TaskStatus.FAILED, "fetcher_crash")
    assert f"(task {task().id})" in stage().message
    assert "a bug" not in stage().message
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [KeyError] * 2


def test_other_failures_between_two_crashes_give_each_its_second_try(fetch):
    for error in ("crash", "network_error", "crash"):
        fetch(KeyError("a bug") if error == "crash" else PluginError(error))
        assert task().status is TaskStatus.PENDING
        make_due()
