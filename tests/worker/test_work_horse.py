"""The line between a worker and its work horse, with real forks and nothing of RQ."""

import os
import signal
import time

import pytest

from vidwiz.worker.work_horse import HorseLine, NextJob

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
JOB = NextJob("job-1", "execution-1")


def fork(life):
    """Run `life(jobs, stopping)` in a child that listens as a work horse does."""
    line = HorseLine()
    pid = os.fork()
    if pid:
        return line.for_worker(pid)
    code = 1
    try:
        stopped = []
        signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
        code = life(line.for_horse(), lambda: bool(stopped)) or 0
    finally:
        os._exit(code)


def exit_code(horse):
    """Return how it ended, for which it is waited as a worker does."""
    assert not horse.wait()
    assert not horse.is_waiting()
    _, status = os.waitpid(horse.pid, 0)
    return os.waitstatus_to_exitcode(status)


def lingering(seconds):
    def life(jobs, stopping):
        done = 0
        while jobs.next(seconds, stopping=stopping) is not None:
            done += 1
        return done

    return life


def test_it_takes_job_after_job_until_its_time_is_over():
    horse = fork(lingering(0.3))
    for _ in range(3):
        assert horse.wait()
        assert horse.is_waiting()
        assert horse.take(JOB)
    assert horse.wait()
    assert horse.is_waiting()
    assert exit_code(horse) == 3


def test_it_is_told_which_job_and_which_execution():
    def life(jobs, stopping):
        return 7 if jobs.next(5.0, stopping=stopping) == JOB else 1

    horse = fork(life)
    assert horse.wait()
    assert horse.is_waiting()
    assert horse.take(JOB)
    assert exit_code(horse) == 7


@pytest.mark.parametrize("seconds", [0, -1, -1e9])
def test_without_a_time_it_does_not_wait(seconds):
    horse = fork(lingering(seconds))
    assert exit_code(horse) == 0


def test_one_that_is_stopping_already_does_not_wait():
    horse = fork(lambda jobs, _: int(jobs.next(60.0, stopping=lambda: True) is not None))
    assert exit_code(horse) == 0


def test_a_stop_is_heeded_at_once():
    horse = fork(lingering(60.0))
    assert horse.wait()
    assert horse.is_waiting()
    before = time.monotonic()
    horse.end()
    assert time.monotonic() - before < 1.0


@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGSTOP])
def test_one_that_is_dead_or_frozen_takes_no_job_and_is_gone(sig):
    horse = fork(lingering(60.0))
    assert horse.wait()
    assert horse.is_waiting()
    os.kill(horse.pid, sig)
    was_taken = horse.take(JOB)
    if was_taken:
        # A frozen process would hold the output of this one open for ever.
        os.kill(horse.pid, signal.SIGKILL)
    assert not was_taken
    with pytest.raises(ChildProcessError):
        os.waitpid(horse.pid, 0)


def test_one_that_ended_while_it_waited_is_noticed():
    horse = fork(lingering(60.0))
    assert horse.wait()
    assert horse.is_waiting()
    assert not horse.has_ended()
    os.kill(horse.pid, signal.SIGKILL)
    os.waitid(os.P_PID, horse.pid, os.WEXITED | os.WNOWAIT)
    assert horse.has_ended()
    with pytest.raises(ChildProcessError):
        os.waitpid(horse.pid, 0)


def test_one_that_does_not_heed_a_stop_is_killed():
    def deaf(jobs, _):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        jobs.next(60.0, stopping=lambda: False)

    horse = fork(deaf)
    assert horse.wait()
    assert horse.is_waiting()
    horse.end()
    with pytest.raises(ChildProcessError):
        os.waitpid(horse.pid, 0)


def test_waiting_may_be_interrupted_and_loses_nothing():
    """RQ's worker interrupts it to send its heartbeat."""

    class Beat(Exception):  # noqa: N818 - no error
        pass

    def beat(*_):
        raise Beat

    def life(jobs, stopping):
        time.sleep(0.25)
        return int(jobs.next(0.2, stopping=stopping) is not None)

    before = signal.signal(signal.SIGALRM, beat)
    try:
        horse = fork(life)
        beats = 0
        signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
        while True:
            try:
                assert horse.wait()
                break
            except Beat:
                beats += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert beats > 3
    assert horse.is_waiting()
    assert exit_code(horse) == 0


def test_a_process_that_it_leaves_behind_does_not_hide_its_death():
    """A plugin may fork one, which keeps the socket open."""
    heard, tells = os.pipe()

    def life(_jobs, _stopping):
        if os.fork() == 0:
            os.write(tells, str(os.getpid()).encode())
            signal.pause()
        os.read(heard_by_horse, 1)

    heard_by_horse, go = os.pipe()
    horse = fork(life)
    left_behind = int(os.read(heard, 16))
    try:
        os.write(go, b"!")
        os.waitid(os.P_PID, horse.pid, os.WEXITED | os.WNOWAIT)
        assert exit_code(horse) == 0
    finally:
        os.kill(left_behind, signal.SIGKILL)
        for end in (heard, tells, heard_by_horse, go):
            os.close(end)
