"""What the names of files and folders say: whose they are, in which language, made by whom."""

import random
import string
from pathlib import PurePath

import pytest

from vidwiz.plugin_api import PluginError, VideoMetadata, VideoRef
from vidwiz_local.library.names import inside_folder, of_video

ID = "-Lb_field01"
OTHER = "abcdefghij1"
REF = VideoRef("youtube", ID, "")


def srt(text):
    return f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n"


def taken(library, *languages, ref=REF):
    """Return the language and the words of the transcript."""
    transcript = library.fetch_transcript(ref, languages)
    return transcript.language, transcript.segments[0].text


def refusal(library, ref=REF):
    with pytest.raises(PluginError) as caught:
        library.fetch_transcript(ref, ())
    return caught.value


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        ("wav", None),
        ("mp4", None),
        ("f137.webm", None),
        ("en", "en"),
        ("EN", "en"),
        ("eng", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("iw", "he"),
        ("pt_br", "pt-BR"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("sr-Latn", "sr-Latn"),
        ("es-419", "es-419"),
        ("en-eEY6OEpapPo", "en"),
        ("en-j3PyPqV-e1s", "en"),
        ("en-US-eEY6OEpapPo", "en-US"),
        ("pt-orig", "pt"),
        ("zh-Hans-orig", "zh-Hans"),
        ("de-en", "de"),
        ("de-en-US", "de"),
        ("de-pt-BR", "de"),
        ("en-es-419", "en"),
        ("zh-Hans-en-US", "zh-Hans"),
        ("pt-BR-en", "pt-BR"),
        ("en-en-uYU-mmqFLq8", "en"),
        ("de-en-US-j3PyPqV-e1s", "de"),
        ("en.sdh", "en"),
        ("en.cc", "en"),
        ("en.hi", "en"),
        ("hi", "hi"),
        ("hi.hi", "hi"),
        ("en.forced", "en"),
        ("a.en", "en"),
        ("en.auto", "en"),
        ("en-auto", "en"),
        ("wav.en", "en"),
        ("en.vtt", "en"),
        ("subgen.medium.en", "en"),
        ("subgen.large-v3.eng", "en"),
        ("subgen.medium", None),
        ("whisper.some-model.de", "de"),
        ("English", "en"),
        ("Deutsch", "de"),
        ("und", None),
        ("default.en", "en"),
    ],
)
@pytest.mark.parametrize("name", ["{}.{}.srt", "v1.0 T [{}].{}.srt", "T-{}.{}.srt"])
def test_the_words_before_the_extension_are_understood(library, put, name, tags, language):
    put(name.format(ID, tags), srt("words"))
    assert taken(library) == (language, "words")


@pytest.mark.parametrize(
    "name",
    [
        "{}.live_chat.json3",
        "{}.live_chat.en.json3",
        "{}.rechat.json3",
        "{}.comments.txt",
        "._{}.en.srt",
        "{}.en.srt.bak",
        "{}.description",
    ],
)
def test_what_is_no_captions_is_not_spoken_of(library, put, name):
    put(name.format(ID), srt("words"))
    assert refusal(library).message == "The library folder has no captions for this video."


@pytest.mark.parametrize(
    "name",
    ["{}.en.idx", "{}.en.sup", "{}.foo.srt", "{}.no-such-thing.vtt", "{}.f\u00fcr Max.srt"],
)
def test_captions_that_are_not_understood_are_named(library, put, name):
    name = f"T [{name.format(ID)}".replace(ID, f"{ID}]")
    put(name, srt("words"))
    failure = refusal(library)
    assert failure.code == "not_in_library"
    assert failure.message == (
        "The library folder has no captions for this video that can be read;"
        f" {name} was not understood."
    )


