"""What a text may not pretend: whole sentences, one language, words that nobody spoke."""

import re

import pytest

from vidwiz.plugin_api import Material, Passage, Purpose
from vidwiz_extractive.passages import best_passages

LONG = (
    "The strip bends when the steam of the boiling water reaches it through a small channel in "
    "the handle, and the current is cut off at once; nobody has to stand beside the kettle any "
    "more, although some people say that they miss the whistle of the old ones on the stove."
)
GERMAN = [
    "Ein Kessel ist die älteste Maschine in den meisten Küchen der Welt.",
    "Das Wasser wird von einer Spirale erhitzt, die in seinem Boden liegt.",
    "Der Dampf biegt einen Streifen aus zwei Metallen, und er schaltet den Kessel aus.",
    "Hartes Wasser hinterlässt Kalk auf der Spirale, und sie wird dann zu heiß.",
]
ENGLISH = [
    "A kettle is the oldest machine in most of the kitchens of the world.",
    "The water is heated by a coil that lies hidden in the bottom of the kettle.",
    "The steam bends a strip that is made of two metals, and it turns the kettle off.",
    "Hard water leaves some chalk on the coil, and then the coil becomes too hot.",
    "A full kettle for only one cup wastes about two thirds of all the power.",
    "In the end the best of all the kettles is the one that you have cleaned.",
]

ROCKS = ("granite", "basalt", "marble", "slate", "chalk", "gneiss", "flint", "tuff", "quartz")
CARGOES = ("bananas", "timber", "coal", "grain", "cars", "wool", "tea", "cotton", "rice")


def spoken(texts, seconds):
    return tuple(
        Passage(f"P{n}", n * seconds, (n + 1) * seconds, text) for n, text in enumerate(texts)
    )


class TestNotes:
    def test_a_whole_sentence_nearby_comes_before_a_part_at_the_mark(self, video):
        texts = [LONG, "The first electric kettles had the heating coil outside the water."]
        about = Material(passages=spoken(texts, 20.0), mark=12.0)
        assert video.write(Purpose.NOTE, about) == texts[1]

    def test_one_that_is_further_than_15_s_is_not_taken(self, video):
        texts = [LONG, "", "The first electric kettles had the heating coil outside the water."]
        note = video.write(Purpose.NOTE, Material(passages=spoken(texts, 20.0), mark=5.0))
        assert note.rstrip(".…").casefold() in LONG.casefold()

    def test_a_part_of_a_sentence_ends_in_an_ellipsis(self, video):
        endless = " ".join(LONG.replace(",", "").replace(";", "").rstrip(".").split())
        note = video.write(Purpose.NOTE, Material(passages=spoken([endless], 40.0), mark=20.0))
        assert note.endswith("…")
        assert note.strip("… ").casefold() in endless.casefold()

    def test_half_a_sentence_at_the_edge_of_the_surroundings_is_not_taken_for_a_whole_one(
        self, video
    ):
        """The surroundings of a mark begin anywhere; only a video begins with a sentence."""
        texts = ["of the water that was left over in the bottom of it.", LONG]
        cut = tuple(Passage(p.id, p.start + 600, p.end + 600, p.text) for p in spoken(texts, 6.0))
        note = video.write(Purpose.NOTE, Material(passages=cut, mark=603.0))
        assert "left over" not in note or note.startswith("…")

    def test_a_sentence_that_leans_on_the_one_before_is_second_choice(self, video):
        texts = [
            "This is why it is so much louder than any of the others that they tried.",
            "Water boils at a lower temperature on the top of a high mountain.",
        ]
        about = Material(passages=spoken(texts, 8.0), mark=7.0)
        assert video.write(Purpose.NOTE, about) == texts[1]

    def test_what_leads_over_and_fills_leaves_no_trace(self, video):
        texts = ["So, um, the water, you know, is the the only thing that, uh, matters here."]
        note = video.write(Purpose.NOTE, Material(passages=spoken(texts, 9.0), mark=1.0))
        assert note == "The water is the only thing that matters here."

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("de", "Heute zeigt er uns, wie man um die Ecke denkt, um das Problem zu lösen."),
            ("pt", "Este é um vídeo sobre um número que todos nós já vimos em casa."),
            ("en", "They always said to us, shame on you, you know better than that."),
            ("en", "Do you know what it means that he said that that is enough for us?"),
        ],
    )
    def test_nothing_that_means_something_is_left_out_of_a_quote(self, video, language, said):
        about = Material(passages=spoken([said], 9.0), language=language, mark=1.0)
        assert video.write(Purpose.NOTE, about) == said

    def test_what_an_annotation_says_nobody_spoke(self, video):
        texts = ["(Gong) The tenants of these apartments (Man grunting) are crammed in tightly."]
        note = video.write(Purpose.NOTE, Material(passages=spoken(texts, 9.0), mark=1.0))
        assert note == "The tenants of these apartments are crammed in tightly."


