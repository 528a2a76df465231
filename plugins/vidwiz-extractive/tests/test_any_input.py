"""Whatever is put in, an answer has its shape and is made of what was said."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidwiz.plugin_api import Material, Passage, PluginError, Purpose

ODD_TEXT = st.text(max_size=200) | st.lists(
    st.sampled_from(
        [
            "the",
            "tide",
            "[Music]",
            ">>",
            "um",
            ".",
            "?",
            "...",
            "3.14",
            "Dr.",
            "\x00",
            "🌊",
            "مد",
            "潮。",
        ]
    ),
    max_size=60,
).map(" ".join)
TIMES = st.floats(allow_nan=True, allow_infinity=True) | st.floats(0, 1e5)
ANY_PASSAGES = st.lists(st.builds(Passage, st.just("P1"), TIMES, TIMES, ODD_TEXT), max_size=6).map(
    tuple
)
VOCABULARY = """
the moon pulls water tides rise because of gravity and so we see it harbour bay now but
if you look ships sail deep ocean waves are strong today what is force I think really
"""
WORDS = st.sampled_from(VOCABULARY.split())


class TestAnyInput:
    @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(
        about=st.builds(
            Material,
            title=st.none() | ODD_TEXT,
            channel=st.none() | ODD_TEXT,
            duration=st.none() | TIMES,
            language=st.sampled_from([None, "en", "de", "ja", "xx", "zh-Hant", ""]),
            passages=ANY_PASSAGES,
            chapters=st.lists(st.tuples(TIMES, ODD_TEXT), max_size=3).map(tuple),
            mark=st.none() | TIMES,
            question=st.none() | ODD_TEXT,
        )
    )
    def test_every_answer_has_its_shape_or_is_refused(self, video, about):
        try:
            answer = video.summarise(about)
        except PluginError:
            with pytest.raises(PluginError, match="invalid_request"):
                video.write(Purpose.NOTE, about)
            return
        video.assert_fits(answer)
        assert 40 <= len(video.write(Purpose.NOTE, about)) <= 120
        assert video.write(Purpose.CHAT, about)

    @settings(deadline=None, max_examples=30)
    @given(words=st.lists(WORDS, min_size=120, max_size=240), mark=st.floats(0, 400))
    def test_everything_in_it_was_said(self, video, words, mark):
        texts = [" ".join(words[i : i + 60]) for i in range(0, len(words), 60)]
        answer = video.summarise(video.material(texts))
        video.assert_fits(answer)
        note = video.note_at(mark, texts)
        assert "“" in note or set(video.words(note)) <= {word.casefold() for word in words}
        if "“" not in answer["summary"]:
            assert set(video.words(answer["summary"])) <= {word.casefold() for word in words}

    def test_one_sentence_of_fifty_thousand_words(self, video):
        about = video.material([" ".join(f"word{i % 997}" for i in range(50_000))])
        video.assert_fits(video.summarise(about))

    @pytest.mark.parametrize(
        "text", ["?", "🌊", "\x00\x00", "a" * 5000, "。", "\u200fمد\u200f", "“", "1", "."]
    )
    def test_a_lone_symbol_is_no_crash(self, video, text):
        about = video.material([text], mark=1.0, question=text)
        video.assert_fits(video.summarise(about))
        assert 40 <= len(video.write(Purpose.NOTE, about)) <= 120
        assert video.write(Purpose.CHAT, about)
