"""Log lines: one JSON object each, or readable on a terminal, from us and from libraries alike."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import logging, sys
import structlog
from vidwiz import log
log.configure(sys.argv[1])
ours = logging.getLogger("vidwiz.jobs")
ours.debug("a detail")
ours.info("transcript stored", extra={"video_id": "breadrise01", "count": 3})
ours.warning("a %s line", "formatted")
logging.getLogger("rq.worker").info("chatter of a library")
logging.getLogger("rq.worker").warning("word of a library")
structlog.contextvars.bind_contextvars(request_id="r-1")
try:
    canary = "sk-canary-local-variable"
    {}["missing"]
except KeyError:
    ours.exception("it failed")
"""


def lines(level):
    command = [sys.executable, "-W", "error", "-c", PROGRAM, level]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


@pytest.fixture(scope="module")
def info():
    return lines("info")


def test_each_line_is_an_object_with_its_fields(info):
    line = info[0]
    assert line["timestamp"].endswith("Z")
    assert line["level"] == "info"
    assert line["logger"] == "vidwiz.jobs"
    assert line["event"] == "transcript stored"
    assert (line["video_id"], line["count"]) == ("breadrise01", 3)


def test_what_is_below_the_level_is_left_out(info):
    assert "a detail" not in [line["event"] for line in info]


def test_libraries_are_heard_when_it_matters(info):
    events = [line["event"] for line in info]
    assert "word of a library" in events
    assert "chatter of a library" not in events
    assert "a formatted line" in events


def test_an_exception_is_one_line_with_its_trace_and_context(info):
    line = info[-1]
    assert (line["event"], line["level"], line["request_id"]) == ("it failed", "error", "r-1")
    assert "Traceback" in line["exception"]
    assert "KeyError: 'missing'" in line["exception"]
    assert info[0].get("request_id") is None


def test_libraries_stay_quiet_at_the_finest_level_and_speak_up_at_none():
    assert [line["event"] for line in lines("debug")][:2] == ["a detail", "transcript stored"]
    assert [line["event"] for line in lines("error")] == ["it failed"]


def test_on_a_terminal_lines_are_readable_and_show_no_local_variables():
    ours, theirs = pty.openpty()
    command = [sys.executable, "-W", "error", "-c", PROGRAM.replace('["missing"]', "[0]"), "info"]
    with subprocess.Popen(command, stderr=theirs, cwd=ROOT) as process:
        os.close(theirs)
        output = b""
        try:
            while piece := os.read(ours, 65536):
                output += piece
        except OSError:  # how a terminal whose other side is closed ends on Linux
            pass
        os.close(ours)
    text = output.decode()
    assert process.returncode == 0
    assert "transcript stored" in text
    assert "KeyError: 0" in text
    assert "Warning" not in text
    assert not text.lstrip().startswith("{")
    # The line of code itself stands in a trace; what its variables hold does not.
    assert text.count("sk-canary-local-variable") == 0
