"""Transcript objects: what may be stored, under which key, and what is read back."""

import json
import math
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import VIDEO
from vidwiz.errors import InvalidInputError, ObjectMissingError
from vidwiz.plugin_api import Segment, Transcript
from vidwiz.services import transcripts
from vidwiz.store.files import FileStore

BREAD, WATER = Segment("Bread – パン.", 0.0, 2.5), Segment("Water.", 2.5, 2.0)


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path)


def put(store, *segments, language="en"):
    return transcripts.put_object(store, VIDEO, Transcript(segments, language), source="fake")


def refusal(*segments):
    with pytest.raises(InvalidInputError) as caught:
        transcripts.encode(segments)
    assert caught.value.field == "transcript"
    return caught.value.code


def test_the_key_is_made_of_the_video_and_the_content(store):
    stored = put(store, BREAD, WATER)
    body = store.get(stored.key)
    assert stored.key == f"transcripts/{VIDEO}/{sha256(body).hexdigest()}.json"
    assert (stored.sha256 in stored.key, stored.language, stored.source) == (True, "en", "fake")


def test_the_same_words_are_the_same_object_and_others_another(store):
    assert put(store, BREAD, WATER).key == put(store, WATER, BREAD).key
    assert put(store, BREAD).key != put(store, WATER).key


def test_the_object_is_what_the_originals_readers_know(store):
    body = store.get(put(store, BREAD).key)
    assert json.loads(body) == [{"text": "Bread – パン.", "offset": 0.0, "duration": 2.5}]
    assert "パン".encode() in body


def test_segments_are_read_back_in_the_order_of_time(store):
    assert transcripts.load(store, put(store, WATER, BREAD).key) == (BREAD, WATER)


def test_segments_of_one_moment_keep_their_order(store):
    same = [Segment(str(number), 1.0, 0.0) for number in range(9)]
    assert list(transcripts.load(store, put(store, *same).key)) == same


@pytest.mark.parametrize("text", ["", " \n\t", "\u3000\xa0", "\x00", " \x00 \x00"])
def test_a_transcript_without_words_is_refused(store, tmp_path, text):
    assert refusal(Segment(text, 0.0, 1.0), Segment(text, 1.0, 1.0)) == "empty_transcript"
    with pytest.raises(InvalidInputError):
        put(store, Segment(text, 0.0, 1.0))
    assert list(tmp_path.iterdir()) == []


def test_no_segments_at_all_are_refused():
    assert refusal() == "empty_transcript"


def test_segments_without_words_are_left_out(store):
    assert transcripts.load(store, put(store, Segment(" ", 0, 1), WATER).key) == (WATER,)


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf, -0.5, -1, 10**400])
@pytest.mark.parametrize("field", ["offset", "duration"])
def test_times_that_are_no_seconds_are_refused(field, seconds):
    times = {"offset": 0.0, "duration": 1.0, field: seconds}
    assert refusal(Segment("Words.", **times)) == "invalid_input"


def test_what_no_database_takes_is_cleaned_from_the_text(store):
    (segment,) = transcripts.load(store, put(store, Segment("a\x00b \ud83d c", 0, 1)).key)
    assert segment.text == "ab ? c"


def test_too_many_segments_are_refused(monkeypatch):
    monkeypatch.setattr(transcripts, "MOST_SEGMENTS", 3)
    transcripts.encode([WATER] * 3)
    assert refusal(*[WATER] * 4) == "too_long"


def test_too_many_bytes_are_refused(monkeypatch):
    monkeypatch.setattr(transcripts, "MOST_BYTES", len(transcripts.encode([WATER])))
    transcripts.encode([WATER])
    assert refusal(WATER, Segment(".", 9, 1)) == "too_long"


@pytest.mark.parametrize("body", [b"", b"[", b"{}x", b'[{"text": "a"}]', b"[1]", b"null", b"\xff"])
def test_an_object_that_was_damaged_is_as_good_as_missing(store, body):
    key = f"transcripts/{VIDEO}/{sha256(body).hexdigest()}.json"
    store.put(key, body)
    with pytest.raises(ObjectMissingError, match="is damaged"):
        transcripts.load(store, key)


def test_another_content_than_the_keys_is_noticed(store):
    key = put(store, BREAD).key
    store.put(key, store.get(key).replace(b"Bread", b"Blood"))
    with pytest.raises(ObjectMissingError, match="is damaged"):
        transcripts.load(store, key)


times = st.floats(0, 1e6)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.builds(Segment, st.text(st.characters()), times, times), max_size=12))
def test_any_segments_are_refused_as_empty_or_come_back_sorted_and_storable(segments):
    if not any(segment.text.replace("\x00", "").strip() for segment in segments):
        assert refusal(*segments) == "empty_transcript"
        return
    rows = json.loads(transcripts.encode(segments))
    assert all(row["text"].strip() and "\x00" not in row["text"] for row in rows)
    assert [row["offset"] for row in rows] == sorted(row["offset"] for row in rows)
    assert len(rows) <= len(segments)
