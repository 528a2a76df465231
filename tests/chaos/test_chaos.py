"""Faults of all kinds while clients work: nothing is lost, nothing is done twice.

`VIDWIZ_CHAOS_SEED=7` runs one seed again; `VIDWIZ_CHAOS_SEEDS=20` runs the first twenty.
"""

import os
import shutil
import time
from collections import Counter

import pytest

from tests.chaos import names
from tests.chaos import plan as plans
from tests.chaos.checker import unfinished, violations
from tests.chaos.clients import Client, History, make_account
from tests.chaos.databases import PostgresqlDatabase, SqliteDatabase
from tests.chaos.faults import Monkey
from tests.chaos.installation import Installation
from tests.chaos.state import read
from tests.fixtures.databases import migrate

# Some seconds a seed in each of two databases, so that the slow tests stay bounded.
DEFAULT_SEEDS = 2
# Leases, sweeps and all retries of the slowest task, on a machine that has other work, too.
CONVERGENCE_SECONDS = 60.0
LOOK_SECONDS = 0.05
# How often the waits for another try are ended.
TIME_PASSES_SECONDS = 1.0


def _seeds():
    if one := os.environ.get("VIDWIZ_CHAOS_SEED"):
        return [int(one)]
    return list(range(1, 1 + int(os.environ.get("VIDWIZ_CHAOS_SEEDS", DEFAULT_SEEDS))))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """Return a database of the run's own, migrated and audited."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_migrated_sqlite"), tmp_path / "vidwiz.db")
        made = SqliteDatabase(tmp_path / "vidwiz.db")
    else:
        made = PostgresqlDatabase(request.getfixturevalue("own_postgres_server"))
        migrate(made.url, tmp_path / "migrate")
    made.install_audit()
    return made


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", _seeds())
def test_nothing_is_lost_or_done_twice(seed, database, tmp_path, redis_server, request):
    plan = plans.make(seed, request.node.callspec.params["database"])
    installation = Installation(tmp_path, database, redis_server, plan)
    try:
        wrong = Run(installation, plan).violations()
    finally:
        installation.close()
    if wrong:
        (tmp_path / "plan.json").write_text(str(plan))
        listed = "\n".join(wrong)
        pytest.fail(
            f"seed {seed} on {plan.database}: VIDWIZ_CHAOS_SEED={seed} runs it again.\n"
            f"{listed}\n\nThe plan:\n{plan}\n\nThe processes' output is in {tmp_path}."
        )


class Run:
    """One run of a plan: faults and clients, then peace, then a look at what is left."""

    def __init__(self, installation, plan):
        self._installation, self._plan = installation, plan
        self._time_passed = self._healed_at = 0.0

    def violations(self):
        installation = self._installation
        installation.revive()
        installation.await_ready()
        clients = self._make_clients()
        monkey = Monkey(installation, self._plan.faults)
        for client in clients:
            client.start()
        while not monkey.done:
            monkey.look()
            self._go_on()
        monkey.heal()
        history = self._converge(clients)
        state = read(installation)
        state.still_running = installation.stop() + installation.leftovers()
        self._report(monkey, history, state)
        return violations(history, state)

    def _make_clients(self):
        url = self._installation.url
        accounts = [make_account(url, f"chaos{number}@example.org") for number in range(2)]
        return [
            Client(number, url, accounts[number % 2], self._plan)
            for number in range(len(self._plan.clients))
        ]

    def _go_on(self):
        """Do what a supervisor does, and let the time of waiting tasks come."""
        self._installation.revive()
        if time.monotonic() - self._time_passed > TIME_PASSES_SECONDS:
            self._installation.database.pass_time()
            self._time_passed = time.monotonic()
        time.sleep(LOOK_SECONDS)

    def _converge(self, clients):
        while any(client.is_alive() for client in clients):
            self._go_on()
        history = History()
        for client in clients:
            history.add(client.history)
        self._healed_at = time.monotonic()
        end = self._healed_at + CONVERGENCE_SECONDS
        while time.monotonic() < end:
            state = read(self._installation)
            if not unfinished(history, state) and _is_published(state):
                break
            for _ in range(10):
                self._go_on()
        return history

    def _report(self, monkey, history, state):
        took = time.monotonic() - self._healed_at
        tasks = state.rows(names.TASKS)
        ends = Counter(task["status"] for task in tasks)
        failed = Counter(task["error_code"] for task in tasks if task["status"] == names.FAILED)
        print(
            f"seed {self._plan.seed} on {self._plan.database}: {len(monkey.injected)} faults,"
            f" {len(monkey.without_target)} without a target,"
            f" {sum(history.statuses.values())} requests {dict(history.statuses)},"
            f" tasks {dict(ends)} {dict(failed)}, {len(state.calls)} calls answered,"
            f" settled after {took:.1f} s; {dict(Counter(monkey.injected))}"
        )


def _is_published(state):
    return all(row["published_at"] is not None for row in state.rows(names.TRANSCRIPTS))
