"""What a model wrote loses all that could lead a reader elsewhere, or to a moment made up."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidwiz.plugin_api import Completion
from vidwiz.services import sanitising, writing
from vidwiz.services.writing import Reading

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("See [this page](https://evil.example/?q=1) now.", "See this page now."),
        ("See [this][1] now.", "See this now."),
        ("Look ![a cat](http://evil.example/c.png) here.", "Look here."),
        ("Go to https://evil.example/a?b=c or www.evil.example now.", "Go to or now."),
        ("Go to <https://evil.example> now.", "Go to now."),
        ("A <b>bold</b> word<script>alert(1)</script>.", "A bold wordalert(1)."),
        ("An <img src=x onerror=alert(1)> image <img src=x", "An image img src=x"),
        ("<<b>script>alert(1)<</b>/script>", "alert(1)"),
        ("[[a](javascript:alert(1))](data:text/html;base64,AA)", "a"),
        ("<think>It says so.</think>It rises.", "It rises."),
        ("<think>It never ends", ""),
        ("## Summary\n**Bread** rises with `yeast`.", "Summary\nBread rises with yeast."),
        ("It costs 3 < 5 and a<b is false.", "It costs 3 < 5 and a b is false."),
        ("Yeast (see below) eats [sugar].", "Yeast (see below) eats [sugar]."),
    ],
)
def test_markup_and_addresses_are_taken_out(written, kept):
    assert sanitising.without_times(sanitising.plain(written), ()) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("It rises [P12]. It falls [P1, P3] (P4–P5) [P6 and P7].", "It rises. It falls."),
        ("It rises [1:02] and falls (0:30 - 1:20).", "It rises and falls."),
        ("It rises at 1:02:03 and falls.", "It rises and falls."),
        ("From 99:59 to 100:20 it rises.", "it rises."),
        ("The train leaves at 10:30 sharp.", "The train leaves at 10:30 sharp."),
        ("The train leaves at 0:30 sharp.", "The train leaves sharp."),
        ("Bread rises 3.5 times in 20 minutes, P12 of them.", None),
    ],
)
def test_ids_and_times_that_nobody_says_are_taken_out(written, kept):
    said = sanitising.times_in("We take the train at 10:30, as always.")
    assert said == {"10:30"}
    assert sanitising.without_times(written, said) == (kept or written)


@pytest.mark.parametrize(
    "written",
    [
        "<\x00img src=//evil.example onerror=alert(1)>",
        "ht\x00tps://evil.example/a",
        "[x]\x00(//evil.example)",
        "<\u202aimg src=//evil.example>",
        "https:\u200b//evil.example",
        "見てhttps://evil.example/a",
        "![x](//evil.example/?q=secret\n)",
        "[x](//evil.example\n'title')",
        "<[P1]img src=//evil.example>",
        "[x]99:59(//evil.example)",
        "http<[P3]b>s://evil.example",
        "99\x00:59",
        "[P\x0012]",
        "99：59",
        "٩٩:٥٩",
        "【P12】",
        "（P1、P2）",
        "（99:59）",
    ],
)  # fmt: skip
def test_what_is_hidden_or_put_together_later_is_found(written):
    found = Reading(["We start at 12:34."]).text(f"Look {written} here.")
    assert found in {"Look here.", "Look x here.", "Look 見て here."}


def test_a_time_is_the_same_in_all_digits():
    text = "在 12：34 和 ۱۲:۳۴ 开始，不是 12：35。"
    assert Reading(["We start at 12:34."]).text(text) == "在 12：34 和 ۱۲:۳۴ 开始，不是。"


def test_a_link_whose_target_is_not_understood_is_none():
    assert "](" not in Reading().text("[x](//evil.example 'a (b (c)) d')")


def test_words_of_strangers_lead_nowhere_also_when_no_model_wrote():
    text = "Look <img src=//evil.example> at 1:05 [here](//evil.example) https://evil.example"
    assert Reading(by_model=False).text(text) == "Look at 1:05 here"


def test_what_a_provider_takes_from_the_material_keeps_its_times():
    text = "“Bread” (10:00). 0:00 yeast; 1:05 dough and the rest of what is said in the video."
    assert writing.note_from(Completion(text, "m"), reading=Reading(by_model=False)) == text
    assert "1:05" not in writing.note_from(Completion(text, "m"))


def test_questions_are_read_as_the_summary_is():
    questions = [
        f"{n}. Why does [bread](http://x.example) rise {'so ' * n}fast [P3]?" for n in (1, 2, 3)
    ]
    answer = json.dumps({"summary": "Bread rises. " * 20, "questions": questions})
    found = writing.summary_from(Completion(answer, "m"), spoken=1000)
    assert found.questions[0] == "Why does bread rise so fast?"


PIECES = st.sampled_from(
    [
        "[",
        "]",
        "(",
        ")",
        "!",
        "<",
        ">",
        "b",
        "/",
        "http://e.x",
        "www.e",
        "1:02",
        "P1",
        ",",
        " ",
        "`",
    ]
)


@unhurried
@given(st.lists(PIECES | st.text(max_size=3), max_size=60).map("".join))
def test_nothing_that_loads_or_leads_is_left_whatever_is_written(text):
    found = sanitising.shown(text, ())
    assert not {"http://e", "www.e"} & set(found.split())
    assert "<b" not in found
    assert "</" not in found


@pytest.mark.parametrize(
    "evil",
    [
        *("[", "<a", "![", "[P1", "(1:02 ", "P1 ", "1:02 ", "a.", "at ", "#", "\n", " ", "data:a"),
        *("`", ".", "](", "[](x", "aaaa:"),
    ],
)
@pytest.mark.parametrize("before", ["", "(", "(1:02", "[P1"])
def test_no_answer_takes_long_to_read(evil, before):
    """Twenty thousand characters in 20 ms; a pattern that goes back and forth takes seconds."""
    begun = time.process_time()
    sanitising.without_times(sanitising.plain(before + evil * 20_000), ())
    writing.shortened(before + (evil * 20_000)[:20_000] + "a", 800)
    assert time.process_time() - begun < 0.5


def test_a_time_that_the_video_names_stays_in_what_is_written_about_it():
    text = "The train leaves at 10:30 sharp, and the one at 11:30 does not stop here."
    reading = Reading(["Take the train at 10:30.", "It is 111:30 far."])
    kept = writing.note_from(Completion(text, "m"), reading=reading)
    assert kept == "The train leaves at 10:30 sharp, and the one does not stop here."
