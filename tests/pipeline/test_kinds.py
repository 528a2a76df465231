"""The table of kinds: adding one is adding an entry, and an unknown one is an error."""

import dataclasses

import pytest
import sqlalchemy as sa

from tests.support import VIDEO, ensure_video, tasks, work_here, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import InvalidInputError
from vidwiz.models import Priority, Task, TaskStatus, Video, now_plus
from vidwiz.pipeline import retries, submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.kinds import TaskKind, TaskKinds
from vidwiz.pipeline.work import TranscriptResult
from vidwiz.plugin_api import Handling, PluginError
from vidwiz.plugin_api.fakes import spoken
from vidwiz.queueing.notifications import RedisTaskQueue, Route
from vidwiz.runtime import current, runtime_of
from vidwiz.services import videos
from vidwiz.tasks import claims, failures, query, recovery, scheduling
from vidwiz.tasks.query import TaskFilter
from vidwiz.tasks.types import TaskFailure, TaskType, WorkerId, WorkItem
from vidwiz.worker.context import WorkerContext
from vidwiz.worker.sweeper import sweep


@dataclasses.dataclass(frozen=True)
class CountResult:
    """How many words a title has; and whatever follows from that."""

    words: int


def count_item(video_id):
    return WorkItem("count_words", f"count:{video_id}", video_id)


def _inputs(reader, claim):
    with reader.read_transaction() as session:
        return videos.get(session, claim.video_id).title


def _run(title, _providers):
    if title == "broken":
        raise PluginError("bad_answer")
    return CountResult(len(title.split()))


def _write(uow, item, result):
    videos.lock(uow, item.video_id).title = f"{result.words} words"
    return item


def _is_needed(session, item):
    return "words" not in (videos.get(session, item.video_id).title or "")


COUNTING = TaskKind(
    name="count_words",
    queue="count",
    slots=1,
    deadline_seconds=10.0,
    result_type=CountResult,
    is_needed=_is_needed,
    inputs=_inputs,
    run=_run,
    write=_write,
)
MORE_KINDS = TaskKinds(*KINDS, COUNTING)


def work(app):
    with app.app_context(), WorkerContext(app, "test", kinds=MORE_KINDS) as context:
        context.runner.drain("count_words")


def schedule(title="A title of five words"):
    ensure_video(title=title)
    with writing() as uow:
        return scheduling.schedule(uow, count_item(VIDEO), priority=10)


def title():
    with read_transaction() as session:
        return session.scalar(sa.select(Video.title))


def test_a_new_kind_goes_the_whole_way_with_nothing_but_its_entry(core):
    schedule()
    work(core)
    (row,) = tasks(task_type="count_words")
    assert (row.status, row.subject) == (TaskStatus.COMPLETED, f"count:{VIDEO}")
    assert title() == "5 words"


def test_a_new_kind_is_notified_through_its_queue(redis_url):
    queue = RedisTaskQueue(
        redis_url,
        {kind.name: Route(kind.queue, MORE_KINDS.job_timeout(kind.queue)) for kind in MORE_KINDS},
    )
    assert queue.notify("count_words", [1])
    assert queue._redis.llen("rq:queue:count") == 1
    queue._redis.close()


def test_what_follows_a_new_kind_is_scheduled_with_its_priority(core):
    def follow(uow, item, priority):
        if item.subject != "again":
            again = WorkItem(item.task_type, "again", item.video_id)
            scheduling.schedule(uow, again, priority=priority)

    followed = TaskKinds(*KINDS, dataclasses.replace(COUNTING, then=follow))
    schedule()
    with core.app_context(), WorkerContext(core, "test", kinds=followed) as context:
        context.runner.drain("count_words")
    first, second = tasks(task_type="count_words")
    assert (first.priority, second.priority, second.subject) == (10, 10, "again")


def test_a_new_kind_fails_and_is_tried_again_like_all_others(core):
    schedule("broken")
    work(core)
    (row,) = tasks(task_type="count_words")
    assert (row.status, row.error_code, row.failures) == (TaskStatus.PENDING, "bad_answer", 1)
    with writing() as uow:
        uow.session.execute(sa.update(Task).values(status="failed"))
    with writing() as uow:
        assert retries.retry_failed(uow, MORE_KINDS, TaskFilter(task_type="count_words")) == 1


def test_an_unknown_kind_is_an_error_and_never_another_kind():
    for ask in (
        lambda: KINDS.named("count_words"),
        lambda: KINDS.of_queue("count"),
        lambda: KINDS.of_result(CountResult(1)),
        lambda: KINDS.slots({"count": 1}),
    ):
        with pytest.raises(InvalidInputError):
            ask()


def test_an_unknown_kind_cannot_be_worked_on(core):
    unknown = pytest.raises(InvalidInputError, match="count_words is no kind of task")
    with core.app_context(), WorkerContext(core, "test") as context, unknown:
        context.runner.drain("count_words")


def test_a_task_of_an_unknown_kind_is_left_as_it_is(core, queue):
    """A newer version of the program, on the same database, works on it."""
    task_id = schedule()
    with writing() as uow:
        (held,) = claims.claim(uow, "count_words", WorkerId("newer"), lease_seconds=30.0)
    with writing() as uow:
        uow.session.execute(sa.update(Task).values(lease_expires_at=now_plus(-60)))
    queue.notifications.clear()
    sweep(runtime_of(core))
    with writing() as uow:
        assert failures.recover_expired(uow, KINDS.names) == 0
        recovery.notify_due(uow, KINDS.names, again_after=0.0)
    (row,) = tasks(id=task_id)
    assert (row.status, row.failures, row.attempt) == (TaskStatus.IN_PROGRESS, 0, held.attempt)
    assert "count_words" not in dict(queue.notifications)