def test_many_files_that_are_not_understood_are_counted(library, put):
    for number in range(5):
        put(f"{ID}.foo{number}.srt")
    put(f"{ID}.en.vtt.part")
    message = refusal(library).message
    assert f"{ID}.en.vtt.part is not complete, {ID}.foo0.srt was not understood" in message
    assert message.endswith(", and 3 more.")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Kettle on-{}.en.srt", "Kettle on"),
        ("Kettle on - {}.en.srt", "Kettle on"),
        ("Kettle_on-[{}].en.srt", "Kettle_on"),
        ("Kettle on ({}).en.srt", "Kettle on"),
        ("[{}] Kettle on.en.srt", "Kettle on"),
        ("20240101 [{}] Kettle v1.0 on.en.srt", "Kettle v1.0 on"),
        ("{} - Kettle on.en.srt", "Kettle on"),
        ("{} Kettle on.srt", "Kettle on"),
        ("Kettle [youtube\uff1a{}].en.srt", "Kettle"),
        (f"Answer to [{OTHER}] [{{}}].en.srt", f"Answer to [{OTHER}]"),
        ("Old film [Documentary]-{}.en.srt", "Old film [Documentary]"),
        ("Zelda [WALKTHROUGH] ({}).en.srt", "Zelda [WALKTHROUGH]"),
        ("{} - Old film [Documentary].en.srt", "Old film [Documentary]"),
        ("{} - Old film [Full-Length].en.srt", "Old film [Full-Length]"),
        ("{} - a-cup-of-good-tea.en.srt", "a-cup-of-good-tea"),
        ("Kettle [{}] [1080p].en.srt", "Kettle"),
        ("Kettle [{}] WEBDL-1080p.en.srt", "Kettle"),
        ("Kettle [{}] (1).en.srt", "Kettle"),
        ("Kettle [{}] - Channel.en.srt", "Kettle"),
        ("Kettle [{}] again v1.0.en.srt", "Kettle"),
        ("Kettle [youtube-{}].en.srt", "Kettle"),
        ("Kettle [YouTube {}].en.srt", "Kettle"),
        ("Kettle_{}.en.srt", "Kettle"),
        ("Kettle on {}.en.srt", "Kettle on"),
        ("Kettle_2024 {}.en.srt", "Kettle_2024"),
        ("Kettle \u2013 {}.en.srt", "Kettle"),
        ("{} It.srt", "It"),
        ("{} - it is so.srt", "it is so"),
        ("{}/a-cup-of-good-tea.en.srt", None),
        ("{}/Old film [Documentary].en.srt", None),
        ("{}/Transcript1.en.srt", None),
        ("{}/subtitles_1.srt", None),
        ("{}/captions-en.srt", None),
        ("{}/English_SDH.srt", None),
        ("{}/Kettle_2024.srt", None),
        ("{}/captions.en.srt", None),
        ("{}/en.srt", None),
        ("Kettle on [{}]/transcript.en.srt", "Kettle on"),
        ("Channel/2024 - Kettle on - {}/Something else.en.srt", "2024 - Kettle on"),
        ("Kettle on [{}]/subs/What is it.srt", "Kettle on"),
        ("Kettle on [{}].en.srt.gz/../Kettle on [{}].en.srt", "Kettle on"),
    ],
)
def test_a_video_is_known_by_its_id_wherever_it_stands(library, put, name, title):
    put(name.format(ID, ID).replace(f"Kettle on [{ID}].en.srt.gz/../", ""), srt("words"))
    assert taken(library)[1] == "words"
    if title is None:
        with pytest.raises(PluginError, match="not_in_library"):
            library.fetch_metadata(REF)
    else:
        assert library.fetch_metadata(REF) == VideoMetadata(id=ID, title=title)


