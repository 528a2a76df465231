"""The runner: whatever runs is reported, also when claiming or the database fails."""

import threading
from contextlib import suppress

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from tests.support import VIDEO, ensure_video, make_note, make_user, note, tasks, work_here, writing
from vidwiz.errors import StaleError
from vidwiz.models import Task, TaskStatus
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.providers import Providers
from vidwiz.plugin_api import PluginError, Segment, Transcript
from vidwiz.plugin_host.chain import Chain
from vidwiz.runtime import runtime_of
from vidwiz.tasks.types import TaskType, WorkerId
from vidwiz.worker.context import WorkerContext
from vidwiz.worker.database_ledger import DatabaseHealth, DatabaseLedger
from vidwiz.worker.database_texts import DatabaseParts, DatabaseTokens
from vidwiz.worker.leases import LeaseKeeper
from vidwiz.worker.ledger import LedgerUnreachableError
from vidwiz.worker.runner import Runner
from vidwiz.worker.sweeper import sweep

FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
NOTE = TaskType.GENERATE_NOTE


class FailingClaims(DatabaseLedger):
    """The real ledger, whose claims fail from the second one on."""

    error: Exception = LedgerUnreachableError("away")
    good_claims = 1

    def claim(self, task_type, task_ids=(), *, limit=1):
        if self.good_claims <= 0:
            raise self.error
        self.good_claims -= 1
        return super().claim(task_type, task_ids, limit=limit)


@pytest.fixture
def runner(core):
    """Return a function that makes a runner over such a ledger."""
    runtime = runtime_of(core)
    keepers = []

    def make(ledger_class):
        tokens = DatabaseTokens(runtime)
        ledger = ledger_class(runtime, WorkerId("test"), KINDS, tokens)
        providers = Providers(
            runtime.metadata_fetchers(),
            runtime.transcript_fetchers(),
            runtime.llm_provider(),
            Chain(DatabaseHealth(runtime)),
            tokens,
            DatabaseParts(tokens),
        )
        keeper = LeaseKeeper(
            ledger, lease_seconds=30.0, context=core.app_context, end_process=lambda: None
        )
        keepers.append(keeper)
        keeper.__enter__()
        return Runner(ledger, KINDS, providers, keeper)

    yield make
    for keeper in keepers:
        keeper.__exit__()


@pytest.fixture
def ten_notes(core):
    ada = make_user()
    ensure_video()
    work_here(core, FETCHES)
    return [make_note(ada, f"{number // 2}:{number % 2 * 30:02d}").id for number in range(10)]


def filled(ids):
    return [note_id for note_id in ids if note(note_id).text]


@pytest.mark.parametrize(
    "error", [LedgerUnreachableError("away"), OperationalError("x", {}, Exception()), KeyError("x")]
)
def test_a_claim_that_fails_throws_no_finished_call_away(core, runner, ten_notes, llm, error):
    five = threading.Semaphore(5)
    llm.while_running = lambda: five.acquire(timeout=20)

    class Ledger(FailingClaims):
        """Lets the other five calls return once the second claim has failed."""

        def claim(self, *args, **options):
            try:
                return super().claim(*args, **options)
            except Exception:
                five.release(5)
                raise

    Ledger.error = error
    made = runner(Ledger)
    expected = () if isinstance(error, LedgerUnreachableError) else (type(error),)
    with suppress(*expected):
        made.drain(NOTE)
    assert len(filled(ten_notes)) == 10
    assert {row.status for row in tasks(task_type=NOTE)} == {TaskStatus.COMPLETED}
    assert len([purpose for purpose, _ in llm.calls if purpose == "note"]) == 10


def test_a_claim_that_fails_at_once_ends_the_drain(core, runner):
    class Ledger(FailingClaims):
        good_claims = 0

    ensure_video()
    assert runner(Ledger).drain(TaskType.FETCH_METADATA) is False
    assert [row.attempt for row in tasks(task_type=TaskType.FETCH_METADATA)] == [0]


def test_a_stopping_runner_claims_nothing(core, runner):
    ensure_video()
    made = runner(DatabaseLedger)
    made.stopping = True
    made.drain(TaskType.FETCH_METADATA)
    assert [row.attempt for row in tasks(task_type=TaskType.FETCH_METADATA)] == [0]


class UnreleasableLedger(DatabaseLedger):
    """Releases only every other task."""

    released = 0

    def release(self, claim):
        self.released += 1
        if self.released % 2:
            raise LedgerUnreachableError("away")
        super().release(claim)


