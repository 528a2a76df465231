"""What the extractive provider writes about short sample videos and about hostile input."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidwiz.plugin_api import CompletionOptions, Material, Passage, PluginError, Purpose, Usage
from vidwiz.plugin_api.base import NoSettings
from vidwiz.plugin_api.testing import LLMProviderContract
from vidwiz_local.extractive import ExtractiveProvider

TIDES = [
    "Hey everyone, welcome back to the channel! [Music] Today we ask why the sea has tides.",
    "Tides are the slow rise and fall of the sea, and in most places they come twice a day.",
    "The moon pulls on the water that is nearest to it more strongly than on the Earth itself.",
    "This difference in pull is called the tidal force, and it stretches the sea into two bulges.",
    "This video is sponsored by Shiny Razors. Use the promo code SEA for a discount on razors.",
    "When the Earth turns under these bulges, a harbour passes through high tide and low tide.",
    "What happens when the sun and the moon pull in the same direction? Then the tides are higher.",
    "Such a tide is known as a spring tide, although it has nothing to do with the season.",
    "At half moon the sun works against the moon, and the tidal force of both is weakest.",
    "The shape of the coast matters as well: in a narrow bay the water can climb 15.5 metres.",
    "Dr. Kelvin built a machine of wheels to predict the tides from a few simple rhythms.",
    "So the tidal force of the moon and the sun explains the rhythm of every harbour.",
    "Please like and subscribe, and thank you for watching. See you in the next video!",
]


def passages(texts, seconds=30.0):
    return tuple(
        Passage(f"P{i + 1}", i * seconds, (i + 1) * seconds, text) for i, text in enumerate(texts)
    )


def material(texts, **known):
    known.setdefault("title", "Why the sea has tides | Ocean basics 3")
    known.setdefault("channel", "Harbour School")
    known.setdefault("duration", 30.0 * len(texts))
    return Material(passages=passages(texts), **known)


def write(purpose, about):
    schema = {"type": "object"} if purpose is Purpose.SUMMARY else None
    provider = ExtractiveProvider(NoSettings())
    options = CompletionOptions(purpose=purpose, material=about, json_schema=schema)
    return provider.complete([], options).text


def summarise(about):
    return json.loads(write(Purpose.SUMMARY, about))


def note_at(mark, texts, **known):
    return write(Purpose.NOTE, material(texts, mark=mark, **known))


def ask(question, texts=TIDES, **known):
    return write(Purpose.CHAT, material(texts, question=question, **known))


def bare_words(text):
    return re.findall(r"[^\W_]+", text.casefold().replace("’", "'"))


def assert_fits(answer):
    assert 200 <= len(answer["summary"]) <= 800
    assert answer["summary"].rstrip("”\"'»)」")[-1] in ".!?…。！？؟"
    assert "\n" not in answer["summary"]
    assert not answer["summary"][0].islower()
    assert len({question.casefold() for question in answer["questions"]}) == 3
    for question in answer["questions"]:
        assert 20 <= len(question) <= 120
        assert question.endswith("?")


class TestContract(LLMProviderContract):
    @pytest.fixture
    def plugin(self):
        return ExtractiveProvider(NoSettings())


class TestSummary:
    def test_it_says_what_the_video_is_about(self):
        answer = summarise(material(TIDES))
        assert_fits(answer)
        assert "tid" in answer["summary"]

    def test_greetings_sponsors_and_thanks_are_left_out(self):
        summary = summarise(material(TIDES))["summary"].casefold()
        for word in ("welcome", "razors", "promo", "subscribe", "music", "thank"):
            assert word not in summary

    def test_sentences_are_whole_and_in_the_order_of_the_video(self):
        said = " ".join(TIDES).casefold()
        summary = summarise(material(TIDES))["summary"].casefold()
        places = [said.find(part) for part in re.split(r"(?<=[.!?]) (?!kelvin)", summary)]
        assert -1 not in places
        assert places == sorted(places)

    def test_a_sentence_may_run_over_passages(self):
        words = " ".join(TIDES).split()
        pieces = [" ".join(words[i : i + 11]) for i in range(0, len(words), 11)]
        summary = summarise(material(pieces))["summary"].casefold()
        said = " ".join(TIDES).casefold()
        assert all(part in said for part in re.split(r"(?<=[.!?]) (?!kelvin)", summary))

    def test_abbreviations_and_decimals_end_no_sentence(self):
        texts = ["Dr. Kelvin measured 15.5 metres of water, e.g. in the bay of Mr. J. Fundy."] * 1
        assert texts[0] in summarise(material(texts))["summary"]

    def test_captions_without_punctuation_are_cut_into_sentences(self):
        plain = [" ".join(re.findall(r"[\w']+", text.lower())) for text in TIDES]
        answer = summarise(material(plain))
        assert_fits(answer)
        sentences = re.split(r"(?<=[.!?])\s+", answer["summary"])
        assert len(sentences) > 1
        assert all(sentence[0].isupper() or sentence[0].isdigit() for sentence in sentences)
        assert all(
            sentence.rstrip(".").split()[-1] not in {"and", "the", "of", "to", "is"}
            for sentence in sentences
        )

    def test_nothing_is_said_twice(self):
        summary = summarise(material(TIDES * 3))["summary"]
        sentences = re.split(r"(?<=[.!?])\s+(?!Kelvin)", summary)
        assert len(sentences) == len(set(sentences))

    def test_sounds_speakers_and_fillers_are_dropped(self):
        texts = [
            "[Applause] >> HOST: So, um, the tidal force, you know, moves uh the whole ocean.",
            "(laughs) ♪ The moon pulls the the nearest water most, you know, and the sea rises.",
            "MUSIC",
        ]
        summary = summarise(material(texts))["summary"]
        assert "The tidal force, moves the whole ocean." in summary
        for word in ("HOST", ">>", "Applause", "um,", "uh", "laughs", "♪", "the the", "MUSIC"):
            assert word not in summary

    def test_without_a_schema_it_is_plain_text(self):
        provider = ExtractiveProvider(NoSettings())
        options = CompletionOptions(purpose=Purpose.SUMMARY, material=material(TIDES))
        completion = provider.complete([], options)
        assert not completion.text.startswith("{")
        assert completion.usage == Usage(0, 0)

    def test_a_nearly_silent_video_is_described_honestly(self):
        answer = summarise(material(["MUSIC", "you", "you"], title="Waves at dusk", duration=722.0))
        assert_fits(answer)
        assert "Waves at dusk" in answer["summary"]
        assert "Harbour School" in answer["summary"]
        assert "12:02" in answer["summary"]
        assert all("Waves at dusk" in question for question in answer["questions"])

    def test_a_title_alone_is_enough(self):
        assert_fits(summarise(Material(title="Waves")))

    def test_words_alone_are_enough(self):
        assert_fits(summarise(Material(passages=passages(["The sea is calm today."]))))

    def test_nothing_at_all_is_refused(self):
        for purpose in Purpose:
            with pytest.raises(PluginError) as caught:
                write(purpose, Material(passages=passages(["[Music]", "♪"])))
            assert caught.value.code == "invalid_request"

    def test_the_same_video_gives_the_same_text(self):
        assert summarise(material(TIDES)) == summarise(material(TIDES))

    def test_threads_do_not_disturb_each_other(self):
        expected = [summarise(material(TIDES[i:])) for i in range(6)]
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda i: summarise(material(TIDES[i:])), range(6))) == expected


class TestQuestions:
    def test_they_are_about_the_topic(self):
        known = set(bare_words(" ".join(TIDES) + " why the sea has tides"))
        for question in summarise(material(TIDES))["questions"]:
            telling = {word for word in bare_words(question) if len(word) > 3} & known
            assert telling

    def test_a_title_that_asks_is_asked(self):
        answer = summarise(material(TIDES, title="How do tides work in a bay?"))
        assert "How do tides work in a bay?" in answer["questions"]

    def test_chapters_are_asked_about(self):
        chapters = ((0.0, "Intro"), (60.0, "The tidal force"), (200.0, "Spring tides"))
        questions = " ".join(summarise(material(TIDES, chapters=chapters))["questions"])
        assert "tidal force" in questions
        assert "Intro" not in questions

    def test_questions_that_need_what_was_said_before_are_not_taken(self):
        texts = [*TIDES, "What is this doing here? And why is it like that?"]
        questions = summarise(material(texts))["questions"]
        assert not any(
            "this doing" in question or "like that" in question for question in questions
        )


class TestNote:
    @pytest.mark.parametrize("mark", [0.0, 100.0, 200.5, 389.0, 5000.0])
    def test_it_is_one_line_of_40_to_120_characters(self, mark):
        note = note_at(mark, TIDES)
        assert 40 <= len(note) <= 120
        assert "\n" not in note

    def test_it_says_what_is_said_at_the_mark(self):
        assert "machine of wheels" in note_at(10 * 30 + 12.0, TIDES)

    def test_without_punctuation_it_is_still_at_the_mark(self):
        plain = [" ".join(re.findall(r"[\w']+", text.lower())) for text in TIDES]
        note = note_at(10 * 30 + 15.0, plain)
        assert {"machine", "predict", "tides"} & set(bare_words(note))
        assert note.rstrip(".").split()[-1] not in {"and", "the", "of", "to", "is"}

    def test_in_a_long_silence_it_is_the_nearest_thing_said(self):
        said = (
            Passage("P1", 0.0, 10.0, "The harbour falls dry at low tide every single morning."),
            Passage("P2", 900.0, 910.0, "In the evening the boats float on deep water again."),
        )
        near = write(Purpose.NOTE, Material(title="Boats", passages=said, mark=700.0))
        assert "boats" in near

    def test_very_little_speech_is_padded_honestly(self):
        note = note_at(65.0, ["", "", "Look!"])
        assert 40 <= len(note) <= 120
        assert "Look" in note
        assert "1:05" in note

    def test_a_video_without_words_says_so(self):
        note = write(Purpose.NOTE, Material(title="Waves", mark=65.0))
        assert 40 <= len(note) <= 120
        assert "Waves" in note


class TestChat:
    def test_it_quotes_the_passage_that_answers(self):
        answer = ask("What is a spring tide?")
        assert "spring tide" in answer
        assert "[P8]" in answer

    def test_it_quotes_at_most_three_sentences(self):
        assert 1 <= len(re.findall(r"\[P\d+\]", ask("What does the tidal force do?"))) <= 3

    def test_only_given_passages_are_cited(self):
        cited = re.findall(r"\[(P\d+)\]", ask("How does the moon pull on the water?"))
        assert set(cited) <= {f"P{i + 1}" for i in range(len(TIDES))}

    def test_it_says_plainly_that_the_video_does_not_speak_of_something(self):
        answer = ask("Who won the football championship in Brazil?")
        assert "does not speak" in answer
        assert "[P" not in answer

    def test_a_question_about_the_whole_video_is_answered(self):
        assert "[P" in ask("What is this video about?")

    def test_a_question_about_a_time_is_answered_from_there(self):
        assert "[P11]" in ask("What is said at 5:10?")

    def test_no_question_and_no_words_are_no_crash(self):
        assert ask(None)
        assert "does not speak" in write(Purpose.CHAT, Material(title="Waves", question="Why?"))


LANGUAGES = {
    "de": (
        [
            "Gezeiten sind das langsame Steigen und Fallen des Meeres an den Küsten der Welt.",
            "Der Mond zieht das nahe Wasser stärker an als die Erde, und so entsteht ein Flutberg.",
            "Die Erde dreht sich unter dem Flutberg, also erlebt jeder Hafen zweimal am Tag Flut.",
            "Wenn Sonne und Mond in einer Linie stehen, wird der Flutberg besonders hoch.",
        ],
        "Mond",
    ),
    "fr": (
        [
            "Les marées sont la montée et la descente lentes de la mer le long des côtes du monde.",
            "La lune attire l'eau la plus proche plus fort que la terre, et la mer se soulève.",
            "La terre tourne sous cette eau, donc chaque port connaît deux marées hautes par jour.",
            "Quand le soleil et la lune sont alignés, les marées sont beaucoup plus fortes.",
        ],
        "marées",
    ),
    "es": (
        [
            "Las mareas son la subida y la bajada lentas del mar en las costas de todo el mundo.",
            "La luna atrae el agua más cercana con más fuerza que la tierra, y el mar se eleva.",
            "La tierra gira bajo esa agua, por eso cada puerto tiene dos mareas altas por día.",
            "Cuando el sol y la luna se alinean, las mareas son mucho más fuertes.",
        ],
        "mareas",
    ),
    "ar": (
        [
            "المد والجزر هو ارتفاع البحر وانخفاضه ببطء على سواحل العالم كله مرتين في اليوم.",
            "القمر يجذب الماء القريب منه أكثر مما يجذب الأرض، ولذلك يرتفع سطح البحر.",
            "تدور الأرض تحت هذا الماء المرتفع، فيشهد كل ميناء مدا عاليا مرتين في اليوم.",
            "عندما تقع الشمس والقمر على خط واحد يصبح المد أقوى بكثير من المعتاد.",
        ],
        "القمر",
    ),
    "ja": (
        [
            "潮の満ち引きとは、世界中の海岸で海面がゆっくりと上がったり下がったりすることです。",
            "月は近くにある海水を地球よりも強く引っ張るので、海面が盛り上がります。",
            "地球はその盛り上がった海水の下で回転するため、どの港でも一日に二回の満潮があります。",
            "太陽と月が一直線に並ぶと、力が合わさって、潮の満ち引きはとても大きくなります。",
            "反対に半月のころには、太陽の力と月の力が打ち消し合って、海面の変化は小さくなります。",
            "細長い湾では海水が集まるので、海面が十五メートルも上がる場所があるそうです。",
            "この動画では、海面の変化を予測する機械がどのように作られたのかも説明しました。",
        ],
        "海",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
class TestLanguages:
    def test_the_summary_is_of_the_video(self, language):
        texts, word = LANGUAGES[language]
        answer = summarise(material(texts, language=language, title="Tides"))
        assert_fits(answer)
        assert word in answer["summary"]

    def test_the_note_is_of_the_moment(self, language):
        texts, _ = LANGUAGES[language]
        note = note_at(45.0, texts, language=language)
        assert 40 <= len(note) <= 120

    def test_a_silent_video_is_described_at_length(self, language):
        assert_fits(summarise(Material(passages=passages(["0"]), language=language)))
        assert_fits(summarise(Material(title="Tides", language=language)))

    def test_the_language_is_seen_from_the_text(self, language):
        texts, _ = LANGUAGES[language]
        named = summarise(material(texts, language=language))
        assert summarise(material(texts, language=None)) == named


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
    def test_every_answer_has_its_shape_or_is_refused(self, about):
        try:
            answer = summarise(about)
        except PluginError:
            with pytest.raises(PluginError, match="invalid_request"):
                write(Purpose.NOTE, about)
            return
        assert_fits(answer)
        assert 40 <= len(write(Purpose.NOTE, about)) <= 120
        assert write(Purpose.CHAT, about)

    @settings(deadline=None, max_examples=30)
    @given(words=st.lists(WORDS, min_size=120, max_size=240), mark=st.floats(0, 400))
    def test_everything_in_it_was_said(self, words, mark):
        texts = [" ".join(words[i : i + 60]) for i in range(0, len(words), 60)]
        answer = summarise(material(texts))
        assert_fits(answer)
        note = note_at(mark, texts)
        assert "“" in note or set(bare_words(note)) <= {word.casefold() for word in words}
        if "“" not in answer["summary"]:
            assert set(bare_words(answer["summary"])) <= {word.casefold() for word in words}

    def test_one_sentence_of_fifty_thousand_words(self):
        about = material([" ".join(f"word{i % 997}" for i in range(50_000))])
        assert_fits(summarise(about))

    @pytest.mark.parametrize(
        "text", ["?", "🌊", "\x00\x00", "a" * 5000, "。", "\u200fمد\u200f", "“", "1", "."]
    )
    def test_a_lone_symbol_is_no_crash(self, text):
        about = material([text], mark=1.0, question=text)
        assert_fits(summarise(about))
        assert 40 <= len(write(Purpose.NOTE, about)) <= 120
        assert write(Purpose.CHAT, about)
