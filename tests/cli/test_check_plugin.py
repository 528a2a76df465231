"""`vidwiz plugins check NAME` tries one plugin and says what came of it, whatever it does."""

import os
import sys
import threading
from pathlib import Path
from textwrap import dedent

import pytest

from tests.plugin_host import gate
from vidwiz.plugin_host.calls import Call

SOURCE = """
import threading
import time
from dataclasses import dataclass
from tests.plugin_host import gate
from vidwiz.plugin_api import *

@dataclass(frozen=True)
class Options:
    key: Secret | None = None
    proxy: str | None = None
    mode: str = "good"

class Odd(MetadataFetcher, TranscriptFetcher):
    info = PluginInfo(
        name="odd", title="Odd", sites=("tube",), timeout_seconds=1.0,
        capabilities=frozenset({Capability.RESOLVE}),
    )
    Settings = Options

    def check(self):
        if self.settings.mode == "lame":
            raise PluginUnavailableError("no legs", "buy some")

    def describe(self):
        return {"version": "7.1"}

    def resolve(self, url):
        if url.startswith("https://tube.test/"):
            return VideoRef("tube", url.rpartition("/")[2], url)

    def fetch_metadata(self, ref):
        match self.settings.mode:
            case "hangs":
                gate.OPEN.wait(60)
            case "exits":
                raise SystemExit(0)
            case "rubbish":
                return {"title": "x"}
            case "refused":
                try:
                    raise OSError(f"401 for key={self.settings.key.reveal()}")
                except OSError as exc:
                    raise PluginError("auth_failed") from exc
            case "crash":
                raise KeyError(self.settings.key.reveal())
            case "threads":
                threading.Thread(target=threading.Event().wait, daemon=False).start()
            case "prints":
                print("hello from the plugin")
        return VideoMetadata(id=ref.id, title="Bread", duration=198.0)

    def fetch_transcript(self, ref, languages):
        return Transcript((Segment("Bread rises.", 0.0, 2.0),), "en")
"""
ROOT = Path(__file__).parents[2]
KEY = "canary-9f3c-key"
VIDEO = "https://tube.test/abc"


@pytest.fixture
def site(tmp_path):
    """Return a folder in which the odd plugin is installed."""
    site = tmp_path / "site"
    info = site / "odd-1.dist-info"
    info.mkdir(parents=True)
    (site / "odd_plugin.py").write_text(dedent(SOURCE))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[vidwiz.metadata_fetchers]\nodd = odd_plugin:Odd\n"
        "[vidwiz.transcript_fetchers]\nodd = odd_plugin:Odd\n"
    )
    return site


def settings(mode):
    return {"VIDWIZ_PLUGIN_ODD_MODE": mode, "VIDWIZ_PLUGIN_ODD_KEY": KEY}


@pytest.fixture
def check(site, vidwiz, monkeypatch):
    """Return a function that checks the odd plugin in this process."""
    monkeypatch.syspath_prepend(site)
    gate.OPEN.clear()

    def check(*args, mode="good", **more):
        done = vidwiz("plugins", "check", "odd", *args, env={**settings(mode), **more})
        assert KEY not in done.output
        return done

    yield check
    gate.OPEN.set()
    for thread in threading.enumerate():
        if isinstance(thread, Call):
            thread.join(10)
    sys.modules.pop("odd_plugin", None)


@pytest.fixture
def check_apart(site, installation):
    """Return a function that checks the odd plugin in a process of its own."""

    def check(mode):
        path = f"{site}{os.pathsep}{ROOT}"
        done = installation.run(
            "plugins", "check", "odd", VIDEO, PYTHONPATH=path, timeout=60, **settings(mode)
        )
        assert KEY not in done.stdout + done.stderr
        return done

    return check


def test_a_plugin_that_works(check):
    done = check(VIDEO, VIDWIZ_PLUGIN_ODD_PROXY="http://me:pass1@proxy.test:80")
    assert done.exit_code == 0, done.output
    for line in (
        "ok   metadata fetcher: ready",
        "VIDWIZ_PLUGIN_ODD_KEY = set, not shown",
        "VIDWIZ_PLUGIN_ODD_PROXY = http://***@proxy.test:80",
        "ok   version: 7.1",
        "ok   video: abc of tube",
        "ok   metadata: Bread, 198.0 s",
        "ok   transcript: 1 segments, en",
        "odd works.",
    ):
        assert line in done.stdout


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("hangs", ["fail metadata: timed_out: The site took too long", "remedy: try again"]),
        ("exits", ["fail metadata: it crashed", "cause: PluginExitError: it raised SystemExit"]),
        ("rubbish", ["fail metadata: it crashed", "is of type dict, not VideoMetadata"]),
        (
            "refused",
            [
                "fail metadata: auth_failed: The site refuses this server's key.",
                "cause: OSError: 401 for key=***",
                "remedy: see to its settings",
            ],
        ),
        ("crash", ["fail metadata: it crashed", "cause: KeyError: '***'"]),
    ],
)
def test_what_goes_wrong_is_contained_and_named(check, mode, words):
    done = check(VIDEO, mode=mode)
    assert done.exit_code == 1
    for part in words:
        assert part in done.stdout
    assert "ok   transcript: 1 segments, en" in done.stdout
    assert done.stderr.endswith("odd has failed.\n")


def test_threads_left_behind_are_named_and_do_not_keep_the_command_from_ending(check_apart):
    done = check_apart("threads")
    assert done.returncode == 1
    assert "fail threads: 1 left behind: Thread-" in done.stdout


def test_what_it_prints_is_not_in_the_output(check_apart):
    done = check_apart("prints")
    assert done.returncode == 0
    assert "hello" not in done.stdout
    assert "hello from the plugin" in done.stderr


def test_a_plugin_that_is_not_ready_is_shown_with_its_remedy(check):
    done = check(mode="lame")
    assert done.exit_code == 1
    assert "fail metadata fetcher: unavailable: no legs" in done.stdout
    assert "remedy: buy some" in done.stdout


def test_wrong_settings_are_named(check):
    done = check(VIDWIZ_PLUGIN_ODD_MOOD="x")
    assert done.exit_code == 1
    assert "VIDWIZ_PLUGIN_ODD_MOOD is not a setting of odd; did you mean MODE?" in done.stdout


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((), "-    fetch: name a VIDEO, and it is fetched"),
        ((VIDEO, "--offline"), "-    fetch: that would use the network"),
    ],
)
def test_nothing_is_fetched_that_was_not_asked_for(check, args, words):
    done = check(*args, mode="hangs")
    assert done.exit_code == 0
    assert words in done.stdout


@pytest.mark.parametrize(
    ("video", "words"),
    [
        ("https://youtu.be/dQw4w9WgXcQ", "It has no videos of youtube, only of tube."),
        ("https://other.test/x", "It knows no video by this address or id."),
    ],
)
def test_a_video_of_another_site_is_refused(check, video, words):
    done = check(video)
    assert done.exit_code == 1
    assert words in done.stdout


def test_an_llm_provider_writes_one_note(vidwiz):
    result = vidwiz("plugins", "check", "extractive")
    assert result.exit_code == 0
    assert "with a paid provider that is one paid call" in result.stdout
    assert "ok   note: by extractive-" in result.stdout
    offline = vidwiz("plugins", "check", "extractive", "--offline")
    assert "-    note: that would use the network, and may cost" in offline.stdout
    assert "paid call." not in offline.stdout


def test_a_name_that_is_not_installed_is_refused(vidwiz):
    result = vidwiz("plugins", "check", "nothing")
    assert result.exit_code == 2
    assert "no plugin nothing is installed (there: " in result.output
