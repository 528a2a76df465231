"""Transcripts beyond a model's window: all of it is read, and no part is paid for twice."""

import os
import threading

import pytest
import sqlalchemy as sa

from tests.pipeline.reading import (
    HOURS,
    MemoryParts,
    SmallModel,
    Unlimited,
    long_transcript,
    numbers_in,
    seconds_in,
    summarised,
)
from tests.support import VIDEO, ensure_video, tasks, work_here, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import DailyTokens, Task, TaskStatus, TextPart, now
from vidwiz.pipeline import summarising
from vidwiz.pipeline.flow import KINDS
from vidwiz.plugin_api import PluginError, Purpose
from vidwiz.services import transcripts
from vidwiz.tasks import failures
from vidwiz.tasks.types import TaskType

FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
SUMMARY = TaskType.GENERATE_SUMMARY


@pytest.fixture
def llm(tmp_path):
    return SmallModel(paid_file=tmp_path / "paid")


@pytest.fixture
def fetched(core, transcript_fetcher):
    transcript_fetcher.transcripts[VIDEO] = long_transcript()
    ensure_video()
    work_here(core, FETCHES)


def transcript():
    with read_transaction() as session:
        return transcripts.shared(session, VIDEO)


def make_due():
    with writing() as uow:
        uow.session.execute(sa.update(Task).values(run_at=now()))


def rows(model):
    with read_transaction() as session:
        return session.scalars(sa.select(model)).all()


def assert_covered(paid):
    """Every tenth of the video appears in what was asked, and in it nine tenths of its words."""
    read = {second for messages in paid for second in seconds_in(messages)}
    for tenth in range(10):
        begin, end = tenth * HOURS * 360, (tenth + 1) * HOURS * 360
        assert {second for second in read if begin <= second < end} == set(range(begin, end, 5))


