"""The public plugin API: what it gives without any host, and the fakes that tests script."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError

import pytest

from tests.support import VIDEO, captions, metadata
from vidwiz import plugin_api
from vidwiz.plugin_api import (
    Chapter,
    Completion,
    CompletionOptions,
    LLMProvider,
    Message,
    MetadataFetcher,
    PluginError,
    PluginInfo,
    Purpose,
    TranscriptFetcher,
    VideoMetadata,
    VideoRef,
)
from vidwiz.plugin_api.fakes import FakeLLM, FakeMetadataFetcher, FakeTranscriptFetcher, spoken

REF = VideoRef("youtube", VIDEO, "https://youtu.be/x")
NOTE = CompletionOptions(purpose=Purpose.NOTE)


def test_the_list_of_names_is_the_api():
    assert sorted(plugin_api.__all__, key=str.casefold) == sorted(
        set(plugin_api.__all__), key=str.casefold
    )
    assert all(hasattr(plugin_api, name) for name in plugin_api.__all__)


def test_it_needs_the_standard_library_only():
    code = (
        "import sys; before = set(sys.modules)\n"
        "import vidwiz.plugin_api, vidwiz.plugin_api.fakes\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(new - set(sys.stdlib_module_names) - {'vidwiz'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("base", [MetadataFetcher, TranscriptFetcher, LLMProvider])
def test_a_plugin_without_its_roles_method_cannot_be_made(base):
    incomplete = type("Incomplete", (base,), {"info": PluginInfo(name="x", title="X")})
    with pytest.raises(TypeError, match="abstract"):
        incomplete(None)


def test_what_is_exchanged_cannot_be_changed():
    for thing, name in ((REF, "id"), (metadata(), "title"), (captions(), "language")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, "other")


def test_metadata_becomes_plain_json_with_every_field():
    made = VideoMetadata(id="x", title="T", chapters=(Chapter("1", 0.0, 5.0), Chapter("Two", 5.0)))
    fields = json.loads(json.dumps(made.as_dict()))
    assert fields["chapters"][1] == {"title": "Two", "start_time": 5.0, "end_time": None}
    assert fields["duration"] is None
    assert VideoMetadata(id="x").as_dict()["chapters"] is None


def test_a_provider_that_only_completes_can_stream():
    text, last = FakeLLM().stream([Message("user", "x")], NOTE)
    assert isinstance(last, Completion)
    assert text == last.text


def test_fake_fetchers_know_what_they_are_given_and_classify_the_rest():
    fetcher = FakeMetadataFetcher({VIDEO: metadata()})
    assert fetcher.fetch_metadata(REF) == metadata()
    with pytest.raises(PluginError) as caught:
        fetcher.fetch_metadata(VideoRef("youtube", "other", ""))
    assert caught.value.code == "removed"
    assert [ref.id for ref in fetcher.calls] == [VIDEO, "other"]


def test_a_fakes_errors_come_first_and_once_each():
    fetcher = FakeTranscriptFetcher({VIDEO: captions()})
    fetcher.errors = [PluginError("ip_blocked"), KeyError("x")]
    for kind in (PluginError, KeyError):
        with pytest.raises(kind):
            fetcher.fetch_transcript(REF, ())
    assert fetcher.fetch_transcript(REF, ()) == captions()


def test_the_fake_llm_counts_how_many_calls_ran_at_once():
    together = threading.Barrier(4)

    class Slow(FakeLLM):
        def while_running(self):
            together.wait(10)

    llm = Slow()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: llm.complete([Message("user", "x")], NOTE), range(4)))
    assert llm.most_at_once == 4
    assert [purpose for purpose, _ in llm.calls] == [Purpose.NOTE] * 4


def test_spoken_texts_follow_each_other():
    assert [(s.text, s.offset, s.duration) for s in spoken("a", "b", seconds=2).segments] == [
        ("a", 0, 2),
        ("b", 2, 2),
    ]