@pytest.mark.parametrize(
    "name",
    [
        f"Answer to [{ID}] [{OTHER}].en.srt",
        f"Answer to {ID} [{OTHER}].en.srt",
        f"Answer to {ID}-{OTHER}.en.srt",
        f"{ID} explained-{OTHER}.en.srt",
        f"{ID} - explained [{OTHER}].en.srt",
        f"[{ID}] explained [{OTHER}].en.srt",
        f"T [{ID}].part 2 [{OTHER}].en.srt",
        f"T [{ID}] again [{OTHER}].en.srt",
        f"T [{ID}] again-{OTHER}.en.srt",
        f"[{OTHER}] T [{ID}] again.en.srt",
        f"Answer to {OTHER} {ID}.en.srt",
        f"{OTHER}_T_{ID}.en.srt",
        f"{OTHER} T {ID}.en.srt",
        f"T_{OTHER}_{ID}.en.srt",
        f"T x{ID}.en.srt",
        f"Answer to {ID}/en.srt",
        f"T [{ID.swapcase()}].en.srt",
        f"T [{ID}x].en.srt",
        f"T [x{ID}].en.srt",
        f"{ID}x.en.srt",
        f"x{ID}.en.srt",
        f"T-x{ID}.en.srt",
        f"{ID}/{OTHER}.en.srt",
        f"{ID}/T [{OTHER}].en.srt",
        f"{ID}/T-{OTHER}.en.srt",
        f"[{OTHER}] answered-{ID}.en.srt",
        f"{ID} - explained [youtube-{OTHER}].en.srt",
        f"Answer to [{ID}] [{OTHER}]/en.srt",
        f"x{ID}/en.srt",
    ],
)
def test_files_of_another_video_are_never_taken(library, put, name):
    put(name)
    failure = refusal(library)
    assert failure.message == "The library folder has no captions for this video."
    with pytest.raises(PluginError, match="not_in_library"):
        library.fetch_metadata(REF)


@pytest.mark.parametrize("site_id", ["123456", "en", "a", "20240101"])
def test_ids_of_other_sites_are_not_found_in_titles(library, put, site_id):
    for name in (f"{site_id} - Title.srt", f"Title-{site_id}.srt", f"Title {site_id}.srt"):
        put(name)
    put("en/captions.srt")
    assert refusal(library, VideoRef("vimeo", site_id, "")).code == "not_in_library"


def test_an_id_in_the_info_json_beside_it_is_enough(library, put):
    put("a/Kettle on.info.json", f'{{"id": "{ID}", "title": "Kettle"}}')
    put("a/Kettle on.en.srt", srt("words"))
    put("a/Kettle on.de.vtt", "WEBVTT\n\n" + srt("Wörter"))
    put("a/Kettle on again.en.srt", srt("another's"))
    put("b/Kettle on.fr.srt", srt("another's"))
    assert taken(library) == ("en", "words")
    assert taken(library, "de") == ("de", "Wörter")
    assert taken(library, "fr") == ("en", "words")
    assert library.fetch_metadata(REF).title == "Kettle"


def test_the_longest_name_of_an_info_json_decides(library, put):
    put("Kettle.info.json", f'{{"id": "{ID}"}}')
    put("Kettle.2.info.json", f'{{"id": "{OTHER}"}}')
    put("Kettle.2.en.srt")
    assert refusal(library).code == "not_in_library"
    assert taken(library, ref=VideoRef("youtube", OTHER, ""))[1] == "Kettle.2.en.srt"


def test_the_id_of_a_part_of_an_info_json_is_not_the_videos(library, put):
    put("Kettle.info.json", f'{{"id": "{OTHER}", "related": [{{"id": "{ID}"}}]}}')
    put("Kettle.en.srt")
    assert refusal(library).code == "not_in_library"
    put("Pot.info.json", f'{{"title": "Pot", "related": [{{"id": "{ID}"}}], "id": "{OTHER}"}}')
    put("Pot.en.srt")
    assert refusal(library).code == "not_in_library"
    with pytest.raises(PluginError):
        library.fetch_metadata(REF)


def test_an_info_json_in_the_videos_folder_may_be_another_videos(library, put):
    put(f"{ID}/one.info.json", f'{{"id": "{OTHER}"}}')
    put(f"{ID}/one.en.srt", srt("another's"))
    put(f"{ID}/two.de.srt", srt("own"))
    assert taken(library, "en") == ("de", "own")


