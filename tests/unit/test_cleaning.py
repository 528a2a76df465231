"""What strangers wrote, before it reaches a terminal, a title or a link."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidwiz.plugin_api import Completion, Segment, Transcript
from vidwiz.services import cleaning, transcripts, writing
from vidwiz.store.files import FileStore

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text(st.characters()) | st.text("\x00\x07\x1b\r\n\t\u2028\u202e\u2066\ufeff ab"))
def test_nothing_that_steers_a_terminal_is_left(text):
    line = cleaning.clean_line(text)
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in line)
    assert not set(line) & set(BIDI)
    assert cleaning.clean_line(line) == line
    several = cleaning.clean_text(text)
    assert {c for c in several if unicodedata.category(c) == "Cc"} <= {"\n", "\t"}
    assert not set(several) & set(BIDI)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("How\r\nbread\trises ", "How bread rises"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\u2028b\x85c", "a b c"),
        ("user\u202egpj.exe", "usergpj.exe"),
        ("\ufeffBread", "Bread"),
        # What scripts and emoji need stays.
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🔬 ❤\ufe0f", "👩\u200d🔬 ❤\ufe0f"),
        ("e\u0301", "e\u0301"),
    ],
)
def test_a_line_keeps_what_people_write(text, line):
    assert cleaning.clean_line(text) == line


def test_several_lines_stay_several():
    assert cleaning.clean_text("One\r\nTwo\rThree\n\n\tFour\x00") == "One\nTwo\nThree\n\n\tFour"


@pytest.mark.parametrize(
    ("text", "blank"),
    [
        ("", True),
        (" \t\n", True),
        ("\u200b\xa0\u3000", True),
        ("\x1b", True),
        ("\u202e", True),
        (".", False),
        (" a ", False),
        ("👍", False),
        ("́", False),
    ],
)
def test_blank_is_what_cannot_be_seen(text, blank):
    assert cleaning.is_blank(text) is blank


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://i.ytimg.com/vi/x/hq720.jpg?a=b", True),
        ("http://example.org", True),
        ("HTTPS://EXAMPLE.ORG/", True),
        ("https://user@example.org:8443/é", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//example.org/x", False),
        ("/x", False),
        ("https://", False),
        ("https:example.org", False),
        ("https://exa mple.org", False),
        ("https://example.org/\n", False),
        ("java\tscript:alert(1)", False),
        ("https://[::1", False),
        ("https://example.org/\u202e", False),
        ("", False),
    ],
)
def test_only_web_addresses_may_be_linked_to(address, good):
    assert cleaning.is_web_address(address) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("20240229", True),
        ("19990101", True),
        ("20230229", False),
        ("20241301", False),
        ("2024-01-01", False),
        ("٢٠٢٤٠١٠١", False),
        ("202401011", False),
        ("00000101", False),
    ],
)
def test_an_upload_date_is_a_day(text, good):
    assert cleaning.is_upload_date(text) is good


@pytest.mark.parametrize(
    ("tag", "kept"),
    [
        ("en", "en"),
        ("en-GB", "en-GB"),
        ("zh-Hans", "zh-Hans"),
        ("iw", "iw"),
        ("pt_BR", "pt-BR"),
        ("en-orig", "en"),
        ("en-US-xyz1", "en-US"),
        ("a.en", None),
        ("english", None),
        ("auto", None),
        ("", None),
        (None, None),
        ("x" * 40, None),
        ("en\n", "en"),
    ],
)
def test_of_a_language_tag_stays_what_is_valid(tag, kept):
    assert cleaning.clean_language(tag) == kept
    assert cleaning.is_language(kept) if kept else True


def test_a_fetched_transcript_has_a_valid_language(tmp_path):
    segments = (Segment("The dough rests.", 0.0, 9.0),)
    for said, kept in (("en-orig", "en"), ("captions/auto-generated/" * 3, None), (None, None)):
        store = FileStore(tmp_path)
        stored = transcripts.put_object(store, "v" * 11, Transcript(segments, said), source="x")
        assert stored.language == kept


def test_what_a_model_writes_is_cleaned_too():
    completion = Completion(
        "The\x1b[31m dough\u202e rests\x00\ud800 for an hour in a bowl.", "model"
    )
    assert writing.note_from(completion) == "The[31m dough rests for an hour in a bowl."
