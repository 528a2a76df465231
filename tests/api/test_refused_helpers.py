"""Helpers on a network that a site refuses: one probe a period, and nothing else."""

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import slow_on_postgresql
from tests.support import OTHER_VIDEO, VIDEO, ensure_video, tasks, work_here, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import FetcherState, TaskStatus, now_plus
from vidwiz.plugin_api import PluginError
from vidwiz.tasks import claims
from vidwiz.tasks.types import TaskType

TRANSCRIPT = TaskType.FETCH_TRANSCRIPT
SEGMENTS = [{"text": "The dough rests.", "offset": 0, "duration": 9.5}]


@pytest.fixture
def videos(pushed):
    for video_id in (VIDEO, OTHER_VIDEO):
        ensure_video(video_id)


def refuse(helper, held):
    video_id = held["task_details"]["video_id"]
    posted = helper.post(held, video_id=video_id, success=False, error_code="ip_blocked")
    assert posted.status_code == 200


def let_the_time_come():
    with writing() as uow:
        uow.session.execute(sa.update(FetcherState).values(open_until=now_plus(-1)))


@pytest.mark.usefixtures("videos")
@slow_on_postgresql
def test_a_refused_helper_is_given_no_more_until_the_time_of_a_probe(helper):
    refuse(helper, helper.take("transcript"))
    assert helper.poll("transcript").status_code == 204
    # Other work, and helpers elsewhere, are not concerned.
    assert helper.poll("metadata").status_code == 200
    assert helper.poll("transcript", network="home").status_code == 200
    let_the_time_come()
    probe = helper.poll("transcript", network="helper")
    if probe.status_code == 200:
        refuse(helper, probe.json)
    assert helper.poll("transcript").status_code == 204
    assert {row.failures for row in tasks(task_type=TRANSCRIPT)} == {0}


@pytest.mark.usefixtures("videos")
def test_a_helper_is_given_what_the_server_is_refused_and_its_success_counts(
    app, helper, transcript_fetcher
):
    transcript_fetcher.errors = [PluginError("ip_blocked")]
    work_here(app, [TRANSCRIPT])
    assert {row.blocked_network for row in tasks(task_type=TRANSCRIPT)} == {"server"}
    for _ in range(2):
        held = helper.take("transcript")
        posted = helper.post(
            held,
            video_id=held["task_details"]["video_id"],
            success=True,
            transcript=SEGMENTS,
        )
        assert posted.json["status"] == "completed"
    assert {row.status for row in tasks(task_type=TRANSCRIPT)} == {TaskStatus.COMPLETED}
    assert {row.failures for row in tasks(task_type=TRANSCRIPT)} == {0}


@pytest.mark.usefixtures("videos")
def test_a_probe_that_succeeds_opens_the_way(helper):
    refuse(helper, helper.take("transcript"))
    let_the_time_come()
    held = helper.take("transcript")
    assert helper.poll("transcript").status_code == 204
    posted = helper.post(
        held, video_id=held["task_details"]["video_id"], success=True, transcript=SEGMENTS
    )
    assert posted.status_code == 200
    assert helper.poll("transcript").status_code == 200


@pytest.mark.usefixtures("videos")
@pytest.mark.parametrize("code", ["private", "live_now"])
def test_a_probe_that_is_told_of_the_video_opens_the_way(helper, code):
    refuse(helper, helper.take("transcript"))
    let_the_time_come()
    held = helper.take("transcript")
    video_id = held["task_details"]["video_id"]
    assert helper.post(held, video_id=video_id, success=False, error_code=code).status_code == 200
    with read_transaction() as session:
        (state,) = session.scalars(sa.select(FetcherState)).all()
    assert (state.open_until, state.probing) == (None, False)


@slow_on_postgresql
@pytest.mark.usefixtures("videos")
def test_a_probe_for_which_nothing_is_left_is_none(helper, monkeypatch):
    """Another helper may claim the last task between the look and the claim."""
    refuse(helper, helper.take("transcript"))
    let_the_time_come()
    monkeypatch.setattr(claims, "claim", lambda *_args, **_options: [])
    assert helper.poll("transcript").status_code == 204
    monkeypatch.undo()
    assert helper.poll("transcript").status_code == 200
