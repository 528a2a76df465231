"""Captions in old encodings are read as they were meant, or refused by name; never as mojibake."""

import importlib.util
from pathlib import Path

import pytest

from vidwiz.plugin_api import PluginError
from vidwiz_captions import parse

TEXTS = {
    "ru": (
        "Чайник номер один стоит на плите. Вода закипает за три минуты, и мы пьём чай.",
        ["cp1251", "koi8_r", "cp866", "iso8859_5"],
    ),
    "uk": ("Чайник стоїть на столі, вода закипає за три хвилини, і ми п'ємо чай.", ["cp1251"]),
    "el": ("Ο βραστήρας είναι στο τραπέζι και το νερό βράζει σε τρία λεπτά.", ["cp1253"]),
    "he": ("הקומקום עומד על השולחן והמים רותחים תוך שלוש דקות.", ["cp1255"]),
    "ar": ("المد والجزر هو ارتفاع البحر وانخفاضه ببطء على سواحل العالم كله", ["cp1256"]),
    "ja": (
        "やかんはテーブルの上にあります。お湯は三分で沸きます。お茶を飲みましょう。",
        ["cp932", "euc_jp"],
    ),
    "ko": ("주전자는 탁자 위에 있습니다. 물은 삼 분 안에 끓습니다. 차를 마십시다.", ["cp949"]),
    "zh": ("水壶在桌子上，水三分钟就开了。我们来喝茶吧，今天的天气很好。", ["gb18030"]),
    "th": ("กาน้ำวางอยู่บนโต๊ะ น้ำเดือดในสามนาที แล้วเราก็ดื่มชา", ["cp874"]),
    "fr": ("Les marées sont la montée de la mer. C'est très près d'ici, là-bas.", ["cp1252"]),
    "de": ("Größe zählt nicht: über die Brücke gehen wir später, natürlich.", ["cp1252"]),
    "pl": ("Wszystkie dzieci są już w łóżkach, a my pijemy herbatę z cytryną.", ["cp1250"]),
    "tr": ("Su ısıtıcısı masanın üstünde duruyor ve çay üç dakikada hazır oluyor.", ["cp1254"]),
    "cs": ("Varná konvice stojí na stole a voda se vaří za tři minuty, řekneme.", ["cp1250"]),
}
KNOWN_BY_THEMSELVES = {"ru", "uk", "el", "he", "ar", "ja", "ko", "th", "fr", "de"}


def srt(*texts):
    return "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{text}\n\n" for n, text in enumerate(texts, 1)
    )


def read(data, language=None):
    return [segment.text for segment in parse(data, "srt", name="x.srt", language=language)]


def cases(languages):
    return [(language, name) for language in languages for name in TEXTS[language][1]]


@pytest.mark.parametrize(("language", "encoding"), cases(TEXTS))
@pytest.mark.parametrize("tag", ["{}", "{}-XX", "{}_xx"])
def test_a_line_is_read_where_the_language_is_known(language, encoding, tag):
    text = TEXTS[language][0]
    assert read(srt(text, "OK").encode(encoding), tag.format(language)) == [text, "OK"]


@pytest.mark.parametrize(("language", "encoding"), cases(sorted(KNOWN_BY_THEMSELVES)))
@pytest.mark.parametrize("hint", [None, "en", "", "tlh"])
def test_some_lines_are_read_without_the_language_or_with_a_wrong_one(language, encoding, hint):
    text = TEXTS[language][0]
    assert read(srt(text, text + "!").encode(encoding), hint) == [text, text + "!"]


@pytest.mark.parametrize(
    "text",
    ["café", "It’s fine", "“Hello,” he said…", "£5", "100 €", "25 °C", "Señor", "naïve — no"],
)
def test_english_with_a_few_other_characters_is_read(text):
    assert read(srt("We begin.", text, "We end.").encode("cp1252"))[1] == text


def test_a_few_odd_characters_far_into_the_file_are_found():
    lines = [
        f"{n}\n00:{n // 60:02}:{n % 60:02},000 --> 00:59:00,000\nWords.\n" for n in range(3000)
    ]
    data = "\n".join([*lines, srt("déjà vu").strip()]).encode("cp1252")
    assert "déjà vu" in read(data)


@pytest.mark.parametrize(
    "data",
    [
        srt("Чайник").encode("cp1251"),
        srt("הקומקום עומד").encode("cp1255"),
        srt("x").encode() + bytes(range(0x80, 0x100)) * 3,
    ],
    ids=["one Russian word", "two Hebrew words", "every byte"],
)
def test_what_nobody_can_tell_is_refused_by_name(data):
    with pytest.raises(PluginError) as caught:
        read(data)
    assert caught.value.code == "parse_error"
    assert caught.value.message == "x.srt is in an encoding that is not known; save it as UTF-8."


def test_an_encoding_that_only_a_part_of_the_file_is_in_is_not_taken():
    # The sample says Japanese, the end is none: nothing is replaced without a word.
    data = srt(*[TEXTS["ja"][0]] * 9).encode("cp932") * 100 + b"\x81\n\x81\n"
    with pytest.raises(PluginError, match="encoding that is not known"):
        read(data)


