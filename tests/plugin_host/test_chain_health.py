"""What the chain tells the breaker of a fetcher: who answers, even with a refusal, is well."""

import pytest

from tests.support import VIDEO, captions, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import FetcherState, now_plus
from vidwiz.plugin_api import FAILURES, Handling, PluginError, PluginInfo, VideoRef
from vidwiz.plugin_api.fakes import FakeTranscriptFetcher
from vidwiz.plugin_host.chain import Chain
from vidwiz.runtime import current
from vidwiz.services import fetcher_health
from vidwiz.worker.database_ledger import DatabaseHealth

REF = VideoRef("youtube", VIDEO, f"https://www.youtube.com/watch?v={VIDEO}")
NAME = "fake-transcript"
PERMANENT = {code for code, row in FAILURES.items() if row.handling is Handling.PERMANENT}
# Of the video too, which will be there later.
LATER = {"not_started", "live_now", "captions_not_ready"}
OPENS = {code for code, row in FAILURES.items() if row.opens_breaker}


class Health:
    """Health in memory that lets everybody through."""

    def __init__(self):
        self.said = []

    def may_call(self, provider):
        return None

    def refused(self, provider, code, retry_at):
        self.said.append((provider, "refused", code))

    def succeeded(self, provider):
        self.said.append((provider, "succeeded"))

    def count(self, provider, code):
        self.said.append((provider, "counted", code))


def said_after(*errors):
    health, fetcher = Health(), FakeTranscriptFetcher({VIDEO: captions()})
    fetcher.errors = [PluginError(error) for error in errors]
    with pytest.raises(PluginError):
        Chain(health).transcript([fetcher] * len(errors), REF)
    return health.said


@pytest.mark.parametrize("code", sorted((PERMANENT | LATER) - OPENS))
def test_what_is_known_of_the_video_closes_the_breaker(code):
    """The site answers; it is the video that is not there, or not yet."""
    assert said_after(code) == [(NAME, "succeeded")]


@pytest.mark.parametrize("code", sorted(set(FAILURES) - OPENS - PERMANENT - LATER))
def test_a_failure_that_says_nothing_of_the_site_says_nothing(code):
    assert said_after(code) == []


@pytest.mark.parametrize("code", sorted(OPENS))
def test_a_refusal_opens_the_breaker(code):
    assert said_after(code) == [(NAME, "refused", code)]


class Paced(FakeTranscriptFetcher):
    info = PluginInfo(name=NAME, title="Asks a site", paced=True)


@pytest.mark.parametrize(
    ("code", "counted"),
    [
        ("network_error", "network_error"),
        ("ip_blocked", "ip_blocked"),
        ("parse_error", "parse_error"),
        ("po_token_required", "po_token_required"),
        ("removed", None),
        ("no_captions", None),
        ("captions_not_ready", None),
        ("age_restricted", None),
        ("empty_transcript", None),
    ],
)
def test_calls_of_a_site_are_counted_by_whether_it_answers(code, counted):
    health, fetcher = Health(), Paced({VIDEO: captions()})
    fetcher.errors = [PluginError(code)]
    with pytest.raises(PluginError):
        Chain(health).transcript([fetcher], REF)
    assert (NAME, "counted", counted) in health.said
    Chain(health).transcript([fetcher], REF)
    assert health.said[-1] == (NAME, "counted", None)


def test_a_crash_of_a_fetcher_that_asks_a_site_is_counted():
    health, fetcher = Health(), Paced()
    fetcher.errors = [KeyError("boom")]
    with pytest.raises(PluginError):
        Chain(health).transcript([fetcher], REF)
    assert health.said == [(NAME, "counted", "fetcher_crash")]


def test_a_crash_and_an_empty_transcript_close_nothing():
    health, fetcher = Health(), FakeTranscriptFetcher({VIDEO: captions()})
    fetcher.errors = [KeyError("boom")]
    with pytest.raises(PluginError):
        Chain(health).transcript([fetcher], REF)
    assert health.said == []


@pytest.mark.parametrize("code", ["removed", "live_now"])
def test_a_probe_that_is_told_of_the_video_opens_the_way_to_the_next(core, code):
    with writing() as uow:
        fetcher_health.refused(uow, NAME, "server", code="ip_blocked", retry_at=None)
        fetcher_health.state(uow.session, NAME, "server").open_until = now_plus(-1)
    fetcher = FakeTranscriptFetcher({VIDEO: captions()})
    fetcher.errors = [PluginError(code)]
    chain = Chain(DatabaseHealth(current()))
    with pytest.raises(PluginError, match=code):
        chain.transcript([fetcher], REF)
    with read_transaction() as session:
        (state,) = session.query(FetcherState).all()
        assert (state.refusals, state.open_until) == (0, None)
    assert chain.transcript([fetcher], REF) == (captions(), NAME)
