"""Tasks with a vendor's own library: what a server asks to wait, and long videos it interrupts."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat

import pytest
import sqlalchemy as sa

from tests.fake_llm import FakeLLM, Fault, OpenAIApi
from tests.fixtures.databases import make_config, only_sqlite
from tests.pipeline.reading import HOURS, long_transcript, numbers_in
from tests.support import VIDEO, ensure_video, make_note, make_user, note, tasks, work_here, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import DailyTokens, Task, TaskStatus, now
from vidwiz.plugin_api import Secret
from vidwiz.services import transcripts
from vidwiz.tasks.types import TaskType
from vidwiz_openai import OpenAIProvider

FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
SUMMARY, NOTE = TaskType.GENERATE_SUMMARY, TaskType.GENERATE_NOTE
WINDOW = 8000


@pytest.fixture
def server():
    with FakeLLM(OpenAIApi(), context_tokens=WINDOW) as server:
        yield server


@pytest.fixture
def llm(server):
    settings = OpenAIProvider.Settings(
        base_url=server.url, api_key=Secret("sk-x"), model="fake-1", context_tokens=WINDOW
    )
    with closing(OpenAIProvider(settings)) as provider:
        yield provider


@pytest.fixture
def config(tmp_path, database_url):
    names = {"metadata_fetchers": ("fake-metadata",), "transcript_fetchers": ("fake-transcript",)}
    return make_config(tmp_path / "data", database_url, llm_provider="openai", **names)


def make_due():
    with writing() as uow:
        uow.session.execute(sa.update(Task).values(run_at=now()))


def summary():
    with read_transaction() as session:
        return transcripts.shared(session, VIDEO).summary


@only_sqlite
@pytest.mark.parametrize("task_type", [SUMMARY, NOTE])
def test_a_text_waits_as_long_as_the_server_asks_and_spends_no_failure(core, server, task_type):
    ensure_video()
    marked = make_note(make_user(), "1:00")
    work_here(core, FETCHES)
    limited = Fault("rate_limited", headers={"Retry-After": "300"})
    server.script(limited, Fault("rate_limited"), Fault("rate_limited"))
    for waits, least, most in ((1, 299, 310), (2, 119, 151), (3, 599, 751)):
        work_here(core, [task_type])
        (row,) = tasks(task_type=task_type)
        assert (row.status, row.error_code) == (TaskStatus.PENDING, "rate_limited")
        assert (row.failures, row.waits) == (0, waits)
        wait = row.run_at - datetime.now(UTC)
        assert timedelta(seconds=least - 20) <= wait <= timedelta(seconds=most)
        work_here(core, [task_type])
        assert len(server.requests) == waits, "it asked before its time"
        make_due()
    work_here(core, [task_type])
    assert (note(marked.id).text if task_type is NOTE else summary()) is not None
    assert len(server.requests) == 4


@only_sqlite
def test_a_time_that_the_server_asks_for_is_heeded_by_all_notes_of_a_process(core, server):
    ada = make_user()
    for at in range(40):
        make_note(ada, f"0:{at + 10}")
    work_here(core, FETCHES)
    server.script(*[Fault("rate_limited", headers={"Retry-After": "300"})] * 40)
    work_here(core, [NOTE])
    assert {row.error_code for row in tasks(task_type=NOTE)} == {"rate_limited"}
    in_a_minute = datetime.now(UTC) + timedelta(seconds=60)
    assert all(row.run_at > in_a_minute for row in tasks(task_type=NOTE))
    assert len(server.requests) <= 10, "more than run at once asked"


INTERRUPTIONS = (
    Fault("rate_limited", headers={"Retry-After": "600"}),
    Fault("cut"),
    Fault("rate_limited"),
    Fault("no_answer"),
    Fault("html"),
    Fault("rate_limited"),
)


@pytest.mark.slow
def test_ten_hours_are_read_once_whatever_interrupts(core, server, transcript_fetcher):
    transcript_fetcher.transcripts[VIDEO] = long_transcript()
    ensure_video()
    work_here(core, FETCHES)
    for fault in INTERRUPTIONS:
        server.script(*repeat(None, 9), fault)
    with writing() as uow:
        uow.session.execute(sa.update(Task).values(max_attempts=20))
    for _ in range(20):
        work_here(core, [SUMMARY])
        if summary():
            break
        make_due()
    (row,) = tasks(task_type=SUMMARY)
    assert row.status is TaskStatus.COMPLETED
    assert row.waits == 3
    paid = [one for one in server.requests if one.fault is None]
    texts = [one.prompt.text for one in paid]
    assert len(texts) == len(set(texts)), "a part was paid for twice"
    read = set(chain.from_iterable(map(numbers_in, texts)))
    assert read == set(range(0, HOURS * 3600, 5))
    with read_transaction() as session:
        counted = session.scalar(sa.select(sa.func.sum(DailyTokens.input_tokens)))
    assert counted == sum(one.prompt_tokens for one in paid)
