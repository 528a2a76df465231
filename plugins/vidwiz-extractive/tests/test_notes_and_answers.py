"""Notes at moments and answers to questions about short videos."""

import re

import pytest

from vidwiz.plugin_api import Material, Passage, Purpose


class TestNote:
    @pytest.mark.parametrize("mark", [0.0, 100.0, 200.5, 389.0, 5000.0])
    def test_it_is_one_line_of_40_to_120_characters(self, video, mark):
        note = video.note_at(mark, video.sentences)
        assert 40 <= len(note) <= 120
        assert "\n" not in note

    def test_it_says_what_is_said_at_the_mark(self, video):
        assert "machine of wheels" in video.note_at(10 * 30 + 12.0, video.sentences)

    def test_without_punctuation_it_is_still_at_the_mark(self, video):
        note = video.note_at(10 * 30 + 15.0, video.plain)
        assert {"machine", "predict", "tides"} & set(video.words(note))
        assert note.rstrip(".").split()[-1] not in {"and", "the", "of", "to", "is"}

    def test_in_a_long_silence_it_is_the_nearest_thing_said(self, video):
        said = (
            Passage("P1", 0.0, 10.0, "The harbour falls dry at low tide every single morning."),
            Passage("P2", 900.0, 910.0, "In the evening the boats float on deep water again."),
        )
        near = video.write(Purpose.NOTE, Material(title="Boats", passages=said, mark=700.0))
        assert "boats" in near

    def test_very_little_speech_is_padded_honestly(self, video):
        note = video.note_at(65.0, ["", "", "Look!"])
        assert 40 <= len(note) <= 120
        assert "Look" in note
        assert "1:05" in note

    def test_a_video_without_words_says_so(self, video):
        note = video.write(Purpose.NOTE, Material(title="Waves", mark=65.0))
        assert 40 <= len(note) <= 120
        assert "Waves" in note


class TestChat:
    def test_it_quotes_the_passage_that_answers(self, video):
        answer = video.ask("What is a spring tide?")
        assert "spring tide" in answer
        assert "[P8]" in answer

    def test_it_quotes_at_most_three_sentences(self, video):
        assert 1 <= len(re.findall(r"\[P\d+\]", video.ask("What does the tidal force do?"))) <= 3

    def test_only_given_passages_are_cited(self, video):
        cited = re.findall(r"\[(P\d+)\]", video.ask("How does the moon pull on the water?"))
        assert set(cited) <= {f"P{i + 1}" for i in range(len(video.sentences))}

    def test_it_says_plainly_that_the_video_does_not_speak_of_something(self, video):
        answer = video.ask("Who won the football championship in Brazil?")
        assert "No word of this question" in answer
        assert "[P" not in answer

    def test_a_question_about_the_whole_video_is_answered(self, video):
        assert "[P" in video.ask("What is this video about?")

    def test_a_question_about_a_time_is_answered_from_there(self, video):
        assert "[P11]" in video.ask("What is said at 5:10?")

    def test_no_question_and_no_words_are_no_crash(self, video):
        assert video.ask(None)
        assert "No word of this question" in video.write(
            Purpose.CHAT, Material(title="Waves", question="Why?")
        )
