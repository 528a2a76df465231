"""The table of bundled plugins says what their entry points and classes say."""

import dataclasses
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from vidwiz.plugin_host.registry import ROLES

ROOT = Path(__file__).parents[2]
TABLE = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (ROOT / "plugins" / "README.md").read_text().splitlines()
    if line.startswith("| [")
]
ROLE_NAMES = {
    "metadata_fetchers": "metadata",
    "transcript_fetchers": "transcript",
    "llm_providers": "texts",
}


def installed():
    """Return the entry points of each bundled plugin, by distribution and name."""
    found = {}
    for role in ROLES:
        for entry in entry_points(group=f"vidwiz.{role}"):
            if entry.dist is not None and (ROOT / "plugins" / entry.dist.name).exists():
                found.setdefault((entry.dist.name, entry.name), {})[role] = entry
    return found


def test_every_bundled_plugin_has_one_row():
    rows = [(row[0].partition("]")[0].strip("["), row[1].strip("`")) for row in TABLE]
    assert sorted(rows) == sorted(installed())


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[1].strip("`"))
def test_a_row_says_what_the_class_says(row):
    link, name, roles, capabilities, settings, needs = row
    distribution = link.partition("]")[0].strip("[")
    entries = installed()[distribution, name.strip("`")]
    kind = next(iter(entries.values())).load()
    assert link == f"[{distribution}]({distribution}/README.md)"
    assert roles == ", ".join(ROLE_NAMES[role] for role in entries)
    assert words(capabilities) == sorted(kind.info.capabilities)
    fields = [field.name.upper() for field in dataclasses.fields(kind.Settings) if field.init]
    assert words(settings) == sorted(fields)
    assert needs


def words(cell):
    return [] if cell == "none" else sorted(word.strip("`") for word in cell.split(", "))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[1].strip("`"))
def test_the_readme_of_the_distribution_names_the_plugin_and_its_settings(row):
    readme = (ROOT / "plugins" / row[0].partition("]")[0].strip("[") / "README.md").read_text()
    prefix = row[1].strip("`").upper().replace("-", "_")
    assert row[1] in readme
    for field in words(row[4]):
        names = (f"VIDWIZ_PLUGIN_{prefix}_{field}", f"VIDWIZ_PLUGIN_<NAME>_{field}", f"`{field}`")
        assert any(name in readme for name in names), field
