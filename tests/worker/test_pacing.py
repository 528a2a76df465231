"""An import at its pace: what has no slot waits without failures, and nobody is held up by it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.support import VIDEO, captions, ensure_video, tasks, work_here, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import Priority, Task, TaskStatus, now_plus
from vidwiz.plugin_api import PluginInfo
from vidwiz.plugin_api.fakes import FakeTranscriptFetcher
from vidwiz.services import video_stages, videos
from vidwiz.tasks.types import TaskType

TRANSCRIPT = TaskType.FETCH_TRANSCRIPT
IDS = [f"imported{number:03d}" for number in range(15)]


class Site(FakeTranscriptFetcher):
    info = PluginInfo(name="fake-transcript", title="Asks a site", paced=True)


@pytest.fixture
def transcript_fetcher():
    return Site({video_id: captions() for video_id in (*IDS, VIDEO)})


@pytest.fixture
def config(config, redis_url):
    return replace(config, fetch_per_minute=5, redis_url=redis_url)


@pytest.fixture
def imported(core):
    for video_id in IDS:
        ensure_video(video_id, priority=Priority.IMPORT)
    work_here(core, [TRANSCRIPT])


def rows(**criteria):
    return tasks(task_type=TRANSCRIPT, **criteria)


@pytest.mark.usefixtures("imported")
def test_no_more_than_its_share_is_fetched_and_the_rest_waits(transcript_fetcher):
    assert len(transcript_fetcher.calls) == 4
    waiting = rows(status=TaskStatus.PENDING)
    assert len(waiting) == len(IDS) - 4
    assert {(row.failures, row.waits, row.waits_by_code) for row in waiting} == {(0, 0, None)}
    # A few are looked at, as the library may have them; then the worker leaves the rest alone.
    asked = [row for row in waiting if row.error_code is not None]
    assert [row.error_code for row in asked] == ["paced"] * 3
    for row in asked:
        assert 0 < (row.run_at - datetime.now(UTC)).total_seconds() <= 61


@pytest.mark.usefixtures("imported")
def test_the_time_is_told():
    (first, *_) = [row for row in rows() if row.error_code == "paced"]
    with read_transaction() as session:
        stage = video_stages.of_video(session, videos.get(session, first.video_id)).transcript
    assert (stage.state, stage.code) == ("waiting", "paced")
    assert stage.next_try_at == first.run_at
    assert stage.message.endswith(".")


@pytest.mark.usefixtures("imported")
def test_what_a_person_asks_for_goes_at_once(core, transcript_fetcher):
    ensure_video(VIDEO)
    work_here(core, [TRANSCRIPT])
    assert [row.status for row in rows(video_id=VIDEO)] == [TaskStatus.COMPLETED]
    assert len(transcript_fetcher.calls) == 5


@pytest.mark.usefixtures("imported")
def test_waiting_for_a_turn_never_ends_a_task(core, transcript_fetcher):
    for _ in range(4):
        with writing() as uow:
            uow.session.execute(
                sa.update(Task).where(Task.status == "pending").values(run_at=now_plus(-1))
            )
        work_here(core, [TRANSCRIPT])
    assert len(transcript_fetcher.calls) == 4
    assert {row.status for row in rows()} == {TaskStatus.COMPLETED, TaskStatus.PENDING}
    assert {row.failures for row in rows()} == {0}
