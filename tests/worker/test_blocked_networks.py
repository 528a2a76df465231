"""A site that refuses one network: the work waits there, and goes on elsewhere at once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import dispose
from tests.support import VIDEO, captions, ensure_video, tasks, work_here, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import FetcherState, Task, TaskStatus, now_plus
from vidwiz.plugin_api import PluginError
from vidwiz.plugin_api.fakes import FakeLLM, FakeMetadataFetcher, FakeTranscriptFetcher
from vidwiz.plugin_host.registry import Registry
from vidwiz.runtime import build_app, runtime_of
from vidwiz.services import fetcher_health
from vidwiz.tasks import claims, recovery
from vidwiz.tasks.types import TaskType, WorkerId
from vidwiz.worker.sweeper import sweep

TRANSCRIPT = TaskType.FETCH_TRANSCRIPT
IDS = [f"blocked{number:04d}" for number in range(6)]
NAME = "fake-transcript"


class Site(FakeTranscriptFetcher):
    """Refuses every call while `refuses`; counts the calls."""

    def __init__(self, *, refuses):
        super().__init__({video_id: captions() for video_id in IDS})
        self.refuses = refuses

    def fetch_transcript(self, ref, languages):
        if self.refuses:
            self.errors = [PluginError("ip_blocked")]
        return super().fetch_transcript(ref, languages)


@pytest.fixture
def transcript_fetcher():
    return Site(refuses=True)


@pytest.fixture
def elsewhere(config, queue):
    """Return a function that makes an app of a worker on another network, with its fetcher."""
    apps = []

    def make(network, site):
        config_there = replace(config, network=network)
        app = build_app(
            config_there, queue=queue, plugins=Registry.of(FakeMetadataFetcher(), site, FakeLLM())
        )
        apps.append(app)
        return app

    yield make
    for app in apps:
        dispose(app)


@pytest.fixture
def blocked(core, transcript_fetcher):
    """Have all videos wait because of a block on this network."""
    for video_id in IDS:
        ensure_video(video_id)
    work_here(core, [TRANSCRIPT])
    assert len(transcript_fetcher.calls) == 1


def rows():
    return tasks(task_type=TRANSCRIPT)


def pass_time(seconds):
    """Let so much time pass for tasks and breakers."""
    with writing() as uow:
        for column in (Task.run_at, FetcherState.open_until):
            model = column.class_
            for row in uow.session.scalars(sa.select(model)).all():
                if getattr(row, column.key) is not None:
                    moved = (getattr(row, column.key) - datetime.now(UTC)).total_seconds()
                    setattr(row, column.key, now_plus(moved - seconds))


@pytest.mark.usefixtures("blocked")
def test_they_wait_without_failures_and_nothing_calls_the_site_again(core, transcript_fetcher):
    for row in rows():
        assert (row.status, row.failures) == (TaskStatus.PENDING, 0)
        assert (row.error_code, row.blocked_network) == ("ip_blocked", "server")
        assert row.run_at > datetime.now(UTC)
    work_here(core, [TRANSCRIPT])
    assert len(transcript_fetcher.calls) == 1


@pytest.mark.usefixtures("blocked")
def test_a_worker_on_another_network_does_them_at_once(core, elsewhere, transcript_fetcher):
    site = Site(refuses=False)
    work_here(elsewhere("home", site), [TRANSCRIPT])
    assert {row.status for row in rows()} == {TaskStatus.COMPLETED}
    assert {row.worker_network for row in rows()} == {"home"}
    assert {row.failures for row in rows()} == {0}
    assert len(site.calls) == len(IDS)
    assert len(transcript_fetcher.calls) == 1


@pytest.mark.usefixtures("blocked")
@pytest.mark.parametrize("network", ["a-first", "z-last"])
def test_two_blocked_networks_do_not_pass_tasks_to_and_fro(core, elsewhere, network):
    site = Site(refuses=True)
    there = elsewhere(network, site)
    for _ in range(3):
        work_here(there, [TRANSCRIPT])
        work_here(core, [TRANSCRIPT])
    assert len(site.calls) == 1
    assert max(row.attempt for row in rows()) == 2
    assert {row.blocked_network for row in rows()} == {"server", network}


@pytest.mark.usefixtures("blocked")
def test_a_network_whose_time_has_come_finds_out_with_what_is_blocked_elsewhere(elsewhere):
    site = Site(refuses=True)
    there = elsewhere("home", site)
    for number in (1, 2):
        # The first time nothing is known of this network; the second time its pause is over.
        work_here(there, [TRANSCRIPT])
        assert len(site.calls) == number
        with writing() as uow:
            fetcher_health.state(uow.session, NAME, "home").open_until = now_plus(-1)
    site.refuses = False
    work_here(there, [TRANSCRIPT])
    assert {row.status for row in rows() if row.blocked_network != "home"} == {TaskStatus.COMPLETED}


@pytest.mark.usefixtures("blocked")
def test_the_first_that_succeeds_closes_the_breaker_and_wakes_the_others(core, transcript_fetcher):
    transcript_fetcher.refuses = False
    # The first of them is due; the others would wait for hours longer.
    pass_time(1801)
    first = rows()[0].id
    with writing() as uow:
        uow.session.execute(sa.update(Task).where(Task.id != first).values(run_at=now_plus(20_000)))
        uow.session.execute(sa.update(Task).where(Task.id == first).values(run_at=now_plus(-1)))
    work_here(core, [TRANSCRIPT])
    assert {row.status for row in rows()} == {TaskStatus.COMPLETED}
    assert len(transcript_fetcher.calls) == 1 + len(IDS)


@pytest.mark.usefixtures("blocked")
def test_thousands_are_woken_some_at_a_time(core, monkeypatch):
    """All in one transaction would keep every other writer waiting."""
    monkeypatch.setattr(recovery, "WOKEN_AT_ONCE", 2)
    with writing() as uow:
        fetcher_health.succeeded(uow, NAME, "server")
    for due in (2, 4, 6, 6):
        assert sum(row.run_at <= datetime.now(UTC) for row in rows()) == due
        with writing() as uow:
            uow.session.execute(sa.text("DELETE FROM periodic_runs"))
        sweep(runtime_of(core))


@pytest.mark.usefixtures("blocked")
def test_nobody_is_woken_while_the_network_is_refused(core):
    with writing() as uow:
        fetcher_health.state(uow.session, NAME, "server").open_until = now_plus(-1)
    sweep(runtime_of(core))
    assert all(row.run_at > datetime.now(UTC) for row in rows())


@pytest.mark.usefixtures("blocked")
def test_a_site_that_refuses_for_days_is_probed_once_a_period(core, transcript_fetcher):
    periods = [1801, 7201, 21_601, 21_601]
    for number, seconds in enumerate(periods, start=2):
        pass_time(seconds * 1.3)
        work_here(core, [TRANSCRIPT])
        assert len(transcript_fetcher.calls) == number
    assert {row.failures for row in rows()} == {0}
    transcript_fetcher.refuses = False
    pass_time(30_000)
    work_here(core, [TRANSCRIPT])
    assert {row.status for row in rows()} == {TaskStatus.COMPLETED}


@pytest.mark.usefixtures("blocked")
def test_whoever_may_be_elsewhere_is_told_of_them_seldom(queue):
    queue.notifications.clear()
    with writing() as uow:
        assert recovery.notify_blocked(uow, [TRANSCRIPT, TaskType.FETCH_METADATA]) == 1
    assert [kind for kind, _ in queue.notifications] == [TRANSCRIPT]


@pytest.mark.usefixtures("blocked")
def test_a_claim_that_is_given_back_may_still_be_claimed_elsewhere():
    home = WorkerId("me", network="home")
    with writing() as uow:
        (held,) = claims.claim(uow, TRANSCRIPT, home, lease_seconds=30.0)
    with writing() as uow:
        assert claims.release(uow, held)
    with writing() as uow:
        (again,) = claims.claim(uow, TRANSCRIPT, home, lease_seconds=30.0)
    assert (again.task_id, again.attempt) == (held.task_id, held.attempt + 1)


def test_an_llm_provider_refuses_the_key_and_no_network(core, elsewhere, transcript_fetcher, llm):
    transcript_fetcher.refuses = False
    transcript_fetcher.transcripts[VIDEO] = captions()
    llm.errors = [PluginError("rate_limited")]
    ensure_video()
    work_here(core, [TRANSCRIPT, TaskType.GENERATE_SUMMARY])
    (row,) = tasks(task_type=TaskType.GENERATE_SUMMARY)
    assert (row.error_code, row.blocked_network) == ("rate_limited", None)
    work_here(elsewhere("home", Site(refuses=False)), [TaskType.GENERATE_SUMMARY])
    assert tasks(task_type=TaskType.GENERATE_SUMMARY)[0].attempt == 1


@pytest.mark.usefixtures("core")
def test_calls_are_counted_for_a_day():
    def count(code=None):
        with writing() as uow:
            fetcher_health.count(uow, NAME, "server", code)

    def state():
        with read_transaction() as session:
            return fetcher_health.state(session, NAME, "server")

    count()
    count("network_error")
    count()
    known = state()
    assert (known.successes, known.failures) == (2, 1)
    assert known.last_failure_code == "network_error"
    assert known.last_success_at >= known.last_failure_at >= known.counted_since
    assert known.open_until is None
    with writing() as uow:
        fetcher_health.state(uow.session, NAME, "server").counted_since = now_plus(-90_000)
    count("timed_out")
    known = state()
    assert (known.successes, known.failures) == (0, 1)
    assert (datetime.now(UTC) - known.counted_since).total_seconds() < 60


def test_counting_and_refusals_keep_each_other(core):
    runtime = runtime_of(core)
    with runtime.unit_of_work() as uow:
        fetcher_health.refused(uow, NAME, "server", code="ip_blocked", retry_at=None)
        fetcher_health.count(uow, NAME, "server", "ip_blocked")
        fetcher_health.count(uow, NAME, "server", None)
    with read_transaction() as session:
        known = fetcher_health.state(session, NAME, "server")
    assert (known.refusals, known.successes, known.failures) == (1, 1, 1)
    assert known.open_until > datetime.now(UTC)
