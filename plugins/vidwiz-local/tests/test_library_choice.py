"""Which of a video's captions the library takes."""

import pytest

from vidwiz.plugin_api import Handling, PluginError, VideoRef

ID = "-Ab_9-xYz_0"


def ref(video_id=ID, site="youtube"):
    return VideoRef(site, video_id, f"https://example.org/{video_id}")


def srt(text):
    return f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n"


def captions_of(library, *languages, video=None):
    """Return the name of the file that was taken."""
    (segment,) = library.fetch_transcript(video or ref(), languages).segments
    return segment.text


@pytest.mark.parametrize(
    ("tags", "asked", "taken"),
    [
        ("de en fr", ["fr", "de"], "fr"),
        ("de en fr", ["ja", "de"], "de"),
        ("de-AT en", ["de"], "de-AT"),
        ("de en", ["de-AT"], "de"),
        ("de-AT de", ["de"], "de"),
        ("pt-BR pt-PT pt", ["pt-PT"], "pt-PT"),
        ("zh-Hans zh-Hant", ["zh-Hant-TW"], "zh-Hant"),
        ("iw en", ["he"], "iw"),
        ("en_US de", ["EN-us"], "en_US"),
        ("en-orig en-GB", ["en"], "en-GB"),
        ("en-orig de", ["en"], "en-orig"),
        ("de en-orig", [], "en-orig"),
        ("en ja-orig", ["ko"], "ja-orig"),
        ("en ja-orig ja", ["ko"], "ja"),
        ("fr de en", [], "en"),
        ("de-en-GB en-GB", ["de"], "de-en-GB"),
        ("de-en-GB en-GB", [], "en-GB"),
        ("de-en-GB de", ["de"], "de"),
        ("en-de-DE de", [], "de"),
        ("fr de", [], "de"),
        ("fr de", [""], "de"),
    ],
)
def test_the_language_without_an_info_json(library, put, tags, asked, taken):
    for tag in tags.split():
        put(f"{ID}.{tag}.srt")
    assert captions_of(library, *asked) == f"{ID}.{taken}.srt"


@pytest.mark.parametrize(
    ("names", "asked", "taken"),
    [
        ("en de fr", [], "de"),
        ("en de fr", ["ko"], "de"),
        ("en de fr", ["fr"], "fr"),
        ("en de-AT", [], "de-AT"),
        ("en de-orig", [], "de-orig"),
        ("en fr", [], "en"),
    ],
)
def test_the_spoken_language_comes_before_all_that_were_not_asked_for(
    library, put, names, asked, taken
):
    put(f"{ID}.info.json", '{"language": "de"}')
    for tag in names.split():
        put(f"{ID}.{tag}.srt")
    assert captions_of(library, *asked) == f"{ID}.{taken}.srt"


def test_captions_without_a_language_come_before_a_translation_not_asked_for(library, put):
    put(f"{ID}.info.json", '{"language": "de"}')
    put(f"{ID}.en.srt")
    put(f"{ID}.srt")
    assert captions_of(library) == f"{ID}.srt"
    assert captions_of(library, "en") == f"{ID}.en.srt"


def test_the_best_format_is_taken(library, put):
    put(f"{ID}.en.srt")
    put(f"{ID}.en.vtt", "WEBVTT\n\n" + srt("vtt"))
    assert captions_of(library) == "vtt"
    put(f"{ID}.en.json3", '{"events": [{"segs": [{"utf8": "json3"}]}]}')
    assert captions_of(library) == "json3"


def test_the_copy_nearest_to_the_top_is_taken(library, put):
    put(f"a/{ID}.en.srt")
    put(f"{ID}.en.srt")
    assert captions_of(library) == f"{ID}.en.srt"


def test_a_broken_file_gives_way_to_another_of_its_language(library, put):
    put(f"{ID}.de.json3", "<html>")
    put(f"{ID}.de.vtt", "")
    put(f"{ID}.de.srt")
    assert captions_of(library, "de") == f"{ID}.de.srt"


def test_a_broken_file_gives_way_to_the_spoken_language_but_to_no_other(library, put):
    put(f"{ID}.de.srt", "nothing")
    put(f"{ID}.en.srt")
    with pytest.raises(PluginError) as caught:
        library.fetch_transcript(ref(), ("de",))
    assert caught.value.code == "parse_error"
    assert caught.value.handling is Handling.SWITCH
    assert caught.value.message.startswith(f"{ID}.de.srt is not a caption file: ")
    put(f"{ID}.info.json", '{"language": "en"}')
    assert captions_of(library, "de") == f"{ID}.en.srt"