def test_a_waiting_task_of_an_unknown_kind_is_listed_and_not_notified(core, queue):
    schedule()
    queue.notifications.clear()
    sweep(runtime_of(core))
    assert "count_words" not in dict(queue.notifications)
    with read_transaction() as session:
        found, total = query.page(session, TaskFilter(), number=1, size=50)
    assert total == 3
    assert "count_words" in {row.task_type for row in found}


@pytest.mark.parametrize("twin", [{"queue": "metadata"}, {"name": TaskType.GENERATE_NOTE}])
def test_two_kinds_never_share_a_name_or_a_queue(twin):
    with pytest.raises(ValueError, match="one name or one queue"):
        TaskKinds(*KINDS, dataclasses.replace(COUNTING, **twin))


def test_a_kind_without_slots_shares_the_queue_of_another():
    sharing = dataclasses.replace(COUNTING, queue="note", slots=0)
    kinds = TaskKinds(*KINDS, sharing)
    assert kinds.queues == KINDS.queues
    assert kinds.slots({}) == KINDS.slots({})
    assert kinds.of_queue("note").name == TaskType.GENERATE_NOTE
    assert [kind.name for kind in kinds.sharing("note")] == ["generate_note", "count_words"]
    assert kinds.job_timeout("note") == KINDS.job_timeout("note") + 10


def test_a_kind_shares_no_queue_that_nobody_works_on():
    with pytest.raises(ValueError, match="shares a queue"):
        TaskKinds(*KINDS, dataclasses.replace(COUNTING, slots=0))


def test_every_kind_ends_itself_before_rq_does():
    for kind in KINDS:
        together = sum(each.deadline_seconds for each in KINDS.sharing(kind.queue))
        assert together + 60 <= KINDS.job_timeout(kind.queue) <= together + 180


class TestRetry:
    """Trying again replaces nothing that somebody brought meanwhile."""

    @pytest.fixture
    def failed(self, core):
        ensure_video()
        with writing() as uow:
            (held,) = claims.claim(uow, TaskType.FETCH_METADATA, WorkerId("me"), lease_seconds=30.0)
        with writing() as uow:
            failures.fail(uow, held, TaskFailure("private", "Private.", Handling.PERMANENT))
        return held.task_id

    def retry(self, task_id):
        with writing() as uow:
            return retries.retry(uow, KINDS, query.get(uow.session, task_id))

    def test_a_failed_task_gets_a_successor(self, failed):
        assert self.retry(failed).id > failed

    def test_twice_is_once(self, failed):
        assert self.retry(failed).id == self.retry(failed).id

    def test_what_an_operator_brought_is_not_fetched_again(self, failed):
        with writing() as uow:
            videos.lock(uow, VIDEO).video_metadata = {"title": "Brought by an operator"}
        with pytest.raises(Exception, match="not needed any more"):
            self.retry(failed)
        with writing() as uow:
            assert retries.retry_failed(uow, KINDS, TaskFilter()) == 0
        assert len(tasks(task_type=TaskType.FETCH_METADATA)) == 1

    def test_what_a_newer_task_brought_is_not_fetched_again(self, core, failed, metadata_fetcher):
        self.retry(failed)
        work_here(core, [TaskType.FETCH_METADATA])
        calls = len(metadata_fetcher.calls)
        with pytest.raises(Exception, match="not needed any more"):
            self.retry(failed)
        work_here(core, [TaskType.FETCH_METADATA])
        assert len(metadata_fetcher.calls) == calls

    def test_a_waiting_task_stops_waiting(self, core):
        ensure_video()
        with writing() as uow:
            uow.session.execute(sa.update(Task).values(run_at=now_plus(3600)))
        (row,) = tasks(task_type=TaskType.FETCH_METADATA)
        self.retry(row.id)
        work_here(core, [TaskType.FETCH_METADATA])
        assert tasks(task_type=TaskType.FETCH_METADATA)[0].status is TaskStatus.COMPLETED

    def test_only_what_failed_last_is_retried_in_bulk(self, failed):
        self.retry(failed)
        with writing() as uow:
            assert retries.retry_failed(uow, KINDS, TaskFilter()) == 0

    @pytest.mark.parametrize(
        ("wanted", "count"),
        [
            (TaskFilter(code="private"), 1),
            (TaskFilter(code="removed"), 0),
            (TaskFilter(video_id=VIDEO), 1),
            (TaskFilter(video_id="another0001"), 0),
            (TaskFilter(task_type=TaskType.FETCH_TRANSCRIPT), 0),
        ],
    )
    def test_bulk_retries_take_the_filter(self, failed, wanted, count):
        with writing() as uow:
            assert retries.retry_failed(uow, KINDS, wanted) == count


def test_what_follows_an_import_is_an_import(core):
    ensure_video(priority=Priority.IMPORT)
    work_here(core, [TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT])
    (summary,) = tasks(task_type=TaskType.GENERATE_SUMMARY)
    assert summary.priority == Priority.IMPORT


def test_a_person_raises_also_what_follows_from_a_running_import(core):
    ensure_video(priority=Priority.IMPORT)
    with writing() as uow:
        (held,) = claims.claim(uow, TaskType.FETCH_TRANSCRIPT, WorkerId("me"), lease_seconds=30.0)
    ensure_video(priority=Priority.PERSON)
    kind = KINDS.named(TaskType.FETCH_TRANSCRIPT)
    stored = kind.store(current().store, VIDEO, TranscriptResult(spoken("Words."), "x"))
    with writing() as uow:
        submissions.write_result(uow, kind, held, stored)
    (summary,) = tasks(task_type=TaskType.GENERATE_SUMMARY)
    assert summary.priority == Priority.PERSON