def sentences():
    path = Path(__file__).with_name("old_encodings.py")
    spec = importlib.util.spec_from_file_location("old_encodings", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SENTENCES


SENTENCES = sentences()
ENCODINGS = [(tag, encoding) for tag, (known, _) in SENTENCES.items() for encoding in known]


def outcome(texts, encoding, hint):
    """Return whether a file is read right, wrong or not at all."""
    try:
        found = read(srt(*texts[:9]).encode(encoding), hint)
    except PluginError as refusal:
        return "refused" if "encoding that is not known" in refusal.message else str(refusal)
    return "right" if found == texts[:9] else f"wrong: {found}"


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
@pytest.mark.parametrize("part", [slice(3), slice(3, 6), slice(6)])
def test_three_lines_are_read_whatever_is_said_of_their_language(language, encoding, part):
    texts = SENTENCES[language][1][part]
    hints = (language, f"{language}-XX", None, "en", "")
    assert [outcome(texts, encoding, hint) for hint in hints] == ["right"] * len(hints)


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_a_few_words_are_read_or_refused_and_never_read_wrongly(language, encoding):
    read_with_hint = []
    for line in SENTENCES[language][1]:
        words = line.split() if " " in line else [line[at : at + 3] for at in range(0, 99, 3)]
        joint = " " if " " in line else ""
        for at in range(max(1, len(line.split()) - 4)):
            few = joint.join(words[at : at + 5]).strip()
            assert outcome([few], encoding, None) in {"right", "refused"}
            read_with_hint.append(outcome([few], encoding, language))
    assert set(read_with_hint) <= {"right", "refused"}
    assert read_with_hint.count("right") >= 0.8 * len(read_with_hint)


def test_a_wrong_hint_does_not_turn_one_language_into_another():
    for language, encoding in ENCODINGS:
        texts = SENTENCES[language][1]
        found = {outcome(texts, encoding, hint) for hint in ("pl", "tr", "ru", "ja", "fr", "he")}
        assert found <= {"right", "refused"}


# One short text each, of those that the lists of words were not made with.
SPOKEN = [
    ("tr", "cp1254", "Merhaba, nasılsın? Şimdi değil, yarın konuşuruz."),
    ("ro", "iso8859_2", "Bună ziua, ce faceţi? Mulţumesc, sunt bine."),
    ("hu", "cp1250", "Köszönöm, jól. Hazafelé, már késő van."),
    ("pl", "iso8859_2", "Nie teraz, porozmawiamy jutro. Zgaś światło, proszę."),
    ("cs", "cp1250", "Teď ne, promluvíme si zítra. Zhasni světlo, prosím."),
    ("ru", "koi8_r", "ВНИМАНИЕ! ПОГАСИ СВЕТ"),
    ("ar", "cp1256", "أطفئ الضوء من فضلك."),
    ("en", "cp1252", "El Niño is coming, Zoë."),
    ("lt", "cp1257", "Išjunk šviesą, prašau. Grįžtu namo, jau vėlu."),
    ("ja", "euc_jp", "ありがとう、元気です。"),
    ("th", "cp874", "ช่วยปิดไฟหน่อย"),
]


@pytest.mark.parametrize(("language", "encoding", "text"), SPOKEN)
@pytest.mark.parametrize("form", ["{}", "<i>{}</i>", "- {}"])
def test_what_people_say_is_read_where_the_language_is_known(language, encoding, text, form):
    data = srt(form.format(text)).encode(encoding)
    assert read(data, language) == [text if form.startswith("<") else form.format(text)]


@pytest.mark.parametrize("encoding", ["cp437", "cp850", "cp852", "mac_roman", "cp037"])
def test_encodings_that_are_not_tried_are_refused(encoding):
    texts = ["Die schönen Grüße kämen später an, müßten wir für möglich halten.", "Ölgötze"]
    assert outcome(texts, encoding, "de") == "refused"


@pytest.mark.parametrize("texts", [["We met at the café"], ["Ich höre die Vögel"]])
@pytest.mark.parametrize("encoding", ["cp437", "cp850"])
def test_letters_of_dos_are_not_taken_for_low_quotation_marks(texts, encoding):
    assert outcome(texts, encoding, None) == "refused"


@pytest.mark.parametrize(
    "texts",
    [["Чайник стоит на плите", "мы пьём чай"], ["Die schönen Grüße kämen"], ["こんにちは世界"]],
)
@pytest.mark.parametrize("twice", ["cp1252", "latin-1"])
def test_what_was_encoded_twice_is_read_as_it_was_meant(texts, twice):
    encoded = srt(*texts).encode()
    table = {b: bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(256)}
    wrong = "".join(chr(b) if twice == "latin-1" else table[b] for b in encoded)
    assert read(wrong.encode(), None) == texts


@pytest.mark.parametrize("text", ["Ça va très bien à l’école", "naïve café Ærøskøbing", "50 °C ±2"])
def test_western_text_was_not_encoded_twice(text):
    assert read(srt(text).encode(), None) == [text]


@pytest.mark.parametrize(("language", "encoding"), [("zh", "gb18030"), ("ja", "cp932")])
@pytest.mark.parametrize("hint", [None, "zh", "ja"])
def test_a_long_file_with_the_line_ends_of_old_macs_is_read(language, encoding, hint):
    texts = SENTENCES[language][1] * 500
    lines = [f"00:00:01,000 --> 00:00:01,900\r{text}\r\r" for text in texts]
    for shift in ("", " "):
        data = (shift + "".join(lines)).encode(encoding)
        assert set(texts) == set(read(data, hint))


@pytest.mark.parametrize(
    ("language", "encoding"), [("ja", "iso2022_jp"), ("ko", "iso2022_kr"), ("ja", "iso2022_jp_1")]
)
def test_escapes_in_ascii_are_read(language, encoding):
    texts = SENTENCES[language][1]
    assert read(srt(*texts).encode(encoding)) == texts


@pytest.mark.parametrize("language", sorted(SENTENCES))
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8", "utf-8-sig"])
def test_unicode_is_read_with_and_without_its_mark(language, encoding):
    texts = SENTENCES[language][1]
    assert read(srt(*texts).encode(encoding)) == texts
