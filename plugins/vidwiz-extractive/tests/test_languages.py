"""Texts in the languages of the transcripts."""

import re
from importlib import resources

import pytest

from vidwiz.plugin_api import Material, Purpose
from vidwiz_extractive.languages import language

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
    def test_the_summary_is_of_the_video(self, video, language):
        texts, word = LANGUAGES[language]
        answer = video.summarise(video.material(texts, language=language, title="Tides"))
        video.assert_fits(answer)
        assert word in answer["summary"]

    def test_the_note_is_of_the_moment(self, video, language):
        texts, _ = LANGUAGES[language]
        note = video.note_at(45.0, texts, language=language)
        assert 40 <= len(note) <= 120

    def test_a_silent_video_is_described_at_length(self, video, language):
        video.assert_fits(
            video.summarise(Material(passages=video.passages(["0"]), language=language))
        )
        video.assert_fits(video.summarise(Material(title="Tides", language=language)))

    def test_the_language_is_seen_from_the_text(self, video, language):
        texts, _ = LANGUAGES[language]
        named = video.summarise(video.material(texts, language=language))
        assert video.summarise(video.material(texts, language=None)) == named


CODES = ("ar", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "zh")


@pytest.mark.parametrize("language", [*CODES, "sv"])
def test_of_hardly_any_words_nothing_is_made_up(video, language):
    for about in (
        Material(passages=video.passages(["0"]), language=language),
        Material(title="0", language=language),
        Material(title="0", passages=video.passages(["[Music]", "♪"]), language=language),
    ):
        answer = video.summarise(about)
        video.assert_fits(answer)
        assert 40 <= len(video.write(Purpose.NOTE, about)) <= 120


SHORT_TALKS = {
    "ru": (
        "Чайник нагревает воду с помощью спирали, спрятанной в его дне. "
        "Биметаллическая пластина изгибается от пара и выключает чайник. "
        "Первые электрические чайники не имели такой пластины, и вода выкипала. "
        "Сегодня почти каждый чайник выключается сам, когда вода закипает. "
        "Что происходит с водой при нагревании спирали? "
        "Пузырьки пара поднимаются от дна и разносят тепло по всему чайнику."
    ),
    "hi": (
        "केतली के तल में छिपी कुंडली पानी को गर्म करती है। "
        "द्विधातु पट्टी भाप से मुड़ती है और केतली को बंद कर देती है। "
        "पहली बिजली की केतलियों में ऐसी पट्टी नहीं थी और पानी उबलकर सूख जाता था। "
        "आज लगभग हर केतली पानी उबलने पर अपने आप बंद हो जाती है। "
        "भाप के बुलबुले तल से ऊपर उठते हैं और पूरी केतली में गर्मी फैलाते हैं। "
        "कुंडली जितनी बड़ी होती है, केतली का पानी उतनी जल्दी गर्म होता है।"
    ),
    "tr": (
        "Su ısıtıcısının tabanındaki rezistans suyu ısıtır. "
        "Bimetal şerit buharla bükülür ve su ısıtıcısını kapatır. "
        "İlk elektrikli su ısıtıcılarında böyle bir şerit yoktu ve su kuruyana kadar kaynardı. "
        "Bugün neredeyse her su ısıtıcısı su kaynayınca kendiliğinden kapanır. "
        "Buhar kabarcıkları tabandan yükselir ve ısıyı bütün kaba yayar. "
        "Rezistans ne kadar büyükse su o kadar çabuk ısınır."
    ),
    "zh": (
        "电热水壶底部的加热线圈把水加热。双金属片受到蒸汽的作用会弯曲，然后切断水壶的电源。"
        "最早的电热水壶没有这种双金属片，所以水会一直烧干。现在几乎每个水壶在水开的时候都会自动断电。"
        "蒸汽的气泡从底部升起，把热量带到整个水壶。加热线圈越大，水壶里的水就热得越快。"
        "水壶里的水垢会让加热线圈变慢，所以要经常清洗水壶。双金属片是由两种不同的金属压在一起做成的。"
    ),
    "ko": (
        "전기 주전자 바닥에 있는 열선이 물을 데웁니다. "
        "바이메탈은 증기를 받으면 휘어지고 주전자의 전원을 끕니다. "
        "초기의 전기 주전자에는 바이메탈이 없어서 물이 모두 끓어 없어졌습니다. "
        "오늘날 거의 모든 주전자는 물이 끓으면 스스로 꺼집니다. "
        "증기 방울은 바닥에서 올라와 주전자 전체에 열을 퍼뜨립니다. "
        "열선이 클수록 주전자 안의 물은 더 빨리 뜨거워집니다."
    ),
    "sv": (
        "Vattenkokaren värmer vattnet med en spiral i botten. "
        "Bimetallen böjs av ångan och stänger av vattenkokaren. "
        "De första elektriska vattenkokarna hade ingen bimetall, och vattnet kokade bort. "
        "I dag stängs nästan varje vattenkokare av när vattnet kokar. "
        "Ångans bubblor stiger från botten och sprider värmen i hela kannan. "
        "Ju större spiralen är, desto snabbare blir vattnet varmt."
    ),
}


@pytest.mark.parametrize("code", SHORT_TALKS)
def test_a_talk_comes_out_in_its_own_language(video, code):
    said = SHORT_TALKS[code]
    about = Material(passages=video.passages([said]), duration=90.0, language=code, mark=40.0)
    answer = video.summarise(about)
    video.assert_fits(answer)
    texts = [answer["summary"], *answer["questions"], video.write(Purpose.NOTE, about)]
    english = {"the", "what", "say", "says", "about", "is", "this", "and", "of"}
    for text in texts:
        assert not english & set(video.words(text))
    quoted = [part for part in re.split(r"(?<=[.。।])\s*", answer["summary"]) if part in said]
    assert len(quoted) >= 3


def test_a_line_of_chinese_captions_without_marks_is_a_clause(video):
    lines = "今天我带来了一个相对较短的视频 我们主要在二维空间中进行讨论 三维线性变换由基向量决定"
    about = Material(passages=video.passages([lines]), language="zh", mark=10.0)
    summary = video.summarise(about)["summary"]
    assert all(f"{line}…" in summary for line in lines.split())


@pytest.mark.parametrize("code", CODES)
def test_a_languages_file_says_all_that_is_said_without_quoting(code):
    phrases = language(code).phrases
    assert phrases.keys() == language("en").phrases.keys()
    assert len(set(phrases["about"])) == 3
    assert all("{a}" in form and form.endswith("?") for form in phrases["about"])
    assert "{said}" in phrases["loop"]
    assert "{time}" in phrases["at"]
    assert language(code).leaning


def test_each_file_is_of_a_language_that_is_tested():
    folder = resources.files("vidwiz_extractive") / "data"
    assert {path.name.removesuffix(".toml") for path in folder.iterdir()} == set(CODES)
