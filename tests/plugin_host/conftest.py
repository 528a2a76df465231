"""Plugins that are installed for one test: a module and its entry points on the path."""

import itertools
import sys
from textwrap import dedent

import pytest

from vidwiz.plugin_host.registry import Registry

HEAD = """
from __future__ import annotations
from dataclasses import dataclass
from pathlib import Path
from vidwiz.plugin_api import *
"""
_numbers = itertools.count()


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs a module's source with `role=["name = Class"]`."""
    modules = []

    def install(source, **roles):
        module = f"installed_for_a_test_{next(_numbers)}"
        modules.append(module)
        folder = tmp_path / module
        info = folder / f"{module}-1.dist-info"
        info.mkdir(parents=True)
        (folder / f"{module}.py").write_text(HEAD + dedent(source))
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1\n")
        lines = []
        for role, entries in roles.items():
            lines += [f"[vidwiz.{role}]", *(e.replace("= ", f"= {module}:") for e in entries)]
        (info / "entry_points.txt").write_text("\n".join(lines))
        monkeypatch.syspath_prepend(folder)
        return module

    yield install
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture
def discover(tmp_path):
    """Return a function that loads every installed plugin with these `VIDWIZ_PLUGIN_` settings."""

    def discover(**variables):
        return Registry.discover(variables, {"library": {"FOLDER": str(tmp_path / "library")}})

    return discover
