"""Numbers that the design states, and how they fit each other: a tenfold one is noticed."""

import threading

import pytest

from tests.pipeline.reading import MemoryParts, NoHealth, Unlimited, long_transcript
from vidwiz.pipeline import texts
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.providers import Providers
from vidwiz.pipeline.work import TextInputs
from vidwiz.pipeline.writer import Writer
from vidwiz.plugin_api import Handling, PluginError
from vidwiz.plugin_api.fakes import FakeLLM
from vidwiz.plugin_host.chain import Chain
from vidwiz.services import asking
from vidwiz.services.writing import VideoContext
from vidwiz.tasks.types import TaskType
from vidwiz.worker import entry, local, pool, runner

# Seconds; DESIGN section 5, and docs/architecture.md.
DEADLINES = {
    "fetch_metadata": 60.0,
    "fetch_transcript": 180.0,
    "generate_summary": 600.0,
    "generate_note": 120.0,
    "expand_list": 300.0,
}
SLOTS = {"metadata": 1, "transcript": 1, "summary": 1, "note": 4}


def test_each_kind_has_its_deadline():
    assert {kind.name: kind.deadline_seconds for kind in KINDS} == DEADLINES


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.name)
def test_a_task_that_is_claimed_last_still_ends_before_rq_ends_its_job(kind):
    """A drain claims for some seconds, and a task that hangs is noticed within a third lease."""
    longest = sum(
        runner.DRAIN_SECONDS + each.deadline_seconds + 30.0 / 3
        for each in KINDS.sharing(kind.queue)
    )
    assert longest < KINDS.job_timeout(kind.queue) <= longest + 180


def test_each_queue_has_its_slots_and_notes_run_ten_at_once():
    assert KINDS.slots({}) == SLOTS
    assert KINDS.slots({"note": 2}) == {**SLOTS, "note": 2}
    assert {kind.queue: kind.at_once for kind in KINDS} == {
        "metadata": 1,
        "transcript": 1,
        "summary": 1,
        "note": 10,
    }
    assert [kind.name for kind in KINDS.sharing("metadata")] == ["fetch_metadata", "expand_list"]


def test_a_drain_ends_soon_enough_for_others_to_have_their_turn():
    assert 1.0 <= runner.DRAIN_SECONDS <= 10.0


def test_giving_back_fits_the_time_before_the_parent_kills():
    assert 0 < entry._GIVE_BACK_SECONDS < pool._EXTRA_GRACE <= 10
    assert 0 < local._GRACE_SECONDS <= 3


@pytest.mark.parametrize(
    ("task_type", "seconds"),
    [
        (TaskType.GENERATE_SUMMARY, texts.SUMMARY_SECONDS),
        (TaskType.GENERATE_NOTE, texts.NOTE_SECONDS),
    ],
)
def test_a_slow_server_ends_its_own_call_and_not_the_process(task_type, seconds):
    """The round of a lease keeper that finds the deadline passed, and the report, come after."""
    assert seconds + 30.0 / 3 < KINDS.named(task_type).deadline_seconds


def test_a_call_that_trickles_is_given_up_when_the_text_has_no_time_left():
    llm, hung = FakeLLM(), threading.Event()
    llm.while_running = lambda: hung.wait(20)
    providers = Providers([], [], llm, Chain(NoHealth()), Unlimited(), MemoryParts())
    inputs = TextInputs(VideoContext(), long_transcript(0.1).segments, "a" * 64, "DATA-1")
    writer = Writer(providers, inputs, seconds=0.1)
    with pytest.raises(PluginError) as caught:
        writer.ask(asking.summary_request(writer.source()))
    hung.set()
    assert (caught.value.code, caught.value.handling) == ("timed_out", Handling.RETRY)
