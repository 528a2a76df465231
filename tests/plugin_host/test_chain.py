"""The chain: who is asked in which order, what stops it, and which failure comes out."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support import VIDEO, captions, metadata, writing
from vidwiz.plugin_api import (
    FAILURES,
    CompletionOptions,
    Handling,
    Message,
    PluginError,
    PluginInfo,
    Purpose,
    Segment,
    Transcript,
    VideoRef,
)
from vidwiz.plugin_api.fakes import FakeLLM, FakeMetadataFetcher, FakeTranscriptFetcher
from vidwiz.plugin_host.chain import Chain

REF = VideoRef("youtube", VIDEO, f"https://www.youtube.com/watch?v={VIDEO}")
LATER = datetime(2031, 1, 1, tzinfo=UTC)


class Health:
    """Health in memory; `closed_for` names who is not to be called."""

    def __init__(self):
        self.closed_for = {}
        self.said = []

    def may_call(self, provider):
        return self.closed_for.get(provider)

    def refused(self, provider, code, retry_at):
        self.said.append((provider, code, retry_at))

    def succeeded(self, provider):
        self.said.append((provider, "succeeded"))


class InterruptError(Exception):
    """What RQ's time-outs are: an ordinary exception that is not the fetcher's."""


@pytest.fixture
def health():
    return Health()


def fetcher(name, *errors, sites=(), transcript=None):
    """Return a fetcher of transcripts that raises these errors, or else knows the video."""

    class Named(FakeTranscriptFetcher):
        info = PluginInfo(name=name, title=name, sites=sites)

    made = Named({VIDEO: transcript or captions()})
    made.errors = [PluginError(error) if isinstance(error, str) else error for error in errors]
    return made


def fetch(health, *fetchers):
    return Chain(health, (InterruptError,)).transcript(fetchers, REF)


def failure(health, *fetchers):
    with pytest.raises(PluginError) as caught:
        fetch(health, *fetchers)
    return caught.value


def write(llm):
    options = CompletionOptions(purpose=Purpose.NOTE)
    return Chain(Health(), (InterruptError,)).write(llm, [Message("user", "x")], options)


def test_the_first_that_succeeds_wins_and_is_named(health):
    first, second, third = fetcher("one", "network_error"), fetcher("two"), fetcher("three")
    assert fetch(health, first, second, third) == (captions(), "two")
    assert (len(first.calls), len(second.calls), len(third.calls)) == (1, 1, 0)
    assert health.said == [("two", "succeeded")]


def test_metadata_goes_the_same_way(health):
    broken = FakeMetadataFetcher()
    broken.errors = [PluginError("parse_error")]
    found = Chain(health).metadata([broken, FakeMetadataFetcher({VIDEO: metadata()})], REF)
    assert found == (metadata(), "fake-metadata")


def test_fetchers_of_other_sites_are_not_asked(health):
    other, ours = fetcher("other", sites=("vimeo",)), fetcher("ours", sites=("vimeo", "youtube"))
    assert fetch(health, other, ours)[1] == "ours"
    assert other.calls == []


@pytest.mark.parametrize("fetchers", [[], [fetcher("other", sites=("vimeo",))]])
def test_without_a_fetcher_the_operator_is_told(health, fetchers):
    error = failure(health, *fetchers)
    assert (error.code, error.handling) == ("no_fetcher", Handling.OPERATOR)


PERMANENT = {code for code, row in FAILURES.items() if row.handling is Handling.PERMANENT}


@pytest.mark.parametrize("code", sorted(PERMANENT - {"no_captions"}))
def test_what_one_knows_for_certain_ends_the_search(health, code):
    second = fetcher("two")
    assert failure(health, fetcher("one", code), second).code == code
    assert second.calls == []


@pytest.mark.parametrize("code", sorted(set(FAILURES) - PERMANENT))
def test_after_any_other_failure_the_next_is_asked(health, code):
    assert fetch(health, fetcher("one", code), fetcher("two"))[1] == "two"


def test_one_source_alone_is_not_believed_that_there_are_no_captions(health):
    assert fetch(health, fetcher("one", "no_captions"), fetcher("two"))[1] == "two"


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [
        (("no_captions", "no_captions"), "no_captions"),
        (("no_captions", "network_error"), "network_error"),
        (("no_captions", "ip_blocked"), "ip_blocked"),
        (("no_captions", "private"), "private"),
        (("network_error", "ip_blocked"), "ip_blocked"),
        (("ip_blocked", "network_error"), "ip_blocked"),
        (("fetcher_crash", "ip_blocked", "timed_out"), "ip_blocked"),
        (("fetcher_crash", "captions_not_ready"), "captions_not_ready"),
        (("captions_not_ready", "ip_blocked"), "captions_not_ready"),
        (("age_restricted", "captions_not_ready"), "captions_not_ready"),
        (("age_restricted", "no_captions"), "age_restricted"),
        (("no_captions", "parse_error"), "parse_error"),
        (("no_captions", "po_token_required", "no_captions"), "no_captions"),
        (("no_captions", "empty_transcript"), "no_captions"),
        (("not_in_library", "no_captions"), "no_captions"),
        (("not_in_library", "no_captions", "ip_blocked"), "ip_blocked"),
        (("no_captions",), "no_captions"),
        (("not_in_library", "parse_error"), "parse_error"),
        (("po_token_required", "age_restricted"), "age_restricted"),
        (("po_token_required", "parse_error"), "po_token_required"),
        (("network_error", "removed"), "removed"),
        (("ip_blocked", "members_only", "network_error"), "members_only"),
        (("fetcher_crash", "bad_answer"), "fetcher_crash"),
    ],
)
def test_what_may_still_succeed_outweighs_what_cannot(health, codes, outcome):
    own = {"not_in_library": PluginError("not_in_library", "No.", handling=Handling.SWITCH)}
    fetchers = (fetcher(f"f{n}", own.get(code, code)) for n, code in enumerate(codes))
    assert failure(health, *fetchers).code == outcome


def test_a_crash_is_logged_and_the_next_is_asked(health, caplog):
    assert fetch(health, fetcher("one", KeyError("boom")), fetcher("two"))[1] == "two"
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.plugin == "one"


def test_a_crash_of_all_is_a_failure_that_is_tried_again(health):
    error = failure(health, fetcher("one", ZeroDivisionError()), fetcher("two", "parse_error"))
    assert (error.code, error.handling) == ("fetcher_crash", Handling.RETRY)
    assert isinstance(error.__cause__, ZeroDivisionError)


def test_interrupts_pass_through(health):
    second = fetcher("two")
    with pytest.raises(InterruptError):
        fetch(health, fetcher("one", InterruptError()), second)
    assert second.calls == []
    assert health.said == []


@pytest.mark.parametrize("end", [KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_a_fetcher_that_would_end_the_process_has_crashed(health, end):
    assert fetch(health, fetcher("one", end), fetcher("two"))[1] == "two"


EMPTY = [
    Transcript(()),
    Transcript((Segment("", 0.0, 1.0), Segment(" \n\t\u3000", 1.0, 1.0))),
]


@pytest.mark.parametrize("empty", EMPTY)
def test_an_empty_transcript_never_counts_as_success(health, empty):
    assert fetch(health, fetcher("one", transcript=empty), fetcher("two"))[1] == "two"
    assert failure(health, fetcher("one", transcript=empty)).code == "empty_transcript"
    assert ("one", "succeeded") not in health.said


def test_a_refusal_is_told_to_the_health_with_its_time(health):
    failure(health, fetcher("one", PluginError("ip_blocked", retry_at=LATER)))
    assert health.said == [("one", "ip_blocked", LATER)]


def test_who_is_left_alone_is_not_called_and_the_next_is(health):
    health.closed_for = {"one": LATER}
    first = fetcher("one")
    assert fetch(health, first, fetcher("two"))[1] == "two"
    assert first.calls == []


def test_when_all_are_left_alone_the_time_of_the_next_probe_comes_out(health):
    health.closed_for = {"one": LATER}
    error = failure(health, fetcher("one"))
    assert (error.code, error.handling, error.retry_at) == ("ip_blocked", Handling.WAIT, LATER)


def test_a_crash_beside_a_block_waits_for_the_time_of_the_block(health):
    health.closed_for = {"two": LATER}
    error = failure(health, fetcher("one", ZeroDivisionError()), fetcher("two"))
    assert (error.code, error.handling, error.retry_at) == ("ip_blocked", Handling.WAIT, LATER)


def test_of_two_blocks_the_first_to_end_counts(health):
    health.closed_for = {"one": LATER + timedelta(hours=1), "two": LATER}
    assert (
        failure(health, fetcher("one"), fetcher("two"), fetcher("three", "ip_blocked")).retry_at
        == LATER
    )


def test_a_wait_of_another_code_does_not_lend_its_time(health):
    health.closed_for = {"two": LATER}
    error = failure(health, fetcher("one", "captions_not_ready"), fetcher("two"))
    assert (error.code, error.retry_at) == ("captions_not_ready", None)


@pytest.mark.parametrize("handling", [Handling.PERMANENT, Handling.SWITCH])
def test_only_an_answer_about_the_video_shows_that_the_fetcher_works(health, handling):
    failure(health, fetcher("one", PluginError("of_its_own", "No.", handling=handling)))
    said = [("one", "succeeded")] if handling is Handling.PERMANENT else []
    assert health.said == said


@pytest.mark.usefixtures("core")
def test_nobody_is_called_inside_a_transaction(health):
    asked, llm = fetcher("one"), FakeLLM()
    with writing():
        with pytest.raises(RuntimeError, match="transaction"):
            fetch(health, asked)
        with pytest.raises(RuntimeError, match="transaction"):
            write(llm)
    assert asked.calls == llm.calls == []
    assert fetch(health, asked)[1] == "one"
