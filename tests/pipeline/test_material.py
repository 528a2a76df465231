"""What a text is written from: all that is known of this video, and of no other."""

import dataclasses

import pytest

from tests.support import (
    OTHER_VIDEO,
    VIDEO,
    ensure_video,
    make_note,
    make_user,
    metadata,
    tasks,
    work_here,
)
from vidwiz.plugin_api import Chapter, Purpose
from vidwiz.plugin_api.fakes import FakeLLM, spoken
from vidwiz.tasks.types import TaskType

FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
CHAPTERS = (
    Chapter(title="The yeast", start_time=0.0, end_time=90.0),
    Chapter(title="The oven", start_time=90.0, end_time=300.0),
)


class KeepingLLM(FakeLLM):
    """Also keeps the options of each call."""

    def __init__(self):
        super().__init__()
        self.options = []

    def complete(self, messages, options):
        self.options.append(options)
        return super().complete(messages, options)

    def asked(self, purpose):
        """Return material and last message of the only call with this purpose."""
        (found,) = (
            (options.material, messages[-1].content)
            for options, (_, messages) in zip(self.options, self.calls, strict=True)
            if options.purpose is purpose
        )
        return found


@pytest.fixture
def llm():
    return KeepingLLM()


@pytest.fixture
def said(core, metadata_fetcher, transcript_fetcher):
    """Return a function that takes one video all the way, with this metadata."""

    def go(language="de", **fields):
        transcript_fetcher.transcripts[VIDEO] = dataclasses.replace(
            transcript_fetcher.transcripts[VIDEO], language=language
        )
        metadata_fetcher.videos[VIDEO] = metadata(**fields)
        make_note(make_user(), "1:00")
        work_here(core, tuple(TaskType))

    return go


def test_a_summarys_material_has_all_that_is_known(said, llm):
    said(chapters=CHAPTERS, uploader="Somebody else")
    material, content = llm.asked(Purpose.SUMMARY)
    assert (material.title, material.channel) == ("How bread rises", "The Bakery")
    assert (material.duration, material.language) == (600.0, "de")
    assert material.chapters == ((0.0, "The yeast"), (90.0, "The oven"))
    for line in ("How bread rises", "The Bakery", "[P1] The yeast", "[P5] The oven"):
        assert line in content.splitlines()
    assert "Somebody else" not in content


@pytest.mark.parametrize("channel", [None, ""])
def test_without_a_channel_the_uploader_stands_for_it(said, llm, channel):
    said(channel=channel, uploader="Ada's uploads")
    material, content = llm.asked(Purpose.SUMMARY)
    assert material.channel == "Ada's uploads"
    assert "Ada's uploads" in content.splitlines()


@pytest.mark.parametrize("chapters", [None, ()])
def test_what_is_not_known_is_not_made_up(said, llm, chapters):
    said(language=None, title=None, channel=None, uploader=None, duration=None, chapters=chapters)
    material, content = llm.asked(Purpose.SUMMARY)
    assert (material.title, material.channel, material.duration) == (None, None, None)
    assert (material.language, material.chapters) == (None, ())
    assert "None" not in content
    assert "(unknown)" in content


def test_a_notes_material_has_title_language_and_mark(said, llm):
    said(language="pt-BR")
    material, content = llm.asked(Purpose.NOTE)
    assert (material.title, material.language, material.mark) == ("How bread rises", "pt-BR", 60.0)
    assert "How bread rises" in content.splitlines()
    said = content.partition("What is said at that moment:")[2].partition("What is said after it:")[
        0
    ]
    assert "at second 60 " in said


def test_metadata_that_never_came_keeps_no_text_back(core, llm):
    """The fetch of the metadata waits; the title is what the user typed."""
    ensure_video(title="What I typed")
    work_here(core, [TaskType.FETCH_TRANSCRIPT, TaskType.GENERATE_SUMMARY])
    material, _ = llm.asked(Purpose.SUMMARY)
    assert (material.title, material.channel, material.chapters) == ("What I typed", None, ())


def test_two_videos_in_one_drain_are_each_written_from_their_own_words(
    core, llm, transcript_fetcher, metadata_fetcher
):
    """One process keeps the last transcript, which the next video must not be given."""
    words = {VIDEO: "Only bread is spoken of here", OTHER_VIDEO: "Only the sky is spoken of here"}
    ada = make_user()
    for video_id, line in words.items():
        transcript_fetcher.transcripts[video_id] = spoken(*(f"{line}, {n}." for n in range(60)))
        metadata_fetcher.videos[video_id] = metadata(video_id, title=f"Title of {video_id}")
        for second in (10, 20):
            make_note(ada, f"0:{second}", video_id=video_id)
    work_here(core, FETCHES)
    work_here(core, [TaskType.GENERATE_NOTE])
    work_here(core, [TaskType.GENERATE_SUMMARY])
    for purpose, count in ((Purpose.NOTE, 4), (Purpose.SUMMARY, 2)):
        asked = [messages[-1].content for which, messages in llm.calls if which is purpose]
        assert len(asked) == count
        for video_id, line in words.items():
            of_this = [content for content in asked if f"Title of {video_id}" in content]
            assert len(of_this) == count // 2
            for content in of_this:
                assert line in content
                assert not any(words[other] in content for other in words if other != video_id)
    assert {row.status for row in tasks()} == {"completed"}
