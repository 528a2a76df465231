"""A plugin that tests hold, release and kill through files in a folder.

`list` has the ids of every playlist's videos. `calls` gets a line for each call; while
`hold-ROLE` exists the call of that role waits; with `kill-ROLE` it kills its own process.
"""

import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests.support import captions, metadata
from vidwiz.plugin_api import (
    Capability,
    Completion,
    LLMProvider,
    MetadataFetcher,
    PluginInfo,
    TranscriptFetcher,
    Usage,
)
from vidwiz.plugin_api.fakes import FakeLLM, listed


@dataclass(frozen=True)
class GateSettings:
    folder: Path


INFO = PluginInfo(name="gate", title="Gate", capabilities=frozenset({Capability.LISTS}))


def enter(folder: Path, role: str, about: str) -> None:
    line = json.dumps({"role": role, "about": about, "pid": os.getpid(), "parent": os.getppid()})
    with (folder / "calls").open("a") as calls:
        calls.write(line + "\n")
    while (folder / f"hold-{role}").exists():
        time.sleep(0.01)
    if (folder / f"kill-{role}").exists():
        os.kill(os.getpid(), signal.SIGKILL)


class GateFetcher(MetadataFetcher, TranscriptFetcher):
    info: ClassVar[PluginInfo] = INFO
    Settings = GateSettings

    def knows_list(self, url):
        return url.startswith("https://lists.example.org/")

    def expand(self, url, newest=None):
        enter(self.settings.folder, "list", url)
        ids = (self.settings.folder / "list").read_text().split()[:newest]
        return listed(*ids, key=url, title="A playlist")

    def fetch_metadata(self, ref):
        enter(self.settings.folder, "metadata", ref.id)
        return metadata(ref.id)

    def fetch_transcript(self, ref, languages):
        enter(self.settings.folder, "transcript", ref.id)
        return captions()


class GateProvider(LLMProvider):
    info: ClassVar[PluginInfo] = INFO
    Settings = GateSettings

    def complete(self, messages, options):
        about = f"{options.material.mark}"
        enter(self.settings.folder, options.purpose.value, about)
        return Completion(FakeLLM().answers[options.purpose], "gate-1", Usage(1, 1))
