"""The extractive provider on real captions, where a folder of them lies beside the repository."""

import dataclasses
import functools
import json
import re
from pathlib import Path

import pytest

from vidwiz.plugin_api import CompletionOptions, Material, Passage, Purpose
from vidwiz.plugin_api.base import NoSettings
from vidwiz_extractive import ExtractiveProvider

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "captions"
FILES = sorted(path.name for path in FOLDER.glob("*.srt")) if FOLDER.is_dir() else []
ENGLISH = [name for name in FILES if name.endswith(".en.srt")]
TEMPLATE = """
    what how does the video explain why is about which part of should one remember can happens when
    if say
"""

VARIANTS = [(name, False) for name in FILES] + [(name, True) for name in ENGLISH]
"""Each file as it is, and the English ones also like automatic captions, without punctuation."""

pytestmark = pytest.mark.skipif(not FILES, reason="the folder of real captions is not there")


def seconds(stamp):
    hours, minutes, rest = stamp.strip().replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def cues(name):
    for block in re.split(r"\n\s*\n", (FOLDER / name).read_text("utf-8").replace("\r", "")):
        stamp, *lines = [line for line in block.split("\n") if line][1:] or [""]
        if "-->" in stamp and lines:
            start, end = stamp.split("-->")
            yield seconds(start), seconds(end), " ".join(lines)


def stripped(text):
    return " ".join(re.sub(r"[^\w']", " ", text.lower()).split())


@functools.cache
def material(name, *, plain=False):
    info = json.loads((FOLDER / f"{name[:11]}.info.json").read_text("utf-8"))
    groups = []
    for start, end, text in cues(name):
        if not groups or end - groups[-1][0] > 32:
            groups.append([start, end, []])
        groups[-1][1] = end
        groups[-1][2].append(stripped(text) if plain else text)
    return Material(
        title=info["title"],
        channel=info["channel"],
        duration=info["duration"],
        language=name.split(".")[1],
        passages=tuple(
            Passage(f"P{i}", start, end, " ".join(texts))
            for i, (start, end, texts) in enumerate(groups, 1)
        ),
        chapters=tuple((c["start_time"], c["title"]) for c in info["chapters"] or ()),
    )


def write(purpose, about):
    options = CompletionOptions(purpose=purpose, material=about, json_schema={"type": "object"})
    return ExtractiveProvider(NoSettings()).complete([], options).text


@functools.cache
def summarised(name, *, plain=False):
    return json.loads(write(Purpose.SUMMARY, material(name, plain=plain)))


def bare_words(text):
    return re.findall(r"[^\W_]+", text.casefold())


def assert_fits(answer):
    assert 200 <= len(answer["summary"]) <= 800
    assert answer["summary"].rstrip("”\"'»)」")[-1] in ".!?…。！？؟।"
    assert not answer["summary"][0].islower()
    assert len({question.casefold() for question in answer["questions"]}) == 3
    assert all(20 <= len(q) <= 120 and q.endswith("?") for q in answer["questions"])


@pytest.mark.parametrize(("name", "plain"), VARIANTS)
def test_summary_and_questions_fit(name, plain):
    assert_fits(summarised(name, plain=plain))


@pytest.mark.parametrize("plain", [False, True], ids=["as they are", "without punctuation"])
@pytest.mark.parametrize("name", ENGLISH)
def test_words_of_english_questions_are_those_of_the_video(name, plain):
    about = material(name, plain=plain)
    known = set(bare_words(" ".join(passage.text for passage in about.passages)))
    known |= set(bare_words(f"{about.title} {about.channel}"))
    known |= set(bare_words(" ".join(title for _, title in about.chapters)))
    for question in summarised(name, plain=plain)["questions"]:
        asked = set(bare_words(question)) - set(TEMPLATE.split())
        assert asked
        assert asked <= known


@pytest.mark.parametrize("name", ENGLISH)
def test_sentences_of_an_english_summary_are_those_of_the_video(name):
    about = material(name)
    answer = summarised(name)
    if "captions" in answer["summary"]:
        pytest.skip("the video has too few words, so that the summary describes it")
    said = set(bare_words(" ".join(passage.text for passage in about.passages)))
    said |= set(bare_words(f"{about.title} {about.channel} {about.chapters}"))
    without_times = re.sub(r"\b(?:\d+:)?\d+:\d\d\b", "", answer["summary"])
    assert set(bare_words(without_times)) <= said
    for word in ("subscribe", "patreon", "[music", ">>", "sponsor"):
        assert word not in answer["summary"].casefold()


@pytest.mark.parametrize(("name", "plain"), VARIANTS)
def test_notes_fit_and_say_what_is_said_within_a_minute(name, plain):
    about = material(name, plain=plain)
    last = about.passages[-1].end
    for mark in (0.0, last * 0.31, last * 0.77, last + 30):
        near = [p for p in about.passages if p.start <= mark + 60 and p.end >= mark - 60]
        around = tuple(p for p in about.passages if p.start < mark + 90 and p.end > mark - 90)
        note = write(Purpose.NOTE, dataclasses.replace(about, mark=mark, passages=around))
        assert 40 <= len(note) <= 120
        assert "\n" not in note
        if near and "“" not in note:
            said = "".join(bare_words(" ".join(passage.text for passage in near)))
            assert all(word in said for word in bare_words(note))