def test_giving_back_goes_on_after_one_that_fails(core, runner, ten_notes, llm):
    gate, begun = threading.Event(), threading.Semaphore(0)

    def hold():
        begun.release()
        gate.wait(20)

    llm.while_running = hold
    made = runner(UnreleasableLedger)

    def drain():
        with core.app_context():
            made.drain(NOTE)

    thread = threading.Thread(target=drain)
    thread.start()
    for _ in range(10):
        assert begun.acquire(timeout=20)
    made.give_back()
    statuses = [row.status for row in tasks(task_type=NOTE)]
    assert statuses.count(TaskStatus.PENDING) == 5
    gate.set()
    thread.join()
    # Nobody claimed them since, so that what was paid for still counts.
    assert len(filled(ten_notes)) == 10
    assert {row.failures for row in tasks(task_type=NOTE)} == {0}


def test_what_a_batch_was_paid_for_is_paid_once(core, ten_notes, llm):
    llm.errors.append(PluginError("bad_answer"))
    work_here(core, [NOTE])
    assert len(filled(ten_notes)) == 9
    assert len([purpose for purpose, _ in llm.calls if purpose == "note"]) == 10


def test_a_result_that_is_refused_is_no_bug(core, llm):
    ensure_video()
    work_here(core, FETCHES)

    def cancel():
        with core.app_context(), writing() as uow:
            uow.session.execute(
                sa.update(Task)
                .where(Task.task_type == TaskType.GENERATE_SUMMARY)
                .values(status=TaskStatus.CANCELLED)
            )

    llm.while_running = cancel
    with WorkerContext(core, "test") as context:
        context.runner.drain(TaskType.GENERATE_SUMMARY)
    assert context.runner.outcomes == {"stale": 1}
    assert not issubclass(StaleError, LedgerUnreachableError)


def test_what_a_site_said_reaches_no_terminal_as_it_is(core, transcript_fetcher):
    transcript_fetcher.errors.append(
        PluginError("no_captions", "No\x1b[31m captions\u202e.\nReally.")
    )
    ensure_video()
    work_here(core, FETCHES)
    (row,) = tasks(task_type=TaskType.FETCH_TRANSCRIPT)
    assert row.error_message == "No[31m captions. Really."


class TestSilence:
    """A note at a moment where nothing is said stays the user's, and says so."""

    @pytest.fixture
    def at(self, core, transcript_fetcher):
        words = [Segment(f"Sentence {n} about bread and yeast.", n * 5.0, 5.0) for n in range(8)]
        words += [Segment(f"Later {n} about bread.", 1200.0 + n * 5.0, 5.0) for n in range(12)]
        transcript_fetcher.transcripts[VIDEO] = Transcript(tuple(words), "en")
        ada = make_user()

        def mark(timestamp):
            made = make_note(ada, timestamp)
            work_here(core, KINDS.names)
            return made.id

        return mark

    def failure_of(self, note_id):
        (row,) = tasks(note_id=note_id)
        return (row.status, row.error_code)

    @pytest.mark.parametrize("timestamp", ["1:00", "5:00", "19:40"])
    def test_nothing_is_said_near_it(self, at, timestamp, metadata_fetcher):
        metadata_fetcher.videos.clear()
        note_id = at(timestamp)
        assert note(note_id).text is None
        assert self.failure_of(note_id) == (TaskStatus.FAILED, "nothing_said")

    @pytest.mark.parametrize("timestamp", ["0:10", "0:50", "20:00", "19:50"])
    def test_something_is_said_within_15_seconds(self, at, timestamp, metadata_fetcher):
        metadata_fetcher.videos.clear()
        assert note(at(timestamp)).text

    def test_a_mark_after_the_end_that_was_made_before_the_length_was_known(self, at):
        note_id = at("10:01")  # the metadata says ten minutes
        assert note(note_id).text is None
        assert self.failure_of(note_id) == (TaskStatus.FAILED, "after_the_end")

    def test_it_is_not_tried_again_by_itself(self, at, core, llm, metadata_fetcher):
        metadata_fetcher.videos.clear()
        note_id = at("5:00")
        sweep(runtime_of(core))
        work_here(core, KINDS.names)
        assert len(tasks(note_id=note_id)) == 1
        assert [purpose for purpose, _ in llm.calls] == ["summary"]
