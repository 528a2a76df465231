"""What reviewers would otherwise have to count."""

import ast
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted([*ROOT.glob("vidwiz/**/*.py"), *ROOT.glob("plugins/*/src/**/*.py")])
MOST_LINES = 500
MOST_LINES_OF_A_FUNCTION = 60


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_a_file_says_what_it_is_for_and_is_short(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "no docstring"
    assert len(text.splitlines()) <= MOST_LINES
    long = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and lines_of_code(node) > MOST_LINES_OF_A_FUNCTION
    ]
    assert not long


def lines_of_code(function):
    """Count the lines of a function's body but for its docstring."""
    has_docstring = ast.get_docstring(function) is not None
    first = function.body[1] if has_docstring and len(function.body) > 1 else function.body[0]
    return function.end_lineno - first.lineno + 1


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("path", sorted(ROOT.glob("vidwiz/plugin_api/*.py")), ids=name_of)
def test_the_plugin_api_uses_the_standard_library_only(path):
    allowed = set(sys.stdlib_module_names) | ({"pytest"} if path.name == "testing.py" else set())
    for module in imported(path):
        assert module.partition(".")[0] in allowed or module.startswith("vidwiz.plugin_api")


def test_the_contract_for_plugins_names_every_module_of_ours():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (contract,) = (
        contract
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["name"].startswith("Plugins know")
    )
    modules = {
        f"vidwiz.{path.stem}"
        for path in (ROOT / "vidwiz").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    named = {name for name in contract["forbidden_modules"] if name.startswith("vidwiz.")}
    assert named == modules - {"vidwiz.__init__", "vidwiz.plugin_api"}


def test_no_path_of_somebodys_machine_is_in_the_project():
    for path in [*CODE, *ROOT.glob("tests/**/*.py"), ROOT / "Makefile"]:
        if path != Path(__file__):
            text = path.read_text(encoding="utf-8")
            assert "/work/" not in text, path
            assert "/home/" not in text, path
