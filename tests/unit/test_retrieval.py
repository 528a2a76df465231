"""Which passages of a long transcript are sent with a question."""

import pytest

from vidwiz.plugin_api import Passage
from vidwiz.services import retrieval


def passages(*texts):
    return [Passage(f"P{n + 1}", n * 30.0, n * 30.0 + 30, text) for n, text in enumerate(texts)]


def ids(found):
    return [passage.id for passage in found]


LONG = [f"We speak of bread and of the dough number {n}." for n in range(200)]


def test_the_passage_that_answers_is_found_with_its_neighbours():
    said = passages(*LONG[:120], "The oven must be at 230 degrees.", *LONG[120:])
    found = retrieval.for_question(said, "How hot is the oven?")
    assert {"P120", "P121", "P122"} <= set(ids(found))
    assert len(found) <= 3 * retrieval.BEST
    assert ids(found) == sorted(ids(found), key=lambda one: int(one[1:]))


def test_the_first_and_the_last_passage_have_one_neighbour():
    said = passages("The oven is hot.", *LONG[:50], "The cellar is cold.")
    assert ids(retrieval.for_question(said, "oven")) == ["P1", "P2"]
    assert ids(retrieval.for_question(said, "cellar?")) == ["P51", "P52"]


def test_words_without_blanks_are_found():
    said = passages(*(f"これはパンの話です{n}。" for n in range(50)), "オーブンは二百度にします。")
    assert "P51" in ids(retrieval.for_question(said, "オーブンの温度は?"))


@pytest.mark.parametrize("question", ["", "???", "Zebra quokka", "the 'OR 1=1"])
def test_a_question_that_nothing_answers_gets_passages_from_all_over(question):
    found = retrieval.for_question(passages(*(["Bread rises."] * 120)), question)
    assert len(found) == 2 * retrieval.BEST
    assert found[0].start < 300
    assert found[-1].start > 3000


@pytest.mark.parametrize("count", [1, 2, 12, 13])
def test_a_short_transcript_is_no_trouble(count):
    said = passages(*(["Bread rises."] * count))
    assert retrieval.for_question(said, "Bread?")
    assert retrieval.for_question(said, "Zebra?")
    assert retrieval.for_question([], "Zebra?") == ()
