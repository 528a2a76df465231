"""A fetcher that asks a site is called at its pace, and waited for rather than passed over."""

from datetime import UTC, datetime

import pytest

from tests.support import VIDEO, captions
from vidwiz.plugin_api import Handling, PluginError, PluginInfo, VideoRef
from vidwiz.plugin_api.fakes import FakeTranscriptFetcher
from vidwiz.plugin_host.chain import Chain

REF = VideoRef("youtube", VIDEO, f"https://www.youtube.com/watch?v={VIDEO}")


class Health:
    """Health that lets everybody through but those in `closed`."""

    def __init__(self, closed=()):
        self.closed = closed

    def may_call(self, provider):
        return datetime(2031, 1, 1, tzinfo=UTC) if provider in self.closed else None

    def refused(self, provider, code, retry_at):
        """Forget it."""

    def succeeded(self, provider):
        """Forget it."""

    def count(self, provider, code):
        """Forget it."""


class Pace:
    """Gives the waits of a list, one after the other, and then slots."""

    def __init__(self, *waits):
        self.waits = list(waits)
        self.asked = []

    def take(self, provider, *, urgent):
        self.asked.append((provider, urgent))
        return self.waits.pop(0) if self.waits else 0.0


def fetcher(name, *errors, paced=True):
    class Named(FakeTranscriptFetcher):
        info = PluginInfo(name=name, title=name, paced=paced)

    made = Named({VIDEO: captions()})
    made.errors = [PluginError(error) for error in errors]
    return made


def test_a_fetcher_that_asks_nobody_needs_no_slot():
    pace = Pace(30.0)
    chain = Chain(Health(), pace=pace)
    assert chain.transcript([fetcher("own", paced=False)], REF)[1] == "own"
    assert pace.asked == []


@pytest.mark.parametrize("urgent", [True, False])
def test_a_slot_is_taken_for_each_call(urgent):
    pace = Pace()
    first, second = fetcher("one", "parse_error"), fetcher("two")
    assert Chain(Health(), pace=pace).transcript([first, second], REF, urgent=urgent)[1] == "two"
    assert pace.asked == [("one", urgent), ("two", urgent)]


def test_a_slot_that_comes_soon_is_waited_for_here():
    pace = Pace(0.05)
    assert Chain(Health(), pace=pace).transcript([fetcher("one")], REF)[1] == "one"
    assert len(pace.asked) == 2


@pytest.mark.parametrize("waits", [(30.0,), (0.01, 30.0), (2.5,), (1e9,)])
def test_without_a_slot_the_task_waits_for_it_and_no_other_is_asked(waits):
    first, second = fetcher("one"), fetcher("two")
    with pytest.raises(PluginError) as caught:
        Chain(Health(), pace=Pace(*waits)).transcript([first, second], REF)
    error = caught.value
    assert (error.code, error.handling) == ("paced", Handling.WAIT)
    left = (error.retry_at - datetime.now(UTC)).total_seconds()
    assert waits[-1] - 5 < left <= waits[-1]
    assert first.calls == second.calls == []


def test_a_fetcher_that_is_left_alone_takes_no_slot_and_its_successor_is_waited_for():
    pace = Pace(30.0)
    with pytest.raises(PluginError, match="paced"):
        Chain(Health({"one"}), pace=pace).transcript([fetcher("one"), fetcher("two")], REF)
    assert pace.asked == [("two", True)]
