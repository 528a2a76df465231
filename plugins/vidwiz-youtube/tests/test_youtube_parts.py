"""Settings, addresses, reasons, tracks and times by themselves."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidwiz.plugin_api import FAILURES, Secret
from vidwiz_youtube.data_api import duration_of
from vidwiz_youtube.failures import no_captions, not_started, of_status
from vidwiz_youtube.failures_data_api import next_day
from vidwiz_youtube.player import response_in, seen
from vidwiz_youtube.reasons import REASONS, announced_start, code_of, normalised
from vidwiz_youtube.refs import chapters_of, is_video_id
from vidwiz_youtube.settings import RequestSettings
from vidwiz_youtube.tracks import CaptionTrack, choose_track

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize("seconds", [0, -1, 121, 1e300, float("nan"), float("inf")])
def test_a_time_limit_that_cannot_be_is_refused(seconds):
    with pytest.raises(ValueError, match="TIMEOUT_SECONDS"):
        RequestSettings(timeout_seconds=seconds)


@pytest.mark.parametrize(
    "proxy",
    ["me:hunter2@host:80", "ftp://me:hunter2@host", "http://me:hunter2@", "http://me:hunter2@h:x"],
)
def test_a_proxy_that_cannot_be_is_refused_without_its_password(proxy):
    with pytest.raises(ValueError, match="PROXY must look like") as caught:
        RequestSettings(proxy=Secret(proxy))
    assert "hunter2" not in str(caught.value)


def test_a_reason_is_written_as_it_is_looked_for():
    for part, code in REASONS:
        assert part == normalised(part)
        assert code in FAILURES
        assert code_of(part.upper()) is not None


def test_no_reason_is_hidden_by_one_before_it():
    for place, (part, _) in enumerate(REASONS):
        assert not any(before in part for before, _ in REASONS[:place]), part


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Sign in to confirm you\u2019re not a bot", "ip_blocked"),
        ("Sign in to confirm you&#39;re", "sign_in_required"),
        ("Video unavailable. This video is private", "private"),
        ("Video unavailable. It is not available in your country", "geo_blocked"),
        ("It contains content from A, who has blocked it in your country on copyright grounds",
         "geo_blocked"),
        ("It contains content from A, who has blocked it on copyright grounds", "removed"),
        ("This video is only available to Music Premium members", "premium_only"),
        ("All player responses are invalid. Your IP is likely being blocked by Youtube",
         "ip_blocked"),
        ("no longer available: the account associated with this video was terminated",
         "terminated"),
        ("", None),
        ("Das Video ist weg", None),
    ],
)  # fmt: skip
def test_reasons(said, code):
    assert code_of(said) == code


@pytest.mark.parametrize(
    ("said", "start"),
    [
        ("This live event will begin in 3 hours.", NOW + timedelta(hours=3)),
        ("This live event will begin in a few moments.", NOW + timedelta(minutes=5)),
        ("Premieres in 45 minutes", NOW + timedelta(minutes=45)),
        ("Premieres in an hour", NOW + timedelta(hours=1)),
        ("will begin in 9999 weeks", NOW + timedelta(weeks=9999)),
        ("will begin in 99999999999 days", None),
        ("will begin soon", None),
        (None, None),
    ],
)
def test_announced_starts(said, start):
    assert announced_start(said, NOW) == start


@pytest.mark.parametrize(
    "start", [None, NOW, datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)]
)
def test_a_stream_is_never_looked_at_before_now(start):
    assert not_started(start).retry_at > datetime.now(UTC)


@pytest.mark.parametrize(("age", "hours"), [(-5, 1), (0, 1), (0.9, 1), (1.1, 6), (7, 24), (30, 24)])
def test_a_young_video_may_still_get_captions(age, hours):
    now = datetime.now(UTC)
    failure = no_captions(now - timedelta(hours=age))
    assert failure.code == "captions_not_ready"
    assert abs(failure.retry_at - now - timedelta(hours=hours)) < timedelta(seconds=5)


@pytest.mark.parametrize("since", [None, NOW - timedelta(days=9), datetime.min.replace(tzinfo=UTC)])
def test_an_old_video_gets_none(since):
    assert no_captions(since).code == "no_captions"


@pytest.mark.parametrize(
    ("status", "code"), [(407, "auth_failed"), (418, "parse_error"), (599, "network_error")]
)
def test_statuses(status, code):
    assert of_status(status).code == code


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 7, 1, 6, 59, tzinfo=UTC), datetime(2026, 7, 1, 7, tzinfo=UTC)),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC)),
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)),
        (datetime(2026, 12, 31, 9, tzinfo=UTC), datetime(2027, 1, 1, 8, tzinfo=UTC)),
    ],
)
def test_the_quotas_day_ends_at_midnight_in_california(now, midnight):
    assert next_day(now) == midnight


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT1H2M3S", 3723.0), ("PT45S", 45.0), ("P1DT1S", 86401.0), ("P0D", None), ("PT", None),
     ("1:05", None), (None, None), (5, None)],
)  # fmt: skip
def test_lengths(text, seconds):
    assert duration_of(text) == seconds


@pytest.mark.parametrize(
    ("video_id", "right"),
    [("dQw4w9WgXcQ", True), ("-_-_-_-_-_-", True), ("dQw4w9WgXc", False), ("dQw4w9WgXcQ\n", False)],
)
def test_ids(video_id, right):
    assert is_video_id(video_id) is right


@pytest.mark.parametrize(
    "description",
    [
        None,
        "",
        "0:00 one\n1:00 two",  # two are too few
        "0:10 one\n1:00 two\n2:00 three",  # not from the start
        "0:00 one\n0:05 two\n2:00 three",  # too short
        "0:00 one\n3:00 two\n2:00 three",  # not in order
        "0:00 one\n1:00 two\n9:00:00 three",  # beyond the end
        "see 1:00 and 2:00\nand 0:00",
    ],
)
def test_what_makes_no_chapters(description):
    assert chapters_of(description, 600.0) is None


def test_chapters_in_other_forms():
    found = chapters_of("00:00 | A\n(1:00) B\nC - 2:00\n• 01:00:00 D", None)
    assert [(c.title, c.start_time, c.end_time) for c in found] == [
        ("A", 0.0, 60.0), ("B", 60.0, 120.0), ("C", 120.0, 3600.0), ("D", 3600.0, None),
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["-" * 20_000, "0:00 " * 4_000, ":" * 20_000, "a " * 10_000])
def test_a_hostile_description_takes_no_time(line):
    began = time.process_time()
    assert chapters_of(line, 600.0) is None
    assert chapters_of("\n".join(line[n : n + 299] for n in range(0, 20_000, 299)), None) is None
    assert time.process_time() - began < 1


@settings(max_examples=50)
@given(st.text(max_size=300), st.one_of(st.none(), st.floats(0, 1e6)))
def test_any_description_is_read(description, duration):
    found = chapters_of(description, duration)
    assert found is None or len(found) >= 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["playabilityStatus", "videoDetails", "captions", "errorScreen", "status"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=50)
@given(JSON, st.text(max_size=100))
def test_any_answer_of_a_player_is_read(response, page):
    state = seen(response, page + "ytInitialPlayerResponse = {" + page)
    assert state.is_playable == (state.status in {None, "OK"})


def test_a_page_without_a_player_and_one_that_nests_without_end():
    assert response_in("<html>") == {}
    assert response_in("var ytInitialPlayerResponse = " + '{"a":' * 100_000) == {}


def tracks(*tags):
    return [CaptionTrack(tag.removesuffix("*"), tag.endswith("*"), tag) for tag in tags]


@pytest.mark.parametrize(
    ("there", "asked", "spoken", "taken"),
    [
        (("en", "de*"), (), None, "de*"),  # what is spoken is what was recognised
        (("en", "de", "de*"), (), None, "de"),
        (("en", "de*"), ("en",), None, "en"),
        (("en*", "en"), ("en",), None, "en"),
        (("pt*", "en"), ("pt-BR",), None, "pt*"),
        (("pt-PT", "pt-BR"), ("pt-BR",), None, "pt-BR"),
        (("zh-Hant", "zh-Hans"), ("zh-TW",), None, "zh-Hant"),
        (("zh-Hans", "en*"), ("zh-TW",), None, "zh-Hans"),
        (("zh-Hans", "zh-Hant*"), ("zh-TW",), None, "zh-Hant*"),
        (("iw", "en"), ("he",), None, "iw"),  # the tag that YouTube still uses for Hebrew
        (("ar", "fr", "en"), (), "fr", "fr"),
        (("ar", "fr", "en"), (), None, "en"),
        (("ar", "fr"), (), None, "ar"),
        (("en", "de*"), ("nonsense tag", "", "de"), None, "de*"),
        (("x!", "en"), ("x!",), None, "x!"),
        ((), ("en",), "en", None),
    ],
)
def test_which_track_is_taken(there, asked, spoken, taken):
    track = choose_track(tracks(*there), asked, spoken)
    assert (track and track.key) == taken


def test_no_library_is_imported_before_it_is_needed():
    program = (
        "import sys, vidwiz_youtube.transcript_api, vidwiz_youtube.oembed, vidwiz_youtube.data_api,"
        " vidwiz_youtube.pytube_fetcher; print({'requests', 'pytube', 'youtube_transcript_api',"
        " 'langcodes'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.stdout.strip() == "set()"