def test_ten_hours_are_read_by_a_window_of_8000_tokens(core, llm, fetched):
    work_here(core, [SUMMARY])
    assert transcript().summary
    assert_covered(llm.paid)
    assert llm.refused == 0
    assert llm.most_at_once <= 4
    made_by = transcript().summary_made_by
    used = [sum(len(m.content) for m in messages) // 4 for messages in llm.paid]
    assert made_by["usage"]["input_tokens"] == sum(used)
    assert made_by["parts"] == 60
    counted = {row.purpose: (row.calls, row.input_tokens) for row in rows(DailyTokens)}
    assert counted["summary"][0] == 1
    assert sum(tokens for _, tokens in counted.values()) == sum(used)


def test_what_an_attempt_has_read_the_next_does_not_pay_for(core, llm, fetched):
    llm._stop_after = 20
    work_here(core, [SUMMARY])
    (row,) = tasks(task_type=SUMMARY)
    assert (row.status, row.error_code, row.failures) == (TaskStatus.PENDING, "network_error", 1)
    assert len(rows(TextPart)) == len(llm.paid) == 20
    llm._stop_after = None
    make_due()
    work_here(core, [SUMMARY])
    assert transcript().summary
    assert_covered(llm.paid)
    asked = [messages[-1].content for messages in llm.paid]
    assert len(set(asked)) == len(asked)
    used = sum(sum(len(m.content) for m in messages) // 4 for messages in llm.paid)
    assert transcript().summary_made_by["usage"]["input_tokens"] == used


def test_what_a_killed_worker_has_read_the_next_does_not_pay_for(core, llm, fetched, tmp_path):
    paid_file = tmp_path / "paid"
    child = os.fork()
    if child == 0:
        llm.before_paying = lambda: os._exit(9) if len(llm.paid) >= 20 else None
        work_here(core, [SUMMARY])
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    kept = len(rows(TextPart))
    assert 20 - summarising.AT_ONCE <= kept <= 20
    with writing() as uow:
        uow.session.execute(sa.update(Task).values(lease_expires_at=now()))
    with writing() as uow:
        failures.recover_expired(uow, KINDS.names)
    work_here(core, [SUMMARY])
    assert transcript().summary
    asked = paid_file.read_text().splitlines()
    # Calls that ran when it was killed were not answered, so nothing of theirs could be kept.
    assert len(asked) - len(set(asked)) == 20 - kept


class Spent(Unlimited):
    """A budget of so many tokens."""

    budget = 30_000
    used = 0

    def check_budget(self):
        self.used += sum(use.input_tokens for use in self.take())
        if self.used >= self.budget:
            raise PluginError("budget_spent")


def until_it_is_made(llm, parts, code, **options):
    """Try until the summary is there; return after how many attempts."""
    for attempt in range(1, 100):
        before = len(parts.parts)
        try:
            summarised(llm, parts, **options)
        except PluginError as error:
            assert error.code == code  # noqa: PT017 - it may be any attempt
            assert len(parts.parts) > before
        else:
            return attempt
    raise AssertionError("it is never made")


def test_an_attempt_that_takes_too_long_ends_in_time_and_is_gone_on_with():
    llm, parts = SmallModel(seconds=0.01), MemoryParts()
    assert until_it_is_made(llm, parts, "still_reading", seconds=0.05) > 2
    assert_covered(llm.paid)
    asked = [messages[-1].content for messages in llm.paid]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_without_any_time_an_attempt_gets_on_all_the_same(seconds):
    llm = SmallModel()
    with pytest.raises(PluginError, match="still_reading"):
        summarised(llm, MemoryParts(), seconds=seconds)
    assert len(llm.paid) == summarising.AT_ONCE


def test_a_budget_that_is_spent_midway_is_gone_on_with():
    llm, parts = SmallModel(), MemoryParts()
    tokens = [Spent() for _ in range(20)]
    for attempt in tokens:
        try:
            summarised(llm, parts, attempt)
        except PluginError as error:
            assert error.code == "budget_spent"  # noqa: PT017
            # What runs when the budget is spent still ends: four calls of some 3,000 tokens.
            assert attempt.used < Spent.budget + 4 * 4000
        else:
            break
    asked = [messages[-1].content for messages in llm.paid]
    assert len(set(asked)) == len(asked) > 60


def test_a_window_that_the_provider_does_not_know_is_found():
    llm = SmallModel()
    llm.max_input_tokens = None
    llm.window = 3000
    assert summarised(llm, MemoryParts(), hours=2).text
    assert llm.refused > 0


def test_four_parts_are_read_at_once():
    llm, meeting, calls = SmallModel(), threading.Barrier(4), iter(range(1000))

    def meet():
        if next(calls) < 4:
            meeting.wait(20)

    llm.while_running = meet
    assert summarised(llm, MemoryParts(), hours=2).text
    assert llm.most_at_once == 4


def test_a_very_small_window_is_enough():
    llm = SmallModel()
    llm.max_input_tokens = llm.window = 2000
    assert summarised(llm, MemoryParts(), hours=0.5).text


@pytest.mark.parametrize("window", [1, 0, -5])
def test_a_window_that_nothing_fits_fails_as_that(window):
    llm = SmallModel()
    llm.max_input_tokens = llm.window = window
    with pytest.raises(PluginError) as caught:
        summarised(llm, MemoryParts(), hours=0.5)
    assert caught.value.code == "too_long"
    assert llm.paid == []


def test_chapters_are_the_parts():
    llm = SmallModel()
    chapters = tuple((hour * 1800.0, f"Chapter {hour}") for hour in range(20))
    summarised(llm, MemoryParts(), chapters=chapters)
    parts = [m[-1].content for kind, m in llm.calls if kind is Purpose.PART and seconds_in(m)]
    for number in range(20):
        of_chapter = [part for part in parts if f"\nChapter {number}\n" in part]
        assert of_chapter
        said = {second for part in of_chapter for second in numbers_in(part)}
        assert min(said) - number * 1800 in range(30)
        assert max(said) - (number + 1) * 1800 in range(-5, 30)
