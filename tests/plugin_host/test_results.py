"""What plugins return is checked before anything else sees it."""

import datetime as dt
from dataclasses import replace

import pytest

from vidwiz.plugin_api import (
    Chapter,
    Completion,
    Handling,
    ListedVideo,
    PluginError,
    Segment,
    Transcript,
    Usage,
    VideoList,
    VideoMetadata,
    VideoRef,
)
from vidwiz.plugin_host import results
from vidwiz.plugin_host.results import RubbishError

REF = VideoRef("tube", "abc", "https://tube.test/abc")
NAN, INF = float("nan"), float("inf")


def said(**fields):
    return results.metadata(VideoMetadata(**{"id": "abc", **fields}), REF)


def captions(*segments):
    return results.transcript(Transcript(segments))


def test_good_results_come_out_as_they_were():
    whole = VideoMetadata(
        id="abc",
        title="Bread",
        duration=61.5,
        view_count=7,
        chapters=(Chapter("One", 0.0, 9.0), Chapter("Two", 9.0)),
        webpage_url="https://tube.test/abc",
    )
    assert results.metadata(whole, REF) == whole
    transcript = Transcript((Segment("Words.", 0.0, 1.5), Segment("More.", 1.5, 0)), "en")
    assert results.transcript(transcript) == transcript
    answer = Completion("Text.", "model-1", Usage(10, 5, 2))
    assert results.completion(answer) == answer
    listed = ListedVideo(REF, "Bread", 61.5, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert results.listed([listed], 5) == (listed,)
    assert results.expanded(VideoList("k", (listed,), "T")) == VideoList("k", (listed,), "T")
    assert results.resolved(REF) is REF
    assert results.resolved(None) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"title": 7},
        {"title": b"bytes"},
        {"duration": "61"},
        {"duration": True},
        {"view_count": "7"},
        {"chapters": "abc"},
        {"chapters": iter(())},
        {"chapters": (("One", 0.0),)},
        {"chapters": (Chapter("One", NAN),)},
        {"chapters": (Chapter(None, 0.0),)},
        {"language": ["en"]},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_metadata_of_wrong_types_is_rubbish(fields):
    with pytest.raises(RubbishError):
        said(**fields)


@pytest.mark.parametrize("value", [None, {"id": "abc"}, "abc", REF, object, iter(())])
def test_anything_but_the_roles_own_type_is_rubbish(value):
    checks = (
        lambda: results.metadata(value, REF),
        lambda: results.transcript(value),
        lambda: results.completion(value),
        lambda: results.expanded(value),
        lambda: results.listed(value, 5),
    )
    for check in checks:
        with pytest.raises(RubbishError):
            check()


@pytest.mark.parametrize("duration", [0, -1, NAN, INF, 10**400])
def test_a_length_that_is_none_is_not_known(duration):
    assert said(duration=duration).duration is None


@pytest.mark.parametrize(("count", "kept"), [(7.0, 7), (-1, None), (2**63, None)])
def test_counts_are_whole_numbers_that_a_database_takes(count, kept):
    assert said(view_count=count).view_count == kept


def test_metadata_is_that_of_the_video_that_was_asked_for():
    assert said(id="another").id == "abc"


def test_endless_texts_are_cut():
    found = said(
        title="x" * 10_000_000,
        description="y" * 10_000_000,
        thumbnail="https://a.test/" + "z" * 3000,
        chapters=(Chapter("c" * 5000, 0.0),) * 5000,
    )
    assert len(found.title) == results.LONGEST_LINE
    assert len(found.description) == results.LONGEST_DESCRIPTION
    assert found.thumbnail is None
    assert len(found.chapters) == results.MOST_CHAPTERS
    assert len(found.chapters[0].title) == results.LONGEST_LINE


@pytest.mark.parametrize(
    "segment",
    [
        Segment("x", NAN, 1.0),
        Segment("x", 0.0, INF),
        Segment("x", "0", 1.0),
        Segment(None, 0.0, 1.0),
        Segment("x", 10**400, 1.0),
        ("x", 0.0, 1.0),
        {"text": "x", "offset": 0, "duration": 1},
    ],
    ids=str,
)
def test_segments_without_text_and_times_are_rubbish(segment):
    with pytest.raises(RubbishError):
        captions(segment)


