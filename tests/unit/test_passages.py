"""Passages: every segment once and in order, 20 to 40 s each where the segments allow it."""

import time
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidwiz.plugin_api import Segment
from vidwiz.services import passages

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
texts = st.sampled_from(["Words go on", "and end here.", "Really?", "終わり。", " padded "])
gaps, lengths = st.floats(0.01, 30), st.floats(0, 60)


def end(segment):
    return segment.offset + segment.duration


def every(seconds, count, text="Words"):
    return [Segment(f"{text} {number}", number * seconds, seconds) for number in range(count)]


@st.composite
def transcripts(draw):
    """Segments in the order of time, with gaps and overlaps."""
    segments: list[Segment] = []
    offset = 0.0
    for text, gap, length in draw(st.lists(st.tuples(texts, gaps, lengths), max_size=60)):
        offset += gap
        segments.append(Segment(f"{len(segments)} {text.strip()}", offset, length))
    return segments


@unhurried
@given(transcripts())
def test_every_segment_is_in_one_passage_and_in_order(segments):
    found = passages.of_segments(segments)
    assert " ".join(p.text for p in found) == " ".join(s.text for s in segments)
    assert [p.id for p in found] == [f"P{number}" for number in range(1, len(found) + 1)]


@unhurried
@given(transcripts())
def test_a_passage_is_longer_than_40_s_only_when_one_segment_is(segments):
    for passage in passages.of_segments(segments):
        if passage.end - passage.start > passages.LONGEST:
            assert passage.text in {segment.text for segment in segments}


@unhurried
@given(transcripts())
def test_a_passage_ends_early_only_when_the_next_segment_does_not_fit(segments):
    found = passages.of_segments(segments)
    ends = {segment.offset: end(segment) for segment in segments}
    for passage, following in pairwise(found):
        if passage.end - passage.start < passages.SHORTEST:
            assert max(passage.end, ends[following.start]) - passage.start > passages.LONGEST


def test_a_passage_ends_at_the_first_sentence_end_after_20_s():
    segments = every(4, 12)
    segments[2] = Segment("Too early.", 8, 4)
    segments[6] = Segment("Now.", 24, 4)
    first, second = passages.of_segments(segments)
    assert (first.start, first.end, first.text[-4:]) == (0, 28, "Now.")
    assert (second.start, second.end) == (28, 48)


def test_without_sentences_a_passage_ends_at_40_s():
    assert [(p.start, p.end) for p in passages.of_segments(every(5, 20))] == [
        (0, 40),
        (40, 80),
        (80, 100),
    ]


@pytest.mark.parametrize("mark", [".", "!", "? ", "。", "！", "？", "؟"])
def test_sentences_end_in_many_scripts(mark):
    segments = [Segment(f"Words{mark}", number * 10, 10) for number in range(4)]
    assert [p.end for p in passages.of_segments(segments)] == [20, 40]


def test_a_segment_longer_than_40_s_is_a_passage_of_its_own():
    segments = [Segment("a", 0, 5), Segment("b", 5, 100), Segment("c", 10, 5), Segment("d", 15, 5)]
    assert [p.text for p in passages.of_segments(segments)] == ["a", "b", "c d"]


def test_no_segments_are_no_passages():
    assert passages.of_segments([]) == passages.around([], 10.0) == ()


def test_a_large_transcript_is_cut_in_linear_time():
    at_once = [Segment("word", 1.0, 0.0)] * 100_000
    begun = time.perf_counter()
    assert len(passages.of_segments(at_once)) == 1
    assert time.perf_counter() - begun < 5


def test_around_a_moment_are_15_s_and_15_segments_on_each_side():
    found = passages.around(every(1, 200), 100)
    assert (found[0].start, found[-1].start) == (100 - 15 - 15, 100 + 15 + 15)
    assert len(found) == 61


@pytest.mark.parametrize(
    ("moment", "first", "last"), [(0, 0, 30), (199, 169, 199), (5000, 184, 199)]
)
def test_around_the_ends_there_is_less(moment, first, last):
    found = passages.around(every(1, 200), moment)
    assert (found[0].start, found[-1].start) == (first, last)


@unhurried
@given(transcripts().filter(bool), st.floats(0, 4000))
def test_what_is_said_at_the_mark_is_always_among_it(segments, mark):
    found = passages.around(segments, mark)
    spoken = [s for s in segments if s.offset <= mark] or segments[:1]
    assert spoken[-1].text in [p.text for p in found]


@unhurried
@given(transcripts().filter(bool), st.floats(0, 4000))
def test_the_surroundings_are_consecutive_and_each_segment_its_own(segments, mark):
    found = [p.text for p in passages.around(segments, mark)]
    every_text = [s.text for s in segments]
    start = every_text.index(found[0])
    assert found == every_text[start : start + len(found)]
    within = sum(abs(s.offset - mark) <= passages.NOTE_SECONDS for s in segments)
    assert len(found) <= max(within, 1) + 2 * passages.NOTE_CONTEXT + 1


def test_one_segment_over_the_whole_video_does_not_drag_all_of_it_along():
    segments = [Segment("Music", 0, 10_000), *every(5, 2000)]
    assert len(passages.around(segments, 9000)) < 40
