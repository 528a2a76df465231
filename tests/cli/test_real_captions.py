"""Seventeen real videos through `vidwiz ingest`, where the captions are at hand."""

import re

import pytest

from tests.cli.conftest import document
from tests.support import CAPTIONS

SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*$")


@pytest.mark.skipif(not CAPTIONS.is_dir(), reason="the captions are not here")
@pytest.mark.timeout(300)
def test_all_of_them_become_ready_without_a_server(installation):
    ids = sorted(path.name.partition(".")[0] for path in CAPTIONS.glob("*.info.json"))
    for video_id in ids:
        installation.add_captions(CAPTIONS, video_id)
    result = installation.run(
        "ingest", "--note", "0:30", *ids, "--json", "--note", "2:00", timeout=280
    )
    assert result.returncode == 0, result.stderr
    shown = document(result)
    assert [video["video_id"] for video in shown["videos"]] == ids
    for video in shown["videos"]:
        check(video)
    # Where nothing is said near a mark, or the video has ended, the note stays the user's.
    notes = [note for video in shown["videos"] for note in video["notes"]]
    left = [note for note in notes if note["text"] is None]
    assert {note["ai"]["code"] for note in left} <= {"nothing_said", "after_the_end"}
    assert len(left) < len(notes) / 4


def check(video):
    stages = {name: stage["state"] for name, stage in video["stages"].items()}
    assert set(stages.values()) == {"ready"}, video["video_id"]
    assert 200 <= len(video["summary"]) <= 800
    assert SENTENCE_END.search(video["summary"]), video["summary"]
    assert len({question.casefold() for question in video["suggested_questions"]}) == 3
    assert [note["timestamp"] for note in video["notes"]] == ["0:30", "2:00"]
    for note in video["notes"]:
        if note["text"] is None:
            continue
        assert note["generated_by_ai"]
        assert 40 <= len(note["text"]) <= 120, note["text"]
