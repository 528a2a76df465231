"""Every setting and every command is documented, and no other."""

import re
from pathlib import Path

import pytest

from vidwiz.cli import cli

ROOT = Path(__file__).parents[2]
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text() + (ROOT / "README.md").read_text()
READ = re.compile(r"""\b(?:(env|plain)\.\w+\(|_\w+\((env), )\s*"([A-Z0-9_]+)\"""")


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
