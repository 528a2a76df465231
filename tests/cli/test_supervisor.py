"""The supervisor, in a process of its own."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from itertools import pairwise

import psutil
import pytest

from tests.fixtures.servers import until

HEADER = """
import os, signal, sys, time
from vidwiz.supervisor import Child, Supervisor, command, forked
supervisor = Supervisor(grace_seconds=1.0)
def sleeper(name, **options):
    supervisor.add(Child(name, lambda: forked(lambda: time.sleep(600)), **options))
def stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
"""


@pytest.fixture
def supervise():
    started = []

    def start(code):
        process = subprocess.Popen(
            [sys.executable, "-c", HEADER + textwrap.dedent(code)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def children(process, count):
    def found():
        pids = [child.pid for child in psutil.Process(process.pid).children()]
        return pids if len(pids) == count else None

    return until(found, f"{count} children")


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_ends_all_children(supervise, sig):
    process = supervise("sleeper('a'); sleeper('b'); supervisor.run(); print('done')")
    pids = children(process, 2)
    process.send_signal(sig)
    assert process.communicate(timeout=10)[0].endswith("done\n")
    assert process.returncode == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_what_does_not_heed_is_killed_after_the_grace_time(supervise):
    process = supervise("supervisor.add(Child('x', lambda: forked(stubborn))); supervisor.run()")
    (pid,) = children(process, 1)
    until(lambda: psutil.Process(pid).status() == psutil.STATUS_SLEEPING, "the child to settle")
    time.sleep(0.2)
    began = time.monotonic()
    process.terminate()
    output = process.communicate(timeout=10)[0]
    assert 0.9 < time.monotonic() - began < 5
    assert "killed, as it did not stop" in output
    assert not psutil.pid_exists(pid)


def test_what_others_need_stops_last(supervise):
    process = supervise(
        """
        def tell(name):
            def stop(*_):
                time.sleep(0.3); os.write(1, name.encode() + b'\\n'); os._exit(0)
            signal.signal(signal.SIGTERM, stop)
            time.sleep(600)
        for name in ('redis', 'web'):
            run = lambda name=name: forked(lambda: tell(name))
            supervisor.add(Child(name, run, stops_last=name == 'redis'))
        supervisor.wait(0.5)
        supervisor.stop()
        """
    )
    assert process.communicate(timeout=10)[0].split() == ["web", "redis"]


@pytest.mark.slow
def test_the_dead_are_started_again_with_growing_pauses(supervise):
    process = supervise(
        """
        def die():
            os.write(1, b'%.2f\\n' % time.monotonic()); os._exit(3)
        supervisor.add(Child('x', lambda: forked(die)))
        supervisor.wait(6.0)
        """
    )
    lines = process.communicate(timeout=15)[0].splitlines()
    starts = [float(line) for line in lines if line[0].isdigit()]
    pauses = [later - sooner for sooner, later in pairwise(starts)]
    assert len(pauses) >= 2
    for pause, least in zip(pauses, [0.5, 1.0, 2.0, 4.0], strict=False):
        assert pause > 0.9 * least


def test_who_has_one_thing_to_do_is_not_started_again(supervise):
    process = supervise(
        """
        child = Child('x', command([sys.executable, '-c', 'raise SystemExit(4)'], os.environ), True)
        supervisor.add(child)
        while child.exit_code is None:
            supervisor.wait(0.05)
        print(child.exit_code, child.deaths, child.pid)
        """
    )
    assert process.communicate(timeout=15)[0] == "4 0 0\n"


@pytest.mark.parametrize(("reason", "code"), [("3", 3), ("", 0), ("'why'", 1)])
def test_a_fork_ends_with_the_code_that_it_asks_for(supervise, reason, code):
    process = supervise(
        f"""
        child = Child('x', lambda: forked(lambda: sys.exit({reason})), True)
        supervisor.add(child)
        while child.exit_code is None:
            supervisor.wait(0.05)
        print('code', child.exit_code)
        """
    )
    said = process.communicate(timeout=15)[0]
    assert f"code {code}" in said
    assert ("why" in said) is (reason == "'why'")
    assert "Traceback" not in said


def test_a_bug_in_a_child_is_shown(supervise):
    process = supervise(
        "supervisor.add(Child('x', lambda: forked(lambda: 1 / 0), True)); supervisor.wait(0.5)"
    )
    assert "ZeroDivisionError" in process.communicate(timeout=15)[0]


def test_a_killed_supervisor_takes_its_children_along(supervise):
    process = supervise(
        """
        sleeper('a')
        supervisor.add(Child('b', command([sys.executable, '-c', 'input()'], os.environ)))
        supervisor.run()
        """
    )
    pids = children(process, 2)
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids), "the children to end", 5)
