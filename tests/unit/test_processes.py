"""Processes that end with their parent, and what a supervised child is given."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.servers import until
from tests.fixtures.stacks import is_alive

ROOT = Path(__file__).parents[2]
# Every process of these tests ends by itself after this time, whatever happens.
HEAD = """
import os, signal, sys, time
from pathlib import Path
from vidwiz.processes import die_with_parent
from vidwiz.supervisor import Child, Supervisor, command, forked
folder = Path(sys.argv[1])
def note(name):
    (folder / f".{name}").write_text(str(os.getpid()))
    (folder / f".{name}").rename(folder / name)
def sleep(name):
    note(name)
    time.sleep(30)
"""


@pytest.fixture
def start(tmp_path):
    """Return a function that runs a program in a process of its own."""
    started = []

    def start(source):
        command = [sys.executable, "-c", HEAD + source, str(tmp_path)]
        started.append(subprocess.Popen(command, cwd=ROOT))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def noted(path):
    until(path.exists, f"{path.name}")
    return int(path.read_text())


def is_gone(pid):
    return not is_alive(pid)


def test_a_child_dies_with_its_parent(start, tmp_path):
    parent = start(
        """
parent = os.getpid()
if os.fork() == 0:
    die_with_parent(parent)
    sleep('child')
sleep('parent')
"""
    )
    child = noted(tmp_path / "child")
    parent.kill()
    parent.wait()
    until(lambda: is_gone(child), "the child to die", 2)


def test_a_child_may_ask_for_a_gentler_signal(start, tmp_path):
    parent = start(
        """
parent = os.getpid()
if os.fork() == 0:
    signal.signal(signal.SIGTERM, lambda *_: (note('told'), os._exit(0)))
    die_with_parent(parent, signal.SIGTERM)
    sleep('child')
sleep('parent')
"""
    )
    child = noted(tmp_path / "child")
    parent.kill()
    parent.wait()
    assert noted(tmp_path / "told") == child
    until(lambda: is_gone(child), "the child to end", 2)


def test_a_child_whose_parent_died_before_it_asked_dies_too(start, tmp_path):
    start(
        """
if os.fork() == 0:
    parent = os.getpid()
    if os.fork() == 0:
        while os.getppid() == parent:
            time.sleep(0.01)
        note('orphan')
        die_with_parent(parent)
        note('survived')
    os._exit(0)
sleep('parent')
"""
    )
    orphan = noted(tmp_path / "orphan")
    until(lambda: is_gone(orphan), "the orphan to die", 2)
    assert not (tmp_path / "survived").exists()


def test_a_child_that_is_killed_takes_what_it_started_along(start, tmp_path):
    parent = start(
        """
def stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        sleep('grandchild')
    sleep('child')
supervisor = Supervisor(grace_seconds=0.3)
supervisor.add(Child('stubborn', lambda: forked(stubborn)))
supervisor.run()
"""
    )
    family = noted(tmp_path / "child"), noted(tmp_path / "grandchild")
    parent.terminate()
    assert parent.wait(10) == 0
    until(lambda: all(map(is_gone, family)), "the family to be gone", 2)


def test_a_command_has_the_environment_and_no_descriptor_that_is_not_its_own(start, tmp_path):
    program = start(
        """
ours, _ = os.pipe()
look = (
    "import os, sys\\n"
    "try: os.fstat(int(sys.argv[1])); print('open', flush=True)\\n"
    "except OSError: print('closed', os.environ['A'], flush=True)\\n"
)
os.dup2(os.open(folder / 'output', os.O_WRONLY | os.O_CREAT), 1)
argv = [sys.executable, '-c', look, str(ours)]
os.waitpid(command(argv, {'A': 'b'})(), 0)
"""
    )
    assert program.wait(20) == 0
    assert (tmp_path / "output").read_text().split() == ["closed", "b"]