class TestSummaries:
    def test_the_first_sentence_leans_on_nothing(self, video):
        texts = ["And so this is what it does when they leave it on the stove.", *ENGLISH]
        summary = video.summarise(video.material(texts, title="How kettles work"))["summary"]
        assert not summary.startswith(("And", "So", "This", "It"))

    def test_every_third_gives_something(self, video):
        """The first part is nearest to the title, and would fill the summary alone."""
        again = [f"Old kettles {text[0].lower()}{text[1:]}" for text in ENGLISH]
        mountains = [f"Mountains of {rock} wear down under snow and rain." for rock in ROCKS]
        ships = [f"Ships with {cargo} in their holds sail slowly." for cargo in CARGOES]
        texts = [*ENGLISH, *again, *mountains, *ships]
        summary = video.summarise(video.material(texts, title="Kettles"))["summary"]
        assert "kettle" in summary
        assert "Mountains" in summary
        assert "Ships" in summary

    @pytest.mark.parametrize("times", [160, 800])
    def test_a_loop_of_speech_recognition_is_said_to_be_that(self, video, times):
        texts = ["Thank you for watching this video about the old kettle."] * times
        words = " ".join(texts)
        about = Material(title="Kettles", passages=(Passage("P1", 0.0, 900.0, words),))
        answer = video.summarise(about)
        video.assert_fits(answer)
        assert "speech recognition probably failed" in answer["summary"]
        assert answer["summary"].count("Thank you") == 1

    def test_a_loop_that_changes_a_little_is_too(self, video):
        texts = [f"{n % 3} I am going to show you how to boil the water now." for n in range(300)]
        summary = video.summarise(video.material(texts, title="Kettles"))["summary"]
        assert "speech recognition probably failed" in summary
        assert summary.count("going to show you") == 1

    def test_a_chorus_is_no_loop(self, video):
        texts = [*ENGLISH[:3], "Boil, kettle, boil.", *ENGLISH[3:], "Boil, kettle, boil."]
        assert "recognition" not in video.summarise(video.material(texts))["summary"]

    def test_of_two_languages_it_is_in_the_one_that_most_is_in(self, video):
        texts = [text for pair in zip(ENGLISH, [*GERMAN, "", ""], strict=True) for text in pair]
        about = video.material(texts, title="Kettles", mark=100.0)
        answer = video.summarise(about)
        written = " ".join([answer["summary"], *answer["questions"]])
        written += video.write(Purpose.NOTE, about)
        german = {word for text in GERMAN for word in video.words(text)}
        assert not set(video.words(written)) & (german - {"die", "in", "er", "the", "des"})

    def test_the_words_of_another_language_do_not_count_as_without_punctuation(self, video):
        german = [f"{text} {GERMAN[0]}" for text in (*GERMAN, *GERMAN[:2])]
        texts = [text for pair in zip(ENGLISH, german, strict=True) for text in pair]
        about = video.material(texts, title="Kettles", language="en")
        summary = video.summarise(about)["summary"]
        assert sum(text in summary for text in ENGLISH) >= 3


class TestOutlines:
    def test_quotes_are_what_was_said_with_its_time(self, video):
        summary = video.summarise(video.material(video.plain))["summary"]
        quotes = re.findall(r"“([^”]+)” \((\d+):(\d\d)\)", summary)
        assert quotes
        said = " ".join(video.plain)
        for text, minutes, seconds in quotes:
            assert text.rstrip("….").casefold() in said
            at = int(minutes) * 60 + int(seconds)
            near = " ".join(video.plain[max(0, at // 30 - 1) : at // 30 + 3])
            assert text.rstrip("….").casefold() in near

    def test_many_chapters_are_thinned_out_and_go_to_the_end(self, video):
        chapters = tuple((n * 10.0, f"Part {n} of the story") for n in range(39))
        summary = video.summarise(video.material(video.plain, chapters=chapters))["summary"]
        assert len(summary) <= 800
        assert "Part 0 " in summary
        late = [int(n) for n in re.findall(r"Part (\d+) of", summary)]
        assert late == sorted(late)
        assert late[-1] >= 30


class TestQuestions:
    def test_a_person_is_not_taken_for_a_thing(self, video):
        texts = [
            f"Then {name} put the kettle on, and Bob's phone rang." for name in ["Bob", "Bob"] * 4
        ]
        questions = " ".join(video.summarise(video.material([*texts, *ENGLISH]))["questions"])
        assert "“Bob" not in questions
        assert "matter" not in questions

    def test_what_is_quoted_is_said_more_than_once(self, video):
        questions = video.summarise(video.material(ENGLISH, title=None))["questions"]
        said = " ".join(ENGLISH).casefold()
        for quoted in re.findall(r"say about “([^”]+)”", " ".join(questions)):
            assert said.count(quoted.casefold()) > 1


class TestAnswers:
    def test_a_stem_is_enough(self, video):
        assert "[P4]" in video.ask("What does hardness of waters leave?", ENGLISH)

    def test_words_that_carry_no_topic_are_no_reason_to_quote(self, video):
        assert "[P" not in video.ask("What is the capital of Peru?", ENGLISH)

    def test_the_sentence_that_has_the_rare_words_comes_first(self, video):
        texts = [
            "When does one say that a set of numbers is large or small?",
            "The set of numbers that one says is large has no end.",
            "By an open interval one means the numbers between two ends, without the ends.",
        ]
        answer = video.ask("What is an open interval?", texts)
        assert answer.partition("“")[2].startswith("By an open interval")

    def test_words_that_stand_together_count_more_than_the_same_words_apart(self, video):
        texts = [
            "The spring was cold, and with the tide came very many ships into the harbour.",
            "Nobody knows the name of the man who saw a spring tide for the first time.",
            "A tide in a cold spring is like any other tide that comes into the harbour.",
        ]
        best, *_ = best_passages(video.passages(texts), "What is a spring tide?", "en")
        assert best.id == "P2"

    def test_three_passages_at_most_and_each_once(self, video):
        found = re.findall(r"\[(P\d+)\]", video.ask("kettle water coil steam", ENGLISH))
        assert 1 <= len(found) <= 3
        assert len(found) == len(set(found))
