"""Tokens are counted whatever becomes of a text, by day and user, and a budget holds."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.fixtures.apps import FAKES
from tests.fixtures.databases import make_config, only_sqlite
from tests.support import (
    OTHER_VIDEO,
    VIDEO,
    ensure_video,
    make_note,
    make_user,
    note,
    tasks,
    work_here,
    writing,
)
from vidwiz.db.transactions import read_transaction
from vidwiz.models import TaskStatus
from vidwiz.plugin_api import Capability, Completion, PluginError, PluginInfo, Purpose, Usage
from vidwiz.plugin_api.fakes import FakeLLM
from vidwiz.ports import TokenUse
from vidwiz.runtime import runtime_of
from vidwiz.services import notes, token_use, transcripts
from vidwiz.services.token_use import Counted
from vidwiz.tasks.types import TaskType
from vidwiz.worker.database_texts import DatabaseTokens

FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
SUMMARY, NOTE = TaskType.GENERATE_SUMMARY, TaskType.GENERATE_NOTE


class CountingLLM(FakeLLM):
    """Says what it used, as `usage` says."""

    usage = Usage(100, 20, 60)

    def complete(self, messages, options):
        answer = super().complete(messages, options)
        return Completion(answer.text, answer.model, self.usage)


@pytest.fixture
def llm():
    return CountingLLM()


@pytest.fixture
def budget():
    return None


@pytest.fixture
def config(tmp_path, database_url, budget):
    return make_config(tmp_path / "data", database_url, llm_daily_tokens=budget, **FAKES)


def counted():
    with read_transaction() as session:
        return [
            (row.user_id, row.purpose, row.calls, row.input_tokens, row.output_tokens)
            for row in token_use.since(session, 1)
        ]


def used_today():
    with read_transaction() as session:
        return token_use.used_today(session)


def shared(video_id=VIDEO):
    with read_transaction() as session:
        return transcripts.shared(session, video_id)


@only_sqlite
@pytest.mark.parametrize("told", [Usage(0, 0), Usage(0, 20), Usage(0, 0, 0), None])
def test_a_server_that_counts_nothing_is_counted_here(core, llm, told):
    """With zeros no budget would ever be spent."""
    llm.usage = told
    make_note(make_user(), "0:10")
    work_here(core, [*FETCHES, NOTE])
    ((_, _, calls, given, written),) = counted()
    assert calls == 1
    assert given > 100
    assert 10 < written < 100


@pytest.mark.parametrize("name", ["odd\x00\ud800\x1b[31m\nname", "m" * 5000, "", "{model} %s"])
def test_a_server_may_call_its_model_anything(core, llm, name):
    complete = llm.complete
    llm.complete = lambda messages, options: replace(complete(messages, options), model=name)
    marked = make_note(make_user(), "0:10")
    work_here(core, [*FETCHES, SUMMARY, NOTE])
    assert note(marked.id).text
    kept = shared().summary_made_by["model"]
    assert kept.isprintable()
    assert len(kept) <= 128


def test_a_summary_counts_for_all_and_a_note_for_its_owner(core):
    ada, bob = make_user(), make_user("bob@example.org")
    marked = [make_note(ada, "0:10"), make_note(ada, "0:20"), make_note(bob, "0:30")]
    work_here(core, [*FETCHES, SUMMARY, NOTE])
    assert all(note(one.id).text for one in marked)
    assert counted() == [
        (0, "summary", 1, 100, 20),
        (ada.id, "note", 2, 200, 40),
        (bob.id, "note", 1, 100, 20),
    ]
    usage = {"input_tokens": 100, "output_tokens": 20, "cached_tokens": 60}
    assert shared().summary_made_by["usage"] == note(marked[0].id).made_by["usage"] == usage


@only_sqlite
def test_what_a_failed_attempt_used_counts(core, llm):
    llm.answers[Purpose.SUMMARY] = "I cannot do that."
    ensure_video()
    work_here(core, [*FETCHES, SUMMARY])
    (row,) = tasks(task_type=SUMMARY)
    assert (row.error_code, row.failures) == ("bad_answer", 1)
    assert counted() == [(0, "summary", 2, 200, 40)]


def test_what_a_text_used_that_comes_too_late_counts(core, llm):
    ada = make_user()
    marked = make_note(ada, "0:10")
    work_here(core, FETCHES)

    def write_it_oneself():
        with core.app_context(), writing() as uow:
            notes.update(uow, marked.id, user_id=ada.id, changes={"text": "Mine."})

    llm.while_running = write_it_oneself
    work_here(core, [NOTE])
    assert note(marked.id).text == "Mine."
    assert counted() == [(ada.id, "note", 1, 100, 20)]


@only_sqlite
def test_a_provider_that_does_not_say_what_it_used_is_estimated(core, llm):
    llm.usage = None
    ensure_video()
    work_here(core, [*FETCHES, SUMMARY])
    ((_, _, calls, given, written),) = counted()
    asked = sum(len(message.content) for message in llm.calls[0][1])
    assert calls == 1
    assert asked / 5 < given < asked / 3
    assert written > 50
    assert shared().summary_made_by["usage"] is None


@pytest.mark.parametrize("budget", [120])
class TestBudget:
    def test_what_is_left_when_it_is_spent_waits_for_the_next_day(self, core):
        ensure_video()
        ensure_video(OTHER_VIDEO)
        work_here(core, [*FETCHES, SUMMARY])
        done, waiting = tasks(task_type=SUMMARY)
        assert done.status is TaskStatus.COMPLETED
        assert (waiting.status, waiting.error_code) == (TaskStatus.PENDING, "budget_spent")
        assert (waiting.failures, waiting.waits) == (0, 1)
        now = datetime.now(UTC)
        tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
        # Twelve hours are the longest wait; it looks again then.
        least = min(tomorrow, now + timedelta(hours=11.9))
        assert waiting.run_at >= least - timedelta(minutes=1)
        assert used_today() == 120

    def test_notes_wait_as_well_and_are_not_asked_for(self, core, llm):
        ada = make_user()
        marked = make_note(ada, "0:10")
        work_here(core, [*FETCHES, SUMMARY, NOTE])
        assert note(marked.id).text is None
        assert [purpose for purpose, _ in llm.calls] == [Purpose.SUMMARY]
        (row,) = tasks(task_type=NOTE)
        assert (row.error_code, row.failures) == ("budget_spent", 0)

    def test_what_is_counted_and_not_written_yet_is_used(self, core):
        tokens = DatabaseTokens(runtime_of(core))
        tokens.check_budget()
        tokens.add(TokenUse("p", "m", "note", None, 100, 20))
        with pytest.raises(PluginError, match="budget_spent"):
            tokens.check_budget()
        assert used_today() == 0


@only_sqlite
@pytest.mark.parametrize("budget", [0])
def test_a_budget_of_nothing_allows_nothing(core, llm):
    ensure_video()
    work_here(core, [*FETCHES, SUMMARY])
    assert llm.calls == []
    assert tasks(task_type=SUMMARY)[0].error_code == "budget_spent"


class Extracting(CountingLLM):
    info = PluginInfo(
        name="fake-llm",
        title="Extracts",
        capabilities=frozenset({Capability.JSON_SCHEMA, Capability.EXTRACTION}),
    )


@only_sqlite
@pytest.mark.parametrize("budget", [0])
class TestWithoutAModel:
    @pytest.fixture
    def llm(self):
        return Extracting()

    def test_no_budget_holds_it_up_and_no_prompt_is_made(self, core, llm):
        ensure_video()
        work_here(core, [*FETCHES, SUMMARY])
        assert shared().summary
        assert [messages for _, messages in llm.calls] == [()]

    def test_what_uses_nothing_leaves_no_row(self, core, llm):
        llm.usage = Usage(0, 0)
        ensure_video()
        work_here(core, [*FETCHES, SUMMARY])
        assert shared().summary
        assert counted() == []


def test_what_many_add_at_once_is_all_there(core):
    begin = threading.Barrier(8)

    def add(number):
        with core.app_context():
            begin.wait(20)
            for at in range(10):
                with writing() as uow:
                    uses = [TokenUse("p", "m", f"for {n}", n or None, 10, 1, 5) for n in range(3)]
                    token_use.record(uow, uses if (number + at) % 2 else uses[::-1])

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted() == [(n, f"for {n}", 80, 800, 80) for n in range(3)]
    assert used_today() == 3 * 880


@pytest.mark.parametrize(
    "use",
    [
        TokenUse("p", "m" * 500 + "\x00\n", "note", 1, -5, 3, -1),
        TokenUse("p", "", "note", None, 10**12, 0, 10**15),
    ],
    ids=["negative and a long name", "huge"],
)
def test_whatever_a_provider_says_that_it_used_is_kept(core, use):
    with writing() as uow:
        token_use.record(uow, [use, use])
    ((_, _, calls, given, written),) = counted()
    assert calls == 2
    assert given >= 0
    assert written >= 0


def test_what_was_taken_and_put_back_is_counted_once():
    counted_here = Counted()
    counted_here.add(TokenUse("p", "m", "note", None, 1, 2))
    taken = counted_here.take()
    assert counted_here.total == 0
    counted_here.add(*taken)
    assert counted_here.total == 3


@only_sqlite
def test_an_answer_that_is_bad_is_repaired_once_and_without_the_transcript(core, llm):
    good = llm.answers[Purpose.SUMMARY]
    answers = [json.dumps({"summary": "Too short.", "questions": []}), good]
    llm.while_running = lambda: llm.answers.update({Purpose.SUMMARY: answers.pop(0)})
    ensure_video()
    work_here(core, [*FETCHES, SUMMARY])
    assert shared().summary == json.loads(good)["summary"].strip()
    (_, first), (_, second) = llm.calls
    assert "Too short." in second[-1].content
    assert "summary is too short" in second[-1].content
    assert "the yeast goes on eating" in first[-1].content
    assert "the yeast goes on eating" not in second[-1].content
    assert shared().summary_made_by["usage"]["input_tokens"] == 200
