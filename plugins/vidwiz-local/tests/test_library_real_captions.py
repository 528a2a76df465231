"""The library on real captions, where a folder of them lies beside the repository."""

import json
import re
from pathlib import Path

import pytest

from vidwiz.plugin_api import VideoRef
from vidwiz_captions import parse
from vidwiz_local.library import LibraryFetcher, LibrarySettings

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "captions"
INFOS = sorted(FOLDER.glob("*.info.json"))
CAPTIONS = sorted(FOLDER.glob("*.srt"))

pytestmark = pytest.mark.skipif(not INFOS, reason="needs the folder of real captions")

REFERENCE = re.compile(r"^\d+\n([\d:,]+) --> ([\d:,]+)\n((?:.*\S.*\n?)*)", re.MULTILINE)


def words_of(path):
    """The words of the cues by a reader that knows nothing but tidy files.

    Some translators repeat a sentence over two cues that touch; it is said once.
    """
    said, before, until = [], "", 0.0
    for start, end, text in REFERENCE.findall(path.read_text("utf-8-sig")):
        words = " ".join(text.split())
        if words != before or seconds(start) > until + 0.1:
            said.append(words)
        before, until = words, seconds(end)
    return " ".join(said)


def seconds(time):
    hours, minutes, rest = time.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def video_id(path):
    return path.name.removesuffix(".info.json")


@pytest.fixture
def library():
    return LibraryFetcher(LibrarySettings(FOLDER))


@pytest.mark.parametrize("path", INFOS, ids=video_id)
def test_metadata_is_that_of_the_info_json(library, path):
    info = json.loads(path.read_text("utf-8"))
    metadata = library.fetch_metadata(VideoRef("youtube", video_id(path), info["webpage_url"]))
    assert metadata.title == " ".join(info["title"].split())
    assert metadata.duration == info["duration"]
    assert len(metadata.chapters or ()) == len(info["chapters"] or ())


@pytest.mark.parametrize("path", INFOS, ids=video_id)
def test_the_transcript_is_every_word_of_the_spoken_language(library, path):
    transcript = library.fetch_transcript(VideoRef("youtube", video_id(path), ""), ())
    assert transcript.language == json.loads(path.read_text("utf-8"))["language"]
    spoken = FOLDER / f"{video_id(path)}.{transcript.language}.srt"
    assert " ".join(segment.text for segment in transcript.segments) == words_of(spoken)


@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.name)
def test_every_caption_file_is_read_whole(path):
    segments = parse(path.read_bytes(), "srt", name=path.name)
    bidi = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff"))
    expected = words_of(path).translate(bidi).split()
    assert " ".join(segment.text for segment in segments).split() == expected
