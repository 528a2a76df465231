"""`vidwiz plugins new` writes a distribution that works as it is."""

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROLES = ("metadata-fetcher", "transcript-fetcher", "llm-provider")
KINDS = [
    pytest.param(("metadata-fetcher",), marks=pytest.mark.slow),
    pytest.param(("transcript-fetcher",), marks=pytest.mark.slow),
    ("transcript-fetcher", "metadata-fetcher"),
    ("llm-provider",),
]


def new(vidwiz, name, *roles, more=()):
    return vidwiz("plugins", "new", name, *(f"--role={role}" for role in roles), *more)


def tool(folder, *words):
    """Run a tool of Python on the new distribution; return what it said and its exit code."""
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder / "src"), str(ROOT)]),
        "MYPYPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr, done.returncode


@pytest.mark.parametrize("roles", KINDS, ids=str)
def test_what_is_written_passes_its_own_tests_and_is_clean(vidwiz, here, roles):
    result = new(vidwiz, "my-site", *roles)
    assert result.exit_code == 0, result.output
    folder = here / "vidwiz-my-site"
    said, code = tool(folder, "pytest", "-q", "-p", "no:cacheprovider")
    assert code == 0, said
    assert "failed" not in said
    assert "passed" in said
    said, code = tool(folder, "ruff", "format", "--isolated", "--line-length=100", "--check", ".")
    assert code == 0, said
    # What a project leaves out of ALL by its own choice, and tests by their nature.
    ignored = "--ignore=ANN,COM812,D1,D203,D213,EM,S101,INP001,CPY001"
    said, code = tool(
        *(folder, "ruff", "check", "--isolated", "--no-cache", "--line-length=100"),
        *("--target-version=py311", "--select=ALL", ignored, "."),
    )
    assert code == 0, said


@pytest.mark.slow
@pytest.mark.parametrize("roles", KINDS, ids=str)
def test_what_is_written_has_types(vidwiz, here, roles):
    new(vidwiz, "my-site", *roles)
    said, code = tool(
        here / "vidwiz-my-site", "mypy", "--strict", "--cache-dir", str(here / "cache"), "src"
    )
    assert code == 0, said


@pytest.mark.parametrize("roles", KINDS, ids=str)
def test_the_entry_points_are_those_of_the_roles(vidwiz, here, roles):
    new(vidwiz, "my-site", *roles)
    parser = configparser.ConfigParser()
    parser.read(here / "vidwiz-my-site" / "setup.cfg")
    groups = {f"vidwiz.{role.replace('-', '_')}s" for role in roles}
    assert set(parser["options.entry_points"]) == groups


def test_it_may_be_written_elsewhere(vidwiz, here):
    (here / "mine").mkdir()
    result = new(vidwiz, "my-site", "llm-provider", more=["--dir", "mine"])
    assert result.exit_code == 0
    assert (here / "mine/vidwiz-my-site/src/vidwiz_my_site/provider.py").exists()
    assert "pip install --no-build-isolation -e mine/vidwiz-my-site" in result.output


@pytest.mark.parametrize(
    "name",
    [
        "My-site",
        "my_site",
        "my--site",
        "-site",
        "site-",
        "9gag",
        "",
        "a/b",
        "../x",
        "x" * 41,
        "säit",
    ],
)
def test_a_bad_name_is_refused(vidwiz, here, name):
    result = vidwiz("plugins", "new", "--role=llm-provider", "--", name)
    assert result.exit_code == 2
    assert "is no name" in result.output
    assert list(here.iterdir()) == []


def test_the_name_of_an_installed_plugin_is_refused(vidwiz, here):
    result = new(vidwiz, "library", "llm-provider")
    assert result.exit_code == 2
    assert "library is taken by vidwiz-local" in result.output
    assert list(here.iterdir()) == []


def test_nothing_that_is_there_is_overwritten(vidwiz, here):
    (here / "vidwiz-my-site").mkdir()
    result = new(vidwiz, "my-site", "llm-provider")
    assert result.exit_code == 2
    assert "vidwiz-my-site is there already" in result.output
    assert list((here / "vidwiz-my-site").iterdir()) == []


def test_an_llm_provider_is_a_plugin_of_its_own(vidwiz, here):
    result = new(vidwiz, "my-site", "llm-provider", "metadata-fetcher")
    assert result.exit_code == 2
    assert "of its own" in result.output
    assert list(here.iterdir()) == []
