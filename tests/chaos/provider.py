"""The providers of the run: slow, unreliable as planned, and every text names the call it is from.

`calls` in the folder gets a line for each call that was answered; `trouble.json` says which calls
fail first.
"""

import json
import os
import re
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from vidwiz.plugin_api import (
    Completion,
    LLMProvider,
    MetadataFetcher,
    PluginError,
    PluginInfo,
    Purpose,
    TranscriptFetcher,
    Usage,
    VideoMetadata,
)
from vidwiz.plugin_api.fakes import spoken

ENTRY_POINTS = """
[vidwiz.metadata_fetchers]
chaos = tests.chaos.provider:ChaosFetcher
[vidwiz.transcript_fetchers]
chaos = tests.chaos.provider:ChaosFetcher
[vidwiz.llm_providers]
chaos = tests.chaos.provider:ChaosProvider
"""
INFO = PluginInfo(name="chaos", title="Chaos")
FETCH_TAKES = 0.15
WRITE_TAKES = 0.4
_VIDEO = re.compile(r"In video (\S+)")
_WRITTEN = re.compile(r"(summary|note) of (\S+) at (\S+) by call ([0-9a-f]{32})")


@dataclass(frozen=True)
class ChaosSettings:
    folder: Path


@dataclass(frozen=True)
class Marker:
    """What a generated text says of itself."""

    role: str
    video: str
    mark: str
    call: str


def marker_of(text):
    """Return what a generated text says of itself, or None for any other text."""
    found = _WRITTEN.search(text or "")
    return Marker(*found.groups()) if found else None


def written(marker):
    return f"The {marker.role} of {marker.video} at {marker.mark} by call {marker.call}."


def key(role, about):
    return f"{role} {about}"


def title(video):
    return f"Title of {video}"


def enter(folder, role, about, seconds):
    """Spend the time of a call, fail if it was planned, else write the call down and return its id.

    The moment written down is that of its beginning.
    """
    began = time.time()
    time.sleep(seconds)
    _fail_as_planned(folder, key(role, about))
    call = uuid.uuid4().hex
    line = json.dumps({"role": role, "about": about, "call": call, "at": began})
    with (folder / "calls").open("a") as calls:
        calls.write(line + "\n")
    return call


def _fail_as_planned(folder, called):
    trouble = json.loads((folder / "trouble.json").read_text())
    for number, code in enumerate(trouble.get(called, ())):
        try:
            # Several processes may be here at once: each failure happens once.
            (folder / f"{called} {number}").touch(exist_ok=False)
        except FileExistsError:
            continue
        _fail(code)


def _fail(code):
    if code == "crash":
        raise RuntimeError("a planned crash")
    if code == "too_short":
        raise TooShortError
    soon = datetime.now(UTC) + timedelta(seconds=0.5)
    raise PluginError(code, retry_at=soon if code == "captions_not_ready" else None)


class TooShortError(Exception):
    """The provider's answer is of no use."""


class ChaosFetcher(MetadataFetcher, TranscriptFetcher):
    info: ClassVar[PluginInfo] = INFO
    Settings = ChaosSettings

    def fetch_metadata(self, ref):
        enter(self.settings.folder, "metadata", ref.id, FETCH_TAKES)
        return VideoMetadata(id=ref.id, title=title(ref.id), channel="Chaos", duration=600.0)

    def fetch_transcript(self, ref, languages):
        enter(self.settings.folder, "transcript", ref.id, FETCH_TAKES)
        return spoken(
            *(f"In video {ref.id} at second {at} the yeast eats." for at in range(0, 300, 5))
        )


class ChaosProvider(LLMProvider):
    info: ClassVar[PluginInfo] = INFO
    Settings = ChaosSettings

    def complete(self, messages, options):
        try:
            text = self._text(options)
        except TooShortError:
            text = "No."
        return Completion(text, "chaos-1", Usage(1, 1))

    def _text(self, options):
        role, material = options.purpose.value, options.material
        found = _VIDEO.search(material.passages[0].text)
        video = found.group(1) if found else "?"
        mark = "whole" if material.mark is None else f"{material.mark:.0f}"
        about = video if material.mark is None else mark
        call = enter(self.settings.folder, role, about, WRITE_TAKES)
        text = written(Marker(role, video, mark, call))
        if options.purpose is not Purpose.SUMMARY:
            return text
        questions = [f"What does the yeast eat in part {part} of it?" for part in (1, 2, 3)]
        return json.dumps({"summary": text + " Yeast eats." * 12, "questions": questions})


def calls(folder):
    path = Path(folder) / "calls"
    if not path.exists():
        return []
    with path.open() as file:
        return [json.loads(line) for line in file]


def install(folder, trouble, plugins):
    """Make the plugin known to processes that have `plugins` on their path."""
    folder.mkdir()
    (folder / "trouble.json").write_text(json.dumps(trouble))
    info = plugins / "vidwiz_chaos-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vidwiz-chaos\nVersion: 1\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    return {
        "VIDWIZ_METADATA_FETCHERS": "chaos",
        "VIDWIZ_TRANSCRIPT_FETCHERS": "chaos",
        "VIDWIZ_LLM_PROVIDER": "chaos",
        "VIDWIZ_PLUGIN_CHAOS_FOLDER": str(folder),
        "PYTHONPATH": os.pathsep.join([str(plugins), str(Path(__file__).parents[2])]),
    }
