"""What is kept of a provider's answer: repaired where it can be, else a classified failure."""

import json
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vidwiz.plugin_api import Completion, PluginError, Usage
from vidwiz.services import writing

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SENTENCE = "Bread rises because yeast eats the sugar of the dough and gives off gas."
SUMMARY = " ".join([SENTENCE] * 4)
QUESTIONS = [
    "What does the yeast eat in the dough?",
    "Why does the dough rise while it rests?",
    "How long should the dough be left alone?",
]
NOTE = "Yeast eats the sugar and gives off the gas that lifts the dough."


def completion(text):
    return Completion(text, "model-1", Usage(10, 5, 2))


def answer(**fields):
    return completion(json.dumps({"summary": SUMMARY, "questions": QUESTIONS, **fields}))


def summary(text, spoken=10_000):
    return writing.summary_from(text, spoken=spoken)


def bad_answer(act):
    with pytest.raises(PluginError) as caught:
        act()
    assert caught.value.code == "bad_answer"
    return caught.value.message


def test_a_good_answer_is_kept_as_it_is():
    found = summary(answer())
    assert (found.text, found.questions) == (SUMMARY, tuple(QUESTIONS))


@pytest.mark.parametrize("frame", ["```json\n{}\n```", "Here it is:\n{}\nThat is it.", "\ufeff{} "])
def test_json_is_found_within_other_words(frame):
    text = frame.replace("{}", answer().text)
    assert summary(completion(text)).questions == tuple(QUESTIONS)


def test_fields_that_were_not_asked_for_are_ignored():
    assert summary(answer(title="Bread", confidence=1)).text == SUMMARY


@pytest.mark.parametrize(
    "text",
    ["", "I cannot do that.", "{", "}{", "[]", "null", '"text"', "{'a': 1}", '{"a":' * 100_000],
)
def test_what_is_not_json_is_a_bad_answer(text):
    bad_answer(lambda: summary(completion(text)))


@pytest.mark.parametrize(
    "fields",
    [
        {"summary": None},
        {"summary": ["a"]},
        {"summary": ""},
        {"summary": "Too short."},
        {"summary": " " * 300},
        {"questions": None},
        {"questions": "What?"},
        {"questions": []},
        {"questions": QUESTIONS[:2]},
        {"questions": [QUESTIONS[0], QUESTIONS[0].upper(), f"2. {QUESTIONS[0]}", QUESTIONS[1]]},
        {"questions": [*QUESTIONS[:2], "Why?"]},
        {"questions": [*QUESTIONS[:2], "Why " + "so " * 60 + "?"]},
        {"questions": [*QUESTIONS[:2], {"question": "What is in the dough?"}]},
        {"questions": [*QUESTIONS[:2], 12345678901234567890123, None]},
    ],
)
def test_what_cannot_be_repaired_is_a_bad_answer(fields):
    bad_answer(lambda: summary(answer(**fields)))


def test_a_video_that_says_little_needs_no_long_summary():
    assert summary(answer(summary="Only a greeting."), spoken=12).text == "Only a greeting."
    bad_answer(lambda: summary(answer(summary="Only a greeting."), spoken=120))


def test_a_long_summary_ends_after_its_last_whole_sentence():
    text = summary(answer(summary=" ".join([SENTENCE] * 20))).text
    assert text.endswith("gas.")
    assert 800 - len(SENTENCE) - 1 <= len(text) <= 800


def test_lines_become_one():
    assert summary(answer(summary=SUMMARY.replace(" ", "\n\t "))).text == SUMMARY


def test_what_no_database_takes_is_left_out():
    found = summary(completion(answer().text.replace("yeast eats", "yeast\\u0000 \\ud83d eats")))
    assert "\x00" not in found.text
    found.text.encode()
    assert "yeast eats" in found.text
    assert writing.note_from(completion(NOTE + "\ud83d\x00")) == NOTE


@pytest.mark.parametrize("mark", ["1. {}", "2) {}", "(3) {}", "- {}", "* {}", "• {}", "  1.  {}"])
def test_numbers_and_bullets_before_questions_are_taken_off(mark):
    questions = [mark.format(question) for question in QUESTIONS]
    assert summary(answer(questions=questions)).questions == tuple(QUESTIONS)


def test_the_first_three_different_questions_are_taken():
    given = [QUESTIONS[0], QUESTIONS[0].lower(), "Why?", *QUESTIONS[1:], "What is left over here?"]
    assert summary(answer(questions=given)).questions == tuple(QUESTIONS)


words = st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12))
prose = words.map(" ".join)


