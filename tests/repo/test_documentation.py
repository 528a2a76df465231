"""Documents name every setting, command, failure code and decision, and no path that is gone."""

import re
import tomllib
from pathlib import Path

import pytest

from vidwiz.cli import cli
from vidwiz.plugin_api import FAILURES
from vidwiz.tasks.retry_policy import OTHER_CODES, POLICIES
from vidwiz.tasks.types import OWN_FAILURES

ROOT = Path(__file__).parents[2]
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text()
RUNNING = (ROOT / "docs" / "operations.md").read_text()
OPERATIONS = RUNNING + (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
DECISIONS = ROOT / "docs" / "decisions"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
# The changelog may speak of what is gone.
OF_TODAY = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"]
READ = re.compile(r"""\b(?:(env|plain)\.\w+\(|_\w+\((env), )\s*"([A-Z0-9_]+)\"""")
FOLDERS = ("vidwiz", "tests", "docs", "plugins", "migrations", "benchmarks", "requirements")
PATH = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[^`\s]*)`")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "days": 86_400.0}


def name_of(path):
    return str(path.relative_to(ROOT))


def settings():
    """Return what config.py reads, with the prefix that its reader adds."""
    found = READ.findall((ROOT / "vidwiz" / "config.py").read_text())
    return sorted({("" if reader == "plain" else "VIDWIZ_") + name for reader, _, name in found})


def commands(group=cli, before="vidwiz"):
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "list_commands"):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


def test_settings_are_found():
    assert {"VIDWIZ_DATA_DIR", "VIDWIZ_WORKERS", "PORT", "VIDWIZ_SECRET_KEY"} <= set(settings())


@pytest.mark.parametrize("setting", settings())
def test_a_setting_is_documented(setting):
    assert f"`{setting}`" in CONFIGURATION


def test_no_setting_is_documented_that_nobody_reads():
    named = set(re.findall(r"`(VIDWIZ_[A-Z0-9_]+)`", CONFIGURATION))
    assert {name for name in named if "_PLUGIN_" not in name} <= set(settings())


@pytest.mark.parametrize("command", list(commands()))
def test_a_command_is_documented(command):
    assert command in OPERATIONS


@pytest.mark.parametrize("code", sorted({*FAILURES, *OWN_FAILURES}))
def test_a_failure_code_is_documented(code):
    assert f"`{code}`" in section(RUNNING, "Failure codes")


def section(text, title):
    """Return what stands below a heading, up to the next one of its rank."""
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found


def test_the_table_of_waits_is_that_of_the_policies():
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section(RUNNING, "Waits").splitlines()
        if line.startswith("| ")
    ]
    documented = {
        code.replace("`", ""): (tuple(map(seconds, waits.split(", "))), *map(seconds, times))
        for code, waits, *times in rows[1:]
    }
    policies = {**POLICIES, "a plugin's own": OTHER_CODES}
    assert documented == {
        code: (policy.floors, policy.longest, policy.in_all)
        for code, policy in policies.items()
        if policy.counted
    }


def seconds(text):
    number, unit = text.split()
    return int(number) * UNITS[unit]


def test_the_index_of_decisions_has_each_with_its_title():
    listed = re.findall(r"^\| \[(\d{4})\]\((.+?)\) \| (.+) \|$", index(), re.MULTILINE)
    files = sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")
    assert [(path.name[:4], path.name, path.read_text().splitlines()[0]) for path in files] == [
        (number, name, f"# {number}: {title}") for number, name, title in listed
    ]
    assert len({path.name[:4] for path in files}) == len(files) > 0


def index():
    return (DECISIONS / "README.md").read_text()


@pytest.mark.parametrize("path", OF_TODAY, ids=name_of)
def test_every_path_that_a_document_names_is_there(path):
    gone = [named for named in PATH.findall(path.read_text()) if not (ROOT / named).exists()]
    assert not gone


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_within_the_documents_leads_somewhere(path):
    links = [link for link in LINK.findall(path.read_text()) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_paths_and_links_are_found():
    assert "vidwiz/pipeline/flow.py" in PATH.findall(ARCHITECTURE)
    assert "decisions/README.md" in LINK.findall(ARCHITECTURE)


def test_the_layers_are_those_that_are_checked():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = (
        contract["layers"] for contract in contracts["contracts"] if contract["type"] == "layers"
    )
    block = section(ARCHITECTURE, "Layers").split("```")[1]
    shown = [re.split(r"\s{2,}", line)[0] for line in block.strip().splitlines()]
    assert shown == layers
