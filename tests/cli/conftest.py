"""Installations of their own for commands, and processes that leave nothing behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from tests.fixtures.servers import until
from tests.fixtures.stacks import install_gate
from vidwiz.cli import cli
from vidwiz.cli.up.sample import VIDEO_ID

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "vidwiz" / "sample"
# Two workers a queue would only make the machine that runs all tests slower.
FEW_WORKERS = "metadata=1,transcript=1,summary=1,note=1"


class Command(subprocess.Popen[bytes]):
    """A command under way, and the file that it writes to."""

    output: Path


class Installation:
    """An empty folder in which `vidwiz` is run as a user would."""

    def __init__(self, folder):
        self.folder = folder
        self.data_dir = folder / "var"
        self.processes = []
        self.settings = {"VIDWIZ_WORKERS": FEW_WORKERS, "VIDWIZ_GRACE_SECONDS": "2"}

    @property
    def env(self):
        others = {k: v for k, v in os.environ.items() if "VIDWIZ" not in k and k != "PORT"}
        return {**others, **self.settings}

    def use_gate(self):
        """Fetch and write with the plugin that tests hold through files; return their folder."""
        gate = self.folder / "gate"
        gate.mkdir()
        install_gate(self.folder / "plugins")
        self.settings |= {
            "PYTHONPATH": f"{self.folder / 'plugins'}{os.pathsep}{ROOT}",
            "VIDWIZ_METADATA_FETCHERS": "gate",
            "VIDWIZ_TRANSCRIPT_FETCHERS": "gate",
            "VIDWIZ_LLM_PROVIDER": "gate",
            "VIDWIZ_PLUGIN_GATE_FOLDER": str(gate),
        }
        return gate

    def add_sample(self):
        self.add_captions(SAMPLE, VIDEO_ID)
        return VIDEO_ID

    def add_captions(self, folder, video_id):
        library = self.data_dir / "library"
        library.mkdir(parents=True, exist_ok=True)
        for path in folder.glob(f"{video_id}.*"):
            (library / path.name).write_bytes(path.read_bytes())

    def run(self, *args, timeout=100, **env):
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "vidwiz", *args],
            check=False,
            cwd=self.folder,
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def start(self, *args, **env):
        """Start a command in a process group of its own; its output goes to a file."""
        output = self.folder / f"output-{len(self.processes)}"
        with output.open("wb") as stream:
            process = Command(
                [sys.executable, "-m", "vidwiz", *args],
                cwd=self.folder,
                env={**self.env, **env},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process.output = output
        self.processes.append(process)
        return process

    def up(self, *args, **env):
        """Start everything and wait until it is ready; return the process and its URL."""
        process = self.start("up", "--port", "0", *args, **env)
        words = until(lambda: _words_when_ready(process), "vidwiz up to be ready", 60)
        url = words.partition("ready: ")[2].split()[0]
        return process, url

    def clean_up(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        # Children have groups of their own; all of ours know the folder.
        until(lambda: not living(self.folder), f"the end of {living(self.folder)}", 15)


def _words_when_ready(process):
    words = process.output.read_text()
    if process.poll() is not None:
        pytest.fail(f"it ended ({process.returncode}): {words}")
    return words if "is ready" in words else None


def living(folder):
    """Return the processes that work in this folder (Redis in one below it)."""
    found = []
    for process in psutil.process_iter():
        try:
            is_ours = Path(process.cwd()).is_relative_to(folder)
            if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture
def installation(tmp_path):
    made = Installation(tmp_path)
    yield made
    made.clean_up()


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Run commands of this process in an empty folder, with no settings but the defaults."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if "VIDWIZ" in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    # Commands close to others what they write; later tests of this process are no commands.
    umask = os.umask(0o022)
    yield tmp_path
    os.umask(umask)


@pytest.fixture
def vidwiz(here):
    """Run a command in this process; return click's result."""

    def run(*args, **options):
        return CliRunner().invoke(cli, args, **options)

    return run


def document(result):
    """Return the JSON document that a command printed."""
    assert result.stdout.startswith("{"), result.stdout + result.stderr
    return json.loads(result.stdout)


def stop(process, sig=signal.SIGINT):
    process.send_signal(sig)
    return process.wait(timeout=40)
