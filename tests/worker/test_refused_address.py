"""YouTube refuses one address: real workers on two networks, the real fetchers, a local YouTube."""

import time

import pytest
import sqlalchemy as sa

from tests.fake_youtube import Refusal, Track, Video
from tests.fixtures.servers import until
from tests.support import ensure_video, tasks, writing
from vidwiz.models import FetcherState, Task, TaskStatus, now_plus
from vidwiz.tasks.types import FETCHES, TaskType

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

IDS = [f"refused{number:04d}" for number in range(50)]
ON_SERVER, AT_HOME = "office", "home"


@pytest.fixture
def site(youtube):
    for video_id in IDS:
        youtube.add(Video(id=video_id, title=video_id, tracks=[Track(automatic=True)]))
    return youtube


@pytest.fixture
def start(stack, site):
    """Return a function that starts workers on a network, which fetch as they do by default."""

    def start(network):
        return stack.start_workers(
            **site.environment(network),
            VIDWIZ_NETWORK=network,
            VIDWIZ_METADATA_FETCHERS="yt-dlp",
            VIDWIZ_TRANSCRIPT_FETCHERS="youtube-transcript-api,yt-dlp",
            VIDWIZ_LLM_PROVIDER="extractive",
            VIDWIZ_FETCH_PER_MINUTE="6000",
        )

    return start


def fetches():
    return [task for task in tasks() if task.task_type in FETCHES]


def settled():
    return all(task.status is not TaskStatus.IN_PROGRESS and task.attempt for task in fetches())


def test_fifty_videos_wait_for_another_network_and_cost_no_failure(stack, site, start):
    site.block(ON_SERVER, Refusal.BOT_CHECK)
    start(ON_SERVER)
    for video_id in IDS:
        ensure_video(video_id)
    until(settled, f"every task to be tried\n{stack.output()}", seconds=90)
    refused = len(site.requests_of(network=ON_SERVER))
    time.sleep(3)  # several sweeps, in which nothing may be asked again
    waiting = fetches()
    assert {task.status for task in waiting} == {TaskStatus.PENDING}
    assert {task.failures for task in waiting} == {0}
    assert {task.error_code for task in waiting} == {"ip_blocked"}
    assert len(site.requests_of(network=ON_SERVER)) == refused
    # Three fetchers of two roles look, with a page and a player each, and no more than that.
    assert refused <= 12

    start(AT_HOME)
    until(
        lambda: {task.status for task in fetches()} == {TaskStatus.COMPLETED},
        f"the other network to do it\n{stack.output()}",
        seconds=90,
    )
    assert {task.failures for task in fetches()} == {0}
    assert {task.worker_network for task in fetches()} == {AT_HOME}
    assert len(site.requests_of(network=ON_SERVER)) == refused
    for video_id in IDS:
        assert len(site.requests_of("timedtext", video_id)) == 1


def test_the_breaker_closes_with_the_first_that_gets_through(stack, site, start):
    site.block(ON_SERVER, Refusal.TOO_MANY_REQUESTS)
    start(ON_SERVER)
    for video_id in IDS:
        ensure_video(video_id)
    until(settled, f"every task to be tried\n{stack.output()}", seconds=90)
    site.unblock(ON_SERVER)
    kinds = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
    first = [min(task.id for task in fetches() if task.task_type == kind) for kind in kinds]
    with writing() as uow:
        # The pauses of the breakers are over, and so is the wait of one task of each kind.
        uow.session.execute(sa.update(FetcherState).values(open_until=now_plus(-1)))
        uow.session.execute(sa.update(Task).where(Task.id.in_(first)).values(run_at=now_plus(-1)))
    until(
        lambda: {task.status for task in fetches()} == {TaskStatus.COMPLETED},
        f"all to be done after the recovery\n{stack.output()}",
        seconds=90,
    )
    assert {task.failures for task in fetches()} == {0}
