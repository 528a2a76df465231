"""Calls of plugins end in time: what hangs is given up, and nothing else waits for it."""

import logging
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from textwrap import dedent

import pytest

from tests.support import VIDEO, captions
from vidwiz.plugin_api import (
    CompletionOptions,
    Handling,
    Message,
    PluginError,
    PluginInfo,
    Purpose,
    VideoRef,
)
from vidwiz.plugin_api.fakes import FakeLLM, FakeTranscriptFetcher
from vidwiz.plugin_host.calls import MOST_GIVEN_UP, Call, call
from vidwiz.plugin_host.chain import Chain
from vidwiz.plugin_host.registry import Registry

NOTE = CompletionOptions(purpose=Purpose.NOTE)
REF = VideoRef("youtube", VIDEO, "https://youtu.be/x")


class Health:
    def may_call(self, provider):
        return None

    def refused(self, provider, code, retry_at):
        raise AssertionError("a time-out is no refusal")

    def succeeded(self, provider):
        """Nothing is remembered."""


class Hanging(FakeTranscriptFetcher):
    """Hangs until the test lets it go."""

    info = PluginInfo(name="hanging", title="Hanging", timeout_seconds=0.1)

    def __init__(self):
        super().__init__()
        self.go_on = threading.Event()

    def fetch_transcript(self, ref, languages):
        self.calls.append(ref)
        self.go_on.wait(30)
        return captions()


class HangingLLM(FakeLLM):
    info = PluginInfo(name="hanging-llm", title="Hanging", timeout_seconds=0.2)

    def __init__(self):
        super().__init__()
        self.go_on = threading.Event()

    def while_running(self):
        self.go_on.wait(30)


@contextmanager
def let_go(*plugins):
    """End every call of these at the end of the block, and see that no thread is left."""
    try:
        yield
    finally:
        for plugin in plugins:
            plugin.go_on.set()
        for thread in threading.enumerate():
            if isinstance(thread, Call):
                thread.join(10)
        assert not any(isinstance(thread, Call) for thread in threading.enumerate())


def test_a_fetcher_that_hangs_is_given_up_and_the_next_is_asked():
    hanging, good = Hanging(), FakeTranscriptFetcher({VIDEO: captions()})
    with let_go(hanging):
        began = time.monotonic()
        assert Chain(Health()).transcript([hanging, good], REF) == (captions(), "fake-transcript")
        assert 0.1 <= time.monotonic() - began < 5


def test_when_all_hang_the_failure_is_tried_again():
    hanging = Hanging()
    with let_go(hanging), pytest.raises(PluginError) as caught:
        Chain(Health()).transcript([hanging], REF)
    assert (caught.value.code, caught.value.handling) == ("timed_out", Handling.RETRY)
    assert "site took too long" in caught.value.message


def test_ten_notes_at_once_each_have_their_own_time():
    llm = HangingLLM()
    chain = Chain(Health())

    def write(_):
        try:
            return chain.write(llm, [Message("user", "x")], NOTE)
        except PluginError as error:
            return error

    began = time.monotonic()
    with let_go(llm):
        with ThreadPoolExecutor(10) as pool:
            found = list(pool.map(write, range(10)))
        assert time.monotonic() - began < 5
    assert [error.code for error in found] == ["timed_out"] * 10
    assert "AI provider took too long" in found[0].message
    assert llm.most_at_once == 10


def test_a_plugin_with_too_many_hanging_calls_is_not_called_until_one_ends():
    hanging = Hanging()
    with let_go(hanging):
        for _ in range(MOST_GIVEN_UP + 3):
            with pytest.raises(PluginError, match="timed_out"):
                Chain(Health()).transcript([hanging], REF)
        assert len(hanging.calls) == MOST_GIVEN_UP
        # Another plugin of the same kind is none of its business.
        other = Hanging()
        other.go_on.set()
        assert Chain(Health()).transcript([other], REF)[0] == captions()
    assert Chain(Health()).transcript([hanging], REF)[0] == captions()


def test_a_late_result_is_thrown_away():
    hanging = Hanging()
    with let_go(hanging):
        late = Call(hanging, lambda: hanging.fetch_transcript(REF, ()))
        late.start()
        assert not late.finish(0.05)
    assert late.given_up
    assert call(hanging, lambda: "next") == "next"


class JobTimeoutError(Exception):
    """What RQ raises in the main thread when a job has used up its time."""


