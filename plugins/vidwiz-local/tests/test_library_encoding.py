"""Files in old encodings are read in the language that the library knows them to be in."""

import json

import pytest

from vidwiz.plugin_api import VideoRef

VIDEO = "dQw4w9WgXcQ"


def srt(*texts):
    return "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{text}\n\n" for n, text in enumerate(texts, 1)
    )


FIELD = srt("чайник тоже кипит на плите", "чай заваривают четыре минуты")


@pytest.mark.parametrize("named", ["en", "ru", "orig"])
def test_russian_from_windows_in_the_library_is_russian(put, library, folder, named):
    put(f"{VIDEO}.info.json", json.dumps({"title": "Чайник", "language": "ru"}))
    tag = "" if named == "orig" else f".{named}"
    (folder / f"{VIDEO}{tag}.srt").write_bytes(FIELD.encode("cp1251"))
    found = library.fetch_transcript(VideoRef("youtube", VIDEO, ""), ())
    assert found.segments[0].text == "чайник тоже кипит на плите"


def test_the_next_file_is_read_when_an_encoding_is_not_known(put, library, folder):
    put(f"{VIDEO}.en.srt", srt("Good."))
    (folder / f"{VIDEO}.en.vtt").write_bytes(b"WEBVTT\n\n" + srt("Да").encode("cp1251"))
    found = library.fetch_transcript(VideoRef("youtube", VIDEO, ""), ("en",))
    assert [segment.text for segment in found.segments] == ["Good."]