@pytest.mark.parametrize(
    ("names", "asked", "chosen"),
    [
        ("zh-Hans zh-Hant", "zh-Hant-TW", "zh-Hant"),
        ("zh-Hans zh-Hant", "zh-TW", "zh-Hant"),
        ("zh-Hans zh-Hant", "zh", "zh-Hans"),
        ("zh-Hans zh-Hant", "zh-CN", "zh-Hans"),
        ("zh-Hans zh-HK", "zh-TW", "zh-HK"),
        ("zh-Hans zh-Hant-orig", "zh-TW", "zh-Hant"),
        ("zh-Hans de", "zh-TW", "zh-Hans"),
        ("en-US en-GB", "en-AU", "en-GB"),
        ("es es-419", "es-MX", "es-419"),
        ("da nb", "no", "nb"),
        ("eng de", "en", "en"),
        ("de eng", "en-GB", "en"),
        ("sr-Latn sr", "sr", "sr"),
        ("en.forced de", "en", "de"),
        ("en.forced en.sdh", "en", "en"),
        ("en.auto en-GB", "en", "en-GB"),
    ],
)
def test_the_nearest_language_is_taken(library, put, names, asked, chosen):
    for tag in names.split():
        put(f"{ID}.{tag}.srt", srt(tag))
    assert taken(library, asked)[0] == chosen


def test_forced_captions_are_the_last(library, put):
    put(f"{ID}.en.forced.srt")
    assert taken(library)[1] == f"{ID}.en.forced.srt"
    put(f"{ID}.en.sdh.srt")
    assert taken(library)[1] == f"{ID}.en.sdh.srt"


def test_the_plain_track_comes_before_named_ones(library, put):
    put(f"{ID}.en-AAAAAAAAAAA.srt", srt("commentary"))
    put(f"{ID}.en.srt", srt("plain"))
    assert taken(library) == ("en", "plain")


@pytest.mark.parametrize(
    "name",
    [
        "{}/captions-en.srt",
        "{}/English_SDH.srt",
        "{}/2_English.srt",
        "{} en.srt",
        "{} (English).srt",
        "{} - English.srt",
        "{}_en.srt",
        "{}-en.srt",
        "Kettle [{}] en.srt",
        "Kettle [{}]_en.srt",
        "Kettle [{}] (English, SDH).srt",
    ],
)
def test_the_language_in_a_name_without_dots_is_read(library, put, name):
    put(name.format(ID), srt("words"))
    assert taken(library) == ("en", "words")
    if "Kettle" in name:
        assert library.fetch_metadata(REF).title == "Kettle"
    else:
        with pytest.raises(PluginError, match="not_in_library"):
            library.fetch_metadata(REF)


@pytest.mark.parametrize("name", ["Answer to {}", "A kettle [{}] (1)", "Answer_{}"])
def test_a_name_with_the_id_in_its_usual_place_comes_first(library, put, name):
    put(f"{name.format(ID)}.en.srt", srt("another's"))
    put(f"sub/Kettle [{ID}].en-auto.srt", srt("own"))
    assert taken(library, "en") == ("en", "own")
    assert library.fetch_metadata(REF).title == "Kettle"


@pytest.mark.parametrize(
    "name",
    [
        f"{ID}/{{}}.en.srt",
        f"{ID} - T [{{}}].en.srt",
        f"[{ID}] T-{{}}.en.srt",
        f"T [{ID}] again [{{}}].en.srt",
        f"{{}} T_{ID}.en.srt",
    ],
)
def test_hardly_any_id_made_by_chance_is_taken_for_words(name):
    chance = random.Random(7)
    letters = string.ascii_letters + string.digits + "-_"
    made = ["".join(chance.choices(letters, k=11)) for _ in range(2000)]
    wrong = [
        each
        for each in made
        if of_video(PurePath(name.format(each)).name, REF)
        or ("/" in name and inside_folder(f"{each}.en.srt"))
    ]
    assert len(wrong) <= 6


def test_compressed_captions_are_read(library, folder):
    import gzip

    folder.mkdir()
    folder.joinpath(f"{ID}.en.srt.gz").write_bytes(gzip.compress(srt("words").encode()))
    assert taken(library) == ("en", "words")
    folder.joinpath(f"{ID}.en.srt.gz").write_bytes(gzip.compress(srt("words").encode())[:-9])
    assert refusal(library).code == "parse_error"


@pytest.mark.parametrize(
    "name", ["A\nname [{}].en.srt", "\x1b[31m [{}].en.srt", "\u202ex-{}.en.srt"]
)
def test_names_are_shown_clean(library, put, name):
    put(name.format(ID), "")
    assert refusal(library).message.isprintable()
    assert (library.fetch_metadata(REF).title or "").isprintable()