@pytest.mark.parametrize("swallows", [False, True])
def test_the_time_out_of_the_job_passes_through_at_once(swallows):
    class Slow(HangingLLM):
        info = PluginInfo(name="slow", title="Slow", timeout_seconds=60)

        def while_running(self):
            with suppress(Exception) if swallows else nullcontext():
                super().while_running()

    def ring(*_):
        raise JobTimeoutError

    llm = Slow()
    before = signal.signal(signal.SIGALRM, ring)
    began = time.monotonic()
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with let_go(llm), pytest.raises(JobTimeoutError):
            Chain(Health(), (JobTimeoutError,)).write(llm, [Message("user", "x")], NOTE)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - began < 10


def test_what_the_caller_knows_of_the_context_the_plugin_knows():
    task: ContextVar[int] = ContextVar("task")
    task.set(7)
    assert call(FakeLLM(), task.get) == 7


def test_a_time_out_of_the_plugin_is_no_time_out_of_ours(caplog):
    llm = FakeLLM()
    llm.errors = [TimeoutError("read")]
    with pytest.raises(PluginError) as caught:
        Chain(Health()).write(llm, [Message("user", "x")], NOTE)
    assert caught.value.code == "provider_crash"


def test_a_process_ends_although_a_call_hangs():
    code = """
        import threading
        from vidwiz.plugin_api import PluginError, PluginInfo
        from vidwiz.plugin_api.fakes import FakeLLM
        from vidwiz.plugin_host.calls import call

        class Hanging(FakeLLM):
            info = PluginInfo(name="h", title="H", timeout_seconds=0.1)

        try:
            call(Hanging(), threading.Event().wait)
        except PluginError as error:
            print(error.code)
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "timed_out\n"


class Closing(FakeLLM):
    def __init__(self, close=lambda: None):
        super().__init__()
        self.closed = 0
        self._close = close

    def close(self):
        self.closed += 1
        self._close()


def fail(error):
    raise error


@pytest.mark.parametrize("error", [ValueError("boom"), SystemExit(3), KeyboardInterrupt()])
def test_a_plugin_that_fails_to_close_is_logged_and_stops_no_other(error, caplog):
    plugins = [Closing(), Closing(lambda: fail(error)), Closing()]
    with caplog.at_level(logging.WARNING):
        Registry.of(*plugins).close()
    assert [plugin.closed for plugin in plugins] == [1, 1, 1]
    (record,) = caplog.records
    assert (record.plugin, record.exc_info[1]) == ("fake-llm", error)


def test_a_plugin_that_hangs_while_closing_stops_no_other(monkeypatch, caplog):
    monkeypatch.setattr("vidwiz.plugin_host.registry.CLOSE_SECONDS", 0.1)
    go_on = threading.Event()
    hanging, other = Closing(lambda: go_on.wait(30)), Closing()
    hanging.go_on = go_on
    with let_go(hanging):
        Registry.of(hanging, other).close()
    assert other.closed == 1
    assert [record.getMessage() for record in caplog.records] == ["a plugin did not close in time"]


def test_a_registry_is_closed_once():
    plugin = Closing()
    registry = Registry.of(plugin)
    registry.close()
    registry.close()
    assert plugin.closed == 1


class _Preloading(FakeLLM):
    def __init__(self, preload):
        super().__init__()
        self.preloaded = 0
        self._preload = preload

    def preload(self):
        self.preloaded += 1
        self._preload()


def test_plugins_are_preloaded_once_each_and_a_failure_stops_no_other(caplog):
    broken, other = _Preloading(lambda: 1 / 0), _Preloading(lambda: None)
    with caplog.at_level(logging.WARNING):
        Registry.of(broken, other).preload([broken, other, other])
    assert (broken.preloaded, other.preloaded) == (1, 1)
    assert [record.getMessage() for record in caplog.records] == ["a plugin failed to preload"]


def test_a_plugin_that_hangs_while_it_preloads_is_given_up(caplog, monkeypatch):
    monkeypatch.setattr("vidwiz.plugin_host.registry.PRELOAD_SECONDS", 0.05)
    release = threading.Event()
    hanging, other = _Preloading(release.wait), _Preloading(lambda: None)
    with caplog.at_level(logging.WARNING):
        Registry.of(hanging, other).preload([hanging, other])
    release.set()
    assert other.preloaded == 1
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["a plugin did not preload in time"]