@unhurried
@given(prose | st.text(), st.lists(prose | st.text() | st.integers() | st.none(), max_size=6))
@example("a" * 2000, QUESTIONS)
@example(SENTENCE * 30, [f"{question}\n" for question in QUESTIONS])
def test_whatever_is_kept_keeps_the_rules(text, questions):
    try:
        found = summary(answer(summary=text, questions=questions))
    except PluginError as error:
        assert error.code == "bad_answer"  # noqa: PT017 - either outcome is right
        return
    assert 200 <= len(found.text) <= 800
    assert "\n" not in found.text
    assert len(set(found.questions)) == 3
    assert all(20 <= len(question) <= 120 for question in found.questions)


@unhurried
@given(st.text(max_size=400) | prose, st.integers(10, 200))
@example("word " * 100, 50)
@example("One. " + "x" * 300, 100)
def test_shortening_never_exceeds_the_limit(text, longest):
    short = writing.shortened(text, longest)
    assert len(short) <= longest
    if len(text) <= longest:
        assert short == text


short_words = st.text("abcde", min_size=1, max_size=15)


@unhurried
@given(st.lists(short_words, min_size=30), st.integers(60, 120))
def test_shortening_never_cuts_a_word_where_there_is_another_way(parts, longest):
    text = " ".join(parts)
    short = writing.shortened(text, longest)
    kept = short.removesuffix("…")
    assert text.startswith(kept)
    assert re.match(r"[\W]|$", text[len(kept) :])


def test_a_single_endless_word_is_cut():
    assert writing.shortened("x" * 300, 100) == "x" * 99 + "…"


@pytest.mark.parametrize("mark", [".", "!", "?", ".”", ".)", "…", '?!"'])
def test_a_sentence_may_end_in_many_ways(mark):
    text = "This is said first of all, and at length" + mark + " And then much more is said"
    assert writing.shortened(text, 60).endswith(mark)


def test_numbers_are_no_sentence_ends():
    text = "The dough takes up to 3.5 hours at a temperature that is close to 21.7 degrees or more"
    assert writing.shortened(text, 72).endswith("…")


def test_a_good_note_is_kept_as_it_is():
    assert writing.note_from(completion(NOTE)) == NOTE


@pytest.mark.parametrize(
    "quotes",
    [
        '"{}"',
        "“{}”",
        "'{}'",
        "‘{}’",
        "«{}»",
        "« {} »",
        "„{}“",
        "„{}”",
        "「{}」",
        '"“{}”"',
        ' "{}"\n',
    ],
)
def test_quotation_marks_around_a_note_are_taken_off(quotes):
    assert writing.note_from(completion(quotes.format(NOTE))) == NOTE


@pytest.mark.parametrize(
    "text",
    [
        '"Yeast" eats sugar, and what is given off lifts the "dough"',
        "“Yeast” eats sugar, and what is given off lifts the “dough”",
        "'Yeast' eats sugar, and what is given off lifts the 'dough'",
        'The speaker says "You must wait until the dough has doubled."',
        "It’s the yeast’s gas that lifts the bakers’ dough, isn’t it",
    ],
)
def test_quotation_marks_of_single_words_stay(text):
    assert writing.note_from(completion(text)) == text


def test_an_apostrophe_within_quotes_does_not_keep_them():
    inner = "It's the yeast's gas that lifts the dough of the bread"
    assert writing.note_from(completion(f"'{inner}'")) == inner


@pytest.mark.parametrize("text", ["", " ", '""', "Too short.", '"' + "x" * 30 + '"', "\x00" * 60])
def test_a_note_too_short_is_a_bad_answer(text):
    bad_answer(lambda: writing.note_from(completion(text)))


@unhurried
@given(st.text(max_size=300) | prose)
@example("“" * 100 + "”" * 100)
@example(SENTENCE * 3)
@example("word, - " * 30)
def test_a_note_is_one_line_of_40_to_120_characters_or_a_bad_answer(text):
    try:
        note = writing.note_from(completion(text))
    except PluginError as error:
        assert error.code == "bad_answer"  # noqa: PT017 - either outcome is right
        return
    assert 40 <= len(note) <= 120
    assert len(note.splitlines()) == 1
    note.encode()


def test_who_made_a_text_is_kept_with_it():
    usage = {"input_tokens": 10, "output_tokens": 5, "cached_tokens": 2}
    made = {"provider": "fake-llm", "model": "model-1", "prompt": "note-1", "usage": usage}
    by = ("fake-llm", "model-1", "note-1")
    assert writing.made_by(*by, usage=Usage(10, 5, 2)) == made
    assert writing.made_by(*by, usage=Usage(10, 5, 2), parts=3) == {**made, "parts": 3}
    assert writing.made_by(*by, usage=None)["usage"] is None
