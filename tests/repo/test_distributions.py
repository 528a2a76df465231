"""Packaging says the same everywhere, and what is installed is what the files say."""

import ast
import configparser
import importlib.metadata
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import vidwiz

ROOT = Path(__file__).parents[2]
CORE = ROOT / "setup.cfg"
PLUGINS = sorted(ROOT.glob("plugins/*/setup.cfg"))
# `pytest` is for authors of plugins who run the kit; types are for the checker.
OURS_OR_TYPES = {"vidwiz", "vidwiz_captions", "pytest", "types_boto3_s3"}
NAME = re.compile(r"[A-Za-z0-9._-]+")


def name_of(requirement):
    return NAME.findall(requirement)[0].lower()


def read(path):
    parser = configparser.ConfigParser()
    parser.read(path, encoding="utf-8")
    return parser


def requirements(path):
    lines = [line.strip() for line in path.read_text().splitlines()]
    return {name_of(line) for line in lines if line and line[0] not in "#-"}


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.parent.name)
def test_a_plugin_has_the_cores_version_python_and_licence(path):
    core, plugin = read(CORE), read(path)
    assert plugin["metadata"]["name"] == path.parent.name
    assert plugin["metadata"]["version"] == vidwiz.__version__
    assert f"vidwiz == {vidwiz.__version__}" in plugin["options"]["install_requires"]
    assert plugin["metadata"]["license"] == core["metadata"]["license"] == "MIT"
    assert plugin["options"]["python_requires"] == core["options"]["python_requires"] == ">=3.11"


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.parent.name)
def test_a_plugins_libraries_are_among_the_pinned(path):
    wanted = {
        name_of(line)
        for line in read(path)["options"]["install_requires"].split("\n")
        if line.strip()
    }
    listed = requirements(ROOT / "requirements/run.in") | requirements(
        ROOT / "requirements/base.in"
    )
    assert wanted - {"vidwiz", "vidwiz-captions"} <= listed


@pytest.mark.parametrize("path", [CORE, *PLUGINS], ids=lambda path: path.parent.name)
def test_the_installed_entry_points_are_those_of_the_file(path):
    file = read(path)
    section = "options.entry_points"
    written = {
        (group, *(part.strip() for part in line.split("=")))
        for group, lines in (file[section].items() if file.has_section(section) else ())
        for line in lines.strip().splitlines()
    }
    installed = {
        (entry.group, entry.name, entry.value)
        for entry in importlib.metadata.distribution(file["metadata"]["name"]).entry_points
    }
    assert installed == written, "run `make install`"


def test_what_the_core_imports_is_required_by_name():
    listed = requirements(ROOT / "requirements/base.in")
    providers = importlib.metadata.packages_distributions()
    for path in [*ROOT.glob("vidwiz/**/*.py"), *ROOT.glob("migrations/**/*.py")]:
        for module in imported(path):
            name = module.partition(".")[0]
            if name not in sys.stdlib_module_names and name not in OURS_OR_TYPES:
                names = {provider.lower() for provider in providers[name]}
                assert names & listed, f"{path} imports {name}"


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_the_core_lists_all_its_packages():
    folders = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for top in ("vidwiz", "migrations")
        for path in ROOT.glob(f"{top}/**/__init__.py")
    }
    expected = {re.sub("^migrations", "vidwiz.migrations", folder) for folder in folders}
    assert set(read(CORE)["options"]["packages"].split()) == expected


@pytest.mark.parametrize("name", ["run", "test"])
def test_every_requirement_is_pinned_and_hashed_and_no_index_is_named(name):
    text = (ROOT / f"requirements/{name}.txt").read_text()
    pins = re.findall(r"^([a-z0-9._-]+)==\S+(?: ; [^\\]+)? \\$", text, re.MULTILINE)
    blocks = [line for line in text.splitlines() if line and line[0] not in " #"]
    assert len(pins) == len(blocks)
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text
    assert requirements(ROOT / "requirements/base.in") <= set(pins)


def test_a_wheel_of_the_core_has_all_that_it_needs(tmp_path):
    source = copy_of_the_core(tmp_path / "source")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(tmp_path), str(source)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "vidwiz/py.typed",
        "vidwiz/migrations/env.py",
        "vidwiz/migrations/alembic.ini",
        "vidwiz/migrations/versions/0001_initial_schema.py",
        "vidwiz/prompts/summary.txt",
        "vidwiz/sample/vidwizdemo1.en.srt",
        "vidwiz/sample/vidwizdemo1.info.json",
    ):
        assert wanted in names
    code = {str(path.relative_to(ROOT)) for path in ROOT.glob("vidwiz/**/*.py")}
    assert code <= names


def copy_of_the_core(target):
    """Copy what a build reads, so that it leaves nothing in the working tree."""
    target.mkdir()
    read = ["vidwiz", "migrations", "requirements", "setup.cfg", "pyproject.toml", "README.md"]
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *read, "LICENSE"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    for name in files:
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes((ROOT / name).read_bytes())
    return target
