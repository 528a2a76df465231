"""Real processes and a breaker whose time has come: one of them is the probe."""

import subprocess
import sys

import pytest

from tests.fixtures.stacks import ROOT
from tests.support import writing
from vidwiz.models import now_plus
from vidwiz.services import fetcher_health

PROCESSES = 3


@pytest.mark.slow
def test_of_several_processes_one_call_is_let_through_in_a_period(stack):
    with writing() as uow:
        fetcher_health.refused(uow, "site", "server", code="ip_blocked", retry_at=None)
        fetcher_health.state(uow.session, "site", "server").open_until = now_plus(-1)
    begin = stack.folder / "begin"
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.programs.prober", str(begin), "0.7"],
            cwd=ROOT,
            env=stack.env,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    try:
        assert [process.stdout.readline() for process in running] == ["ready\n"] * PROCESSES
        begin.touch()
        allowed = [int(process.communicate(timeout=60)[0]) for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert sum(allowed) == 1
