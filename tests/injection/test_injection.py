"""What strangers write into a video, and a model that obeys them, change nothing in the product.

Each file of this folder is a video and what a model answers that does as the video says. What is
kept of such an answer are plain words of a fitting length, or nothing.
"""

import dataclasses
import json
import tomllib
from pathlib import Path

import pytest

from tests.fixtures.databases import only_sqlite
from tests.support import (
    OTHER_VIDEO,
    VIDEO,
    captions,
    make_note,
    make_user,
    metadata,
    note,
    tasks,
    work_here,
)
from vidwiz.db.transactions import read_transaction
from vidwiz.models import TaskStatus
from vidwiz.plugin_api import Chapter, Purpose, Segment
from vidwiz.plugin_api.fakes import FakeLLM
from vidwiz.services import transcripts, users
from vidwiz.tasks.types import TaskType

CASES = {
    path.stem: tomllib.loads(path.read_text()) for path in Path(__file__).parent.glob("*.toml")
}
ALL = (
    TaskType.FETCH_METADATA,
    TaskType.FETCH_TRANSCRIPT,
    TaskType.GENERATE_SUMMARY,
    TaskType.GENERATE_NOTE,
)


# What is kept of an answer is decided before any database is asked.
pytestmark = only_sqlite


@pytest.fixture(params=sorted(CASES))
def case(request):
    return CASES[request.param]


@pytest.fixture
def video(case, metadata_fetcher, transcript_fetcher):
    """Have the fetchers serve the case's video, and a harmless one beside it."""
    given = case["video"]
    chapters = tuple(
        Chapter(title=given.get("chapter", "Yeast"), start_time=at, end_time=at + 100.0)
        for at in (0.0, 100.0, 200.0)
    )
    fields = {name: given[name] for name in ("title", "channel") if name in given}
    metadata_fetcher.videos[VIDEO] = metadata(chapters=chapters, **fields)
    harmless = captions()
    attack = Segment(given.get("caption", "Bread."), 60.0, 5.0)
    segments = tuple(attack if one.offset == 60.0 else one for one in harmless.segments)
    transcript_fetcher.transcripts[VIDEO] = dataclasses.replace(harmless, segments=segments)
    return given


@pytest.fixture
def llm(case):
    return obedient(case["obeys"])


def obedient(obeys):
    llm = FakeLLM()
    repeat = obeys.get("repeat", 1)
    answer = json.loads(llm.answers[Purpose.SUMMARY])
    answer["summary"] = obeys.get("summary", answer["summary"]) * repeat
    answer["questions"] = obeys.get("questions", answer["questions"])
    is_word = "summary" in obeys and len(answer["summary"]) < 20
    raw = answer["summary"] if is_word else json.dumps(answer)
    llm.answers[Purpose.SUMMARY] = obeys.get("raw", raw)
    llm.answers[Purpose.NOTE] = obeys["note"] * repeat
    return llm


def shared(video_id=VIDEO):
    with read_transaction() as session:
        return transcripts.shared(session, video_id)


def outside_of_fences(content):
    """Return what the model is told by us: the lines that stand in no fence."""
    fences = {line for line in content.splitlines() if line.startswith("DATA-")}
    (fence,) = fences
    return content.split(f"{fence}\n")[::2]


def test_an_attack_is_data_and_what_it_makes_of_an_answer_is_plain_words(core, llm, case, video):
    ada = make_user()
    marked, mine = make_note(ada, "1:00"), make_note(ada, "0:30", text="My own words.")
    work_here(core, ALL)
    assert note(mine.id).text == "My own words."
    assert shared(OTHER_VIDEO) is None
    with read_transaction() as session:
        assert not users.get(session, ada.id).is_admin
    ends = {row.task_type: (row.status, row.error_code) for row in tasks()}
    text, summary = note(marked.id).text, shared().summary
    if case["result"] == "bad_answer":
        assert (
            ends["generate_summary"]
            == ends["generate_note"]
            == (
                TaskStatus.PENDING,
                "bad_answer",
            )
        )
        assert (text, summary, shared().suggested_questions) == (None, None, None)
        return
    assert {status for status, _ in ends.values()} == {TaskStatus.COMPLETED}
    kept = [text, summary, *shared().suggested_questions]
    for forbidden in case.get("forbidden", ()):
        assert not [one for one in kept if forbidden in one]
    assert 40 <= len(text) <= 120
    assert 200 <= len(summary) <= 800
    assert len({*shared().suggested_questions}) == 3


def test_what_the_model_is_told_is_the_same_as_for_a_harmless_video(core, llm, video):
    ada = make_user()
    for video_id in (VIDEO, OTHER_VIDEO):
        make_note(ada, "1:00", video_id=video_id)
    llm.answers = FakeLLM().answers
    work_here(core, ALL)
    for purpose in (Purpose.SUMMARY, Purpose.NOTE):
        one, other = (messages for asked, messages in llm.calls if asked is purpose)
        assert one[0] == other[0]
        assert outside_of_fences(one[1].content) == outside_of_fences(other[1].content)
