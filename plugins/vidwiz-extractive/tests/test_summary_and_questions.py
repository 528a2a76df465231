"""Summaries and questions about short videos."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from vidwiz.plugin_api import CompletionOptions, Material, PluginError, Purpose, Usage
from vidwiz.plugin_api.base import NoSettings
from vidwiz.plugin_api.testing import LLMProviderContract
from vidwiz_extractive import ExtractiveProvider


class TestContract(LLMProviderContract):
    @pytest.fixture
    def plugin(self):
        return ExtractiveProvider(NoSettings())


class TestSummary:
    def test_it_says_what_the_video_is_about(self, video):
        answer = video.summarise(video.material(video.sentences))
        video.assert_fits(answer)
        assert "tid" in answer["summary"]

    def test_greetings_sponsors_and_thanks_are_left_out(self, video):
        summary = video.summarise(video.material(video.sentences))["summary"].casefold()
        for word in ("welcome", "razors", "promo", "subscribe", "music", "thank"):
            assert word not in summary

    def test_sentences_are_whole_and_in_the_order_of_the_video(self, video):
        said = " ".join(video.sentences).casefold()
        summary = video.summarise(video.material(video.sentences))["summary"].casefold()
        places = [said.find(part) for part in re.split(r"(?<=[.!?]) (?!kelvin)", summary)]
        assert -1 not in places
        assert places == sorted(places)

    def test_a_sentence_may_run_over_passages(self, video):
        words = " ".join(video.sentences).split()
        pieces = [" ".join(words[i : i + 11]) for i in range(0, len(words), 11)]
        summary = video.summarise(video.material(pieces))["summary"].casefold()
        said = " ".join(video.sentences).casefold()
        assert all(part in said for part in re.split(r"(?<=[.!?]) (?!kelvin)", summary))

    def test_abbreviations_and_decimals_end_no_sentence(self, video):
        texts = ["Dr. Kelvin measured 15.5 metres of water, e.g. in the bay of Mr. J. Fundy."] * 1
        assert texts[0] in video.summarise(video.material(texts))["summary"]

    def test_speech_without_punctuation_gets_an_outline_instead(self, video):
        answer = video.summarise(video.material(video.plain))
        video.assert_fits(answer)
        assert answer["summary"].startswith("“Why the sea has tides | Ocean basics 3” – Harbour")
        times = re.findall(r"(?<!\()\b\d+:\d\d\b(?! ?\))", answer["summary"])
        assert len(times) >= 2
        assert times == sorted(times)
        assert "tidal force" in answer["summary"]

    def test_the_parts_of_an_outline_are_the_uploaders_chapters(self, video):
        chapters = ((0.0, "The bulges"), (150.0, "Spring tides"), (300.0, "Machines"))
        summary = video.summarise(video.material(video.plain, chapters=chapters))["summary"]
        for at, name in (("0:00", "The bulges"), ("2:30", "Spring tides"), ("5:00", "Machines")):
            assert f"{at} {name}" in summary

    def test_nothing_is_said_twice(self, video):
        summary = video.summarise(video.material(video.sentences * 3))["summary"]
        sentences = re.split(r"(?<=[.!?])\s+(?!Kelvin)", summary)
        assert len(sentences) == len(set(sentences))

    def test_sounds_speakers_and_fillers_are_dropped(self, video):
        texts = [
            "[Applause] >> HOST: So, um, the tidal force, you know, moves uh the whole ocean.",
            "(laughs) ♪ The moon pulls the the nearest water most, you know, and the sea rises.",
            "MUSIC",
        ]
        summary = video.summarise(video.material(texts))["summary"]
        assert "The tidal force moves the whole ocean." in summary
        for word in ("HOST", ">>", "Applause", "um,", "uh", "laughs", "♪", "the the", "MUSIC"):
            assert word not in summary

    def test_without_a_schema_it_is_plain_text(self, video):
        provider = ExtractiveProvider(NoSettings())
        options = CompletionOptions(
            purpose=Purpose.SUMMARY, material=video.material(video.sentences)
        )
        completion = provider.complete([], options)
        assert not completion.text.startswith("{")
        assert completion.usage == Usage(0, 0)

    def test_a_nearly_silent_video_is_described_honestly(self, video):
        answer = video.summarise(
            video.material(["MUSIC", "you", "you"], title="Waves at dusk", duration=722.0)
        )
        video.assert_fits(answer)
        assert "Waves at dusk" in answer["summary"]
        assert "Harbour School" in answer["summary"]
        assert "12:02" in answer["summary"]
        assert all("Waves at dusk" in question for question in answer["questions"])

    def test_a_title_alone_is_enough(self, video):
        video.assert_fits(video.summarise(Material(title="Waves")))

    def test_words_alone_are_enough(self, video):
        video.assert_fits(
            video.summarise(Material(passages=video.passages(["The sea is calm today."])))
        )

    def test_nothing_at_all_is_refused(self, video):
        for purpose in Purpose:
            with pytest.raises(PluginError) as caught:
                video.write(purpose, Material(passages=video.passages(["[Music]", "♪"])))
            assert caught.value.code == "invalid_request"

    def test_the_same_video_gives_the_same_text(self, video):
        assert video.summarise(video.material(video.sentences)) == video.summarise(
            video.material(video.sentences)
        )

    def test_threads_do_not_disturb_each_other(self, video):
        expected = [video.summarise(video.material(video.sentences[i:])) for i in range(6)]
        with ThreadPoolExecutor(4) as pool:
            assert (
                list(
                    pool.map(
                        lambda i: video.summarise(video.material(video.sentences[i:])), range(6)
                    )
                )
                == expected
            )


class TestQuestions:
    def test_they_are_about_the_topic(self, video):
        known = set(video.words(" ".join(video.sentences) + " why the sea has tides"))
        for question in video.summarise(video.material(video.sentences))["questions"]:
            telling = {word for word in video.words(question) if len(word) > 3} & known
            assert telling

    def test_a_title_that_asks_is_asked(self, video):
        answer = video.summarise(
            video.material(video.sentences, title="How do tides work in a bay?")
        )
        assert "How do tides work in a bay?" in answer["questions"]

    def test_half_a_pair_of_brackets_in_a_title_is_not_quoted(self, video):
        answer = video.summarise(video.material(["Boil it."], title="Odd [Documentary]"))
        assert "“Documentary]”" not in " ".join(answer["questions"])

    def test_chapters_are_asked_about(self, video):
        chapters = ((0.0, "Intro"), (60.0, "The tidal force"), (200.0, "Spring tides"))
        questions = " ".join(
            video.summarise(video.material(video.sentences, chapters=chapters))["questions"]
        )
        assert "tidal force" in questions
        assert "Intro" not in questions

    def test_questions_that_need_what_was_said_before_are_not_taken(self, video):
        texts = [*video.sentences, "What is this doing here? And why is it like that?"]
        questions = video.summarise(video.material(texts))["questions"]
        assert not any(
            "this doing" in question or "like that" in question for question in questions
        )
