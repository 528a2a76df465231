"""A file that is still being written is not read half, but once it is complete."""

import os
import subprocess
import sys
import time

import pytest

from vidwiz.plugin_api import Handling, PluginError, VideoRef
from vidwiz_local.library import reading as library_reading

ID = "-Ab_9-xYz_0"
REF = VideoRef("youtube", ID, "")
CUES = 20

WRITER = """
import sys
with open(sys.argv[1], "w", buffering=1) as stream:
    for number in range(int(sys.argv[2])):
        times = f"00:00:{number:02},000 --> 00:00:{number:02},900"
        stream.write(f"{number}\\n{times}\\nword{number}\\n\\n")
        print(flush=True)
        input()
"""
needs_leases = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells who writes a file")


def srt(text):
    return f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n"


def words(library, *languages):
    found = library.fetch_transcript(REF, languages)
    return [segment.text for segment in found.segments]


def refusal(fetch):
    with pytest.raises(PluginError) as caught:
        fetch()
    return caught.value


@needs_leases
def test_captions_count_once_their_writer_is_done(library, put):
    path = put(f"{ID}.en.srt", "")
    command = [sys.executable, "-c", WRITER, str(path), str(CUES)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        for _ in range(CUES):
            writer.stdout.readline()  # the next caption is written
            failure = refusal(lambda: words(library))
            assert (failure.code, failure.handling) == ("still_written", Handling.RETRY)
            assert failure.message == (
                f"{ID}.en.srt is still being written. It will be read when it is complete."
            )
            writer.stdin.write("\n")
            writer.stdin.flush()
        writer.communicate(timeout=10)
    assert words(library) == [f"word{number}" for number in range(CUES)]


@needs_leases
def test_metadata_waits_for_an_info_json_that_is_being_written(library, put):
    put(f"A title [{ID}].en.srt")
    path = put(f"A title [{ID}].info.json", "")
    with path.open("w") as stream:
        stream.write('{"title": "Good",')
        stream.flush()
        assert refusal(lambda: library.fetch_metadata(REF)).handling is Handling.RETRY
        stream.write('"duration": 5}')
    assert library.fetch_metadata(REF).title == "Good"


@needs_leases
def test_another_format_is_as_good_as_a_file_that_is_being_written(library, put):
    put(f"{ID}.en.srt", srt("srt"))
    put(f"{ID}.de.srt", srt("deutsch"))
    with put(f"{ID}.en.vtt", "").open("w"):
        assert words(library, "en", "de") == ["srt"]
    with (library.settings.folder / f"{ID}.en.srt").open("a"):
        (library.settings.folder / f"{ID}.en.vtt").unlink()
        assert refusal(lambda: words(library, "en", "de")).handling is Handling.RETRY


@needs_leases
def test_a_writer_that_has_slept_for_long_is_not_waited_for(library, put):
    path = put(f"{ID}.en.srt", srt("whole"))
    with path.open("a"):
        long_ago = time.time() - library_reading.RECENT - 1
        os.utime(path, (long_ago, long_ago))
        assert words(library) == ["whole"]


@pytest.mark.parametrize("told", [None, False])
def test_a_file_that_grows_while_it_is_read_is_refused(library, put, monkeypatch, told):
    path = put(f"{ID}.en.srt", srt("half"))

    def look(_descriptor):
        with path.open("a") as stream:
            stream.write(srt("more"))
        return told

    monkeypatch.setattr(library_reading, "_is_open_for_writing", look)
    monkeypatch.setattr(library_reading, "_PAUSE", 0.0)
    assert refusal(lambda: words(library)).handling is Handling.RETRY


def test_a_complete_file_is_read_where_the_system_tells_nothing(library, put, monkeypatch):
    put(f"{ID}.en.srt", srt("whole"))
    monkeypatch.setattr(library_reading, "_is_open_for_writing", lambda _descriptor: None)
    monkeypatch.setattr(library_reading, "_PAUSE", 0.0)
    assert words(library) == ["whole"]


@needs_leases
def test_looking_does_no_harm_to_those_who_write_next(library, put):
    path = put(f"{ID}.en.srt", srt("one"))
    for number in range(50):
        assert words(library)
        path.write_text(srt(str(number)))
    assert words(library) == ["49"]
