"""The plan of a seed is the same each time, and another seed's is another."""

import pytest

from tests.chaos.faults import FAULTS
from tests.chaos.plan import ON_POSTGRESQL, ON_SQLITE, make


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_seed_makes_one_plan(database):
    assert make(7, database) == make(7, database)
    assert str(make(7, database)) != str(make(8, database))


def test_every_planned_fault_can_be_injected():
    assert {*ON_SQLITE, *ON_POSTGRESQL} == FAULTS.keys()


def test_clients_touch_only_notes_that_they_made_and_have_not_deleted():
    for actions in make(7, "sqlite").clients:
        alive = set()
        for action in actions:
            if action.kind == "create":
                alive.add(action.note)
            elif action.kind == "delete":
                alive.remove(action.note)
            elif action.kind in ("edit", "blank", "retime"):
                assert action.note in alive