def test_a_transcript_that_is_made_while_it_is_read_is_rubbish():
    endless = (Segment("x", 0.0, 1.0) for _ in iter(int, 1))
    with pytest.raises(RubbishError, match="generator, not tuple"):
        results.transcript(Transcript(endless))


def test_a_time_just_below_zero_is_zero():
    assert captions(Segment("x", -0.02, 1.0)).segments[0].offset == 0


def test_a_transcript_of_many_megabytes_is_too_long():
    with pytest.raises(PluginError, match="too_long"):
        captions(*[Segment("x" * 2**20, 0.0, 1.0)] * 33)


@pytest.mark.parametrize(
    "answer",
    [Completion(None, "m"), Completion(b"x", "m"), Completion("x", None), ("x", "m")],
    ids=str,
)
def test_an_answer_without_text_or_model_is_rubbish(answer):
    with pytest.raises(RubbishError):
        results.completion(answer)


def test_an_answer_of_megabytes_is_not_usable():
    with pytest.raises(PluginError, match="bad_answer"):
        results.completion(Completion("x" * 2_000_000, "m"))


@pytest.mark.parametrize("usage", ["many", Usage("1", 2), Usage(-1, 2), Usage(1, 2, NAN)], ids=str)
def test_usage_that_counts_nothing_is_not_known(usage):
    assert results.completion(Completion("x", "m", usage)).usage is None


@pytest.mark.parametrize(
    "ref",
    [
        VideoRef("Tube", "abc", "https://tube.test/abc"),
        VideoRef("t", "abc", "https://tube.test/abc"),
        VideoRef("tube", "a/b", "https://tube.test/abc"),
        VideoRef("tube", "a" * 101, "https://tube.test/abc"),
        VideoRef("tube", "abc", "file:///etc/passwd"),
        VideoRef("tube", "abc", "https://tube.test/" + "a" * 3000),
        VideoRef("tube", 7, "https://tube.test/abc"),
        ("tube", "abc", "https://tube.test/abc"),
    ],
    ids=lambda ref: str(ref)[:40],
)
def test_a_video_that_no_row_can_name_is_rubbish(ref):
    with pytest.raises(RubbishError):
        results.resolved(ref)
    with pytest.raises(RubbishError):
        results.listed([ListedVideo(ref)], 5)


def test_a_search_brings_no_more_than_was_asked_for():
    assert len(results.listed([ListedVideo(REF)] * 9, 5)) == 5


def test_a_listed_time_without_a_zone_is_rubbish():
    with pytest.raises(RubbishError):
        results.listed([ListedVideo(REF, published_at=dt.datetime(2026, 1, 1))], 5)  # noqa: DTZ001


def raised(**changes):
    error = PluginError("removed", "Gone.")
    for name, value in changes.items():
        setattr(error, name, value)
    return error


@pytest.mark.parametrize(
    "changes",
    [
        {"code": None},
        {"code": "a code\nwith lines"},
        {"handling": "sometimes"},
        {"message": 7},
        {"retry_at": "soon"},
        {"retry_at": dt.datetime(2026, 1, 1)},  # noqa: DTZ001
    ],
    ids=str,
)
def test_a_failure_that_is_none_is_rubbish(changes):
    with pytest.raises(RubbishError):
        results.tidy(raised(**changes))


def test_a_failure_that_was_never_made_is_rubbish():
    class HalfMadeError(PluginError):
        def __init__(self):
            """Leave out what the base does."""

    with pytest.raises(RubbishError, match="HalfMadeError"):
        results.tidy(HalfMadeError())


def test_the_message_of_a_failure_is_one_short_line():
    error = raised(message="It\n said:  " + "no" * 10_000, handling="wait")
    results.tidy(error)
    assert error.message.startswith("It said: no")
    assert len(error.message) == results.LONGEST_MESSAGE
    assert error.handling is Handling.WAIT


def test_a_video_without_chapters_stays_without():
    assert said().chapters is None
    assert replace(said(), chapters=()).chapters == ()
