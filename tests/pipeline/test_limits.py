"""Numbers that the design states, and how they fit each other: a tenfold one is noticed."""

import pytest

from vidwiz.pipeline.flow import KINDS
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
