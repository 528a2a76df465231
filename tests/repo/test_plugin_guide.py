"""The guide for authors of plugins is run from its first line to its last."""

import doctest
import os
import re
import socket
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from vidwiz.plugin_api import FAILURES, Capability, Handling

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "plugin-authors.md").read_text()
BLOCK = re.compile(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PORT = "8765"
MARK = "<the next command>"


def blocks():
    """Return each block of the guide: its language, the file that it is, and its text."""
    return [match.groups() for match in BLOCK.finditer(GUIDE)]


def commands(text):
    """Return the commands of a console block, each with what it should print."""
    found = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [(command, output) for command, _, output in (one.partition("\n") for one in found)]


@pytest.fixture
def environment(tmp_path):
    """Return the variables of a new environment in which this project is installed as well."""
    folder = tmp_path / "environment"
    venv.create(folder, with_pip=False, symlinks=True)
    binaries = folder / "bin"
    (site,) = folder.glob("lib/python*/site-packages")
    ours = sysconfig.get_path("purelib")
    (site / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    (binaries / "vidwiz").write_text(f'#!/bin/sh\nexec {binaries}/python -m vidwiz "$@"\n')
    (binaries / "vidwiz").chmod(0o755)
    others = {k: v for k, v in os.environ.items() if "VIDWIZ" not in k and k != "PYTHONPATH"}
    path = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    return {
        **others,
        "PATH": path,
        "COLUMNS": "200",
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def script_of(port):
    """Return a shell script of all blocks in their order, and what each command should print."""
    lines, expected = [], []
    for language, title, text in blocks():
        text = text.replace(PORT, port)  # noqa: PLW2901 - the block as it is run here
        if title:
            lines += [f"mkdir -p $(dirname {title})", f"cat > {title} <<'END OF FILE'"]
            lines += [text + "END OF FILE"]
            continue
        assert language == "console", "every block is run or written"
        for command, output in commands(text):
            lines += [f"echo; echo '{MARK}'", command]
            expected.append((command, output))
    return "\n".join([*lines, "kill $(jobs -p)"]), expected


@pytest.mark.slow
def test_every_line_of_the_guide_does_what_it_says(environment, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    script, expected = script_of(free_port())
    done = subprocess.run(
        ["bash"],
        input=script,
        cwd=empty,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=110,
        check=False,
    )
    _, *printed = done.stdout.split(f"\n{MARK}\n")
    assert len(printed) == len(expected), done.stdout
    checker = doctest.OutputChecker()
    for (command, wanted), got in zip(expected, printed, strict=True):
        there = got.strip("\n") + "\n" if got.strip() else ""
        options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        assert checker.check_output(wanted, there, options), f"$ {command}\n{done.stdout}"


def rows(title):
    """Return the rows of the last table below a heading."""
    text = GUIDE.partition(f"### {title}\n")[2].partition("\n### ")[0]
    table = [line for line in text.split("\n") if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


def test_the_table_of_failures_is_that_of_the_code():
    documented = {
        code.strip("`"): (how.strip("`"), says)
        for code, how, says, *_ in (row for row in rows("Failures") if len(row) == 3)
    }
    assert documented == {code: (row.handling, row.message) for code, row in FAILURES.items()}
    assert {row[0].strip("`") for row in rows("Failures") if len(row) == 2} == set(Handling)


def test_every_capability_is_explained():
    named = {row[0].strip("`").removeprefix("Capability.") for row in rows("Capabilities")}
    assert named == {capability.name for capability in Capability}


def test_python_of_the_guide_is_clean(tmp_path):
    files = [text for language, title, text in blocks() if title and language == "python"]
    assert len(files) == 2
    for number, text in enumerate(files):
        (tmp_path / f"file_{number}.py").write_text(text)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache"),
            *("--line-length=100", "--target-version=py311", "--select=E,F,W,B,UP,SIM,RUF,TRY,PL"),
            *("--ignore=PLR2004,PLC0415,RUF012,TRY003", str(tmp_path)),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
