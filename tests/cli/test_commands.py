"""The short commands, run in this process."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import click
import pytest

from tests.support import no_fetchers
from vidwiz.cli import _COMMANDS, cli
from vidwiz.config import Config

KEY = "k" * 40


def test_help_names_every_command_and_says_what_it_says(vidwiz):
    shown = vidwiz("--help").output
    context = click.Context(cli)
    for name, (_, line) in _COMMANDS.items():
        assert f"{name} " in shown
        command = cli.get_command(context, name)
        assert command is not None
        assert command.get_short_help_str(limit=200).rstrip(".") == line.rstrip(".")


@pytest.mark.parametrize("command", [["--help"], ["up", "--help"]])
def test_help_and_the_supervisor_import_nothing_heavy(command):
    code = (
        "import sys\nfrom vidwiz.cli import cli\n"
        f"try: cli({command!r})\nexcept SystemExit: pass\n"
        "print(sorted({'flask', 'sqlalchemy', 'alembic', 'redis', 'rq'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )
    assert result.stdout.splitlines()[-1] == "[]", result.stderr


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("VIDWIZ_DATABASE_URL", "mysql://x", "VIDWIZ_DATABASE_URL must begin with"),
        ("VIDWIZ_DATABASE_URL", "postgresql://127.0.0.1:1/x", "does not answer"),
        ("VIDWIZ_LLM_PROVIDER", "nobody", "names nobody, which is not installed"),
        ("VIDWIZ_PLUGIN_NOBODY_KEY", "x", "belongs to no installed plugin"),
        ("VIDWIZ_DATA_DIR", "/proc/nothing", "VIDWIZ_DATA_DIR"),
    ],
)
def test_wrong_settings_are_one_sentence(vidwiz, monkeypatch, setting, value, words):
    monkeypatch.setenv(setting, value)
    for name in ("VIDWIZ_SECRET_KEY", "VIDWIZ_ADMIN_TOKEN"):
        monkeypatch.setenv(name, KEY)
    result = vidwiz("tasks", "list")
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_database_that_was_never_set_up_names_the_command(vidwiz):
    assert "vidwiz db upgrade" in vidwiz("tasks", "list").stderr
    assert vidwiz("db", "upgrade").output == "The database is up to date now.\n"
    assert vidwiz("db", "upgrade").output == "The database is up to date already.\n"
    assert vidwiz("tasks", "list").output == "There are no such tasks.\n"


def test_a_database_of_a_newer_version_is_said(vidwiz, here):
    vidwiz("db", "upgrade")
    with closing(sqlite3.connect(here / "var" / "vidwiz.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    result = vidwiz("db", "upgrade")
    assert result.exit_code == 2
    assert "the database cannot be brought up to date" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_accounts_are_made_listed_and_changed(vidwiz):
    vidwiz("db", "upgrade")
    made = vidwiz("user", "create", "Ada@Example.org", "--admin", input="long enough\n")
    assert made.output == "User 1 is ada@example.org (admin).\n"
    assert vidwiz("user", "create", "ada@example.org", "--no-password").exit_code == 1
    assert vidwiz("user", "create", "bob@example.org", input="short\n").exit_code == 1
    assert "off" in vidwiz("user", "ai-notes", "ada@example.org", "off").output
    (line,) = [line for line in vidwiz("user", "list").output.splitlines() if "ada" in line]
    assert line.split()[1:5] == ["ada@example.org", "ada", "yes", "off"]
    assert vidwiz("user", "ai-notes", "eve@example.org", "on").exit_code == 1


def test_plugins_are_shown_with_their_order(vidwiz):
    shown = vidwiz("plugins", "list").output
    assert "extractive" in shown
    assert "library" in shown
    (pytube, *_) = [line for line in shown.splitlines() if line.startswith("pytube")]
    assert "never" in pytube
    assert "unmaintained" in pytube
    assert vidwiz("plugins", "check").exit_code == 0


def test_plugins_check_fails_when_a_role_has_nobody(vidwiz, monkeypatch):
    for name, value in no_fetchers().items():
        monkeypatch.setenv(name, value)
    result = vidwiz("plugins", "check")
    assert result.exit_code == 2
    assert "metadata fetchers" in result.stderr


def test_tasks_retry_refuses_what_makes_no_sense(vidwiz):
    vidwiz("db", "upgrade")
    assert vidwiz("tasks", "retry", "1", "--code", "x").exit_code == 2
    assert vidwiz("tasks", "retry", "1").stderr == "Error: there is no task 1\n"
    assert vidwiz("tasks", "retry").output == "0 tasks are tried again.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nope"],
        ["https://example.org/watch?v=vidwizdemo1"],
        ["vidwizdemo1", "--note", "soon"],
        ["vidwizdemo1", "--nothing"],
        [],
    ],
)
def test_wrong_arguments_of_ingest_save_nothing(vidwiz, here, arguments):
    result = vidwiz("ingest", *arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    assert not (here / "var" / "vidwiz.db").exists()


def test_ingest_on_a_server_database_names_the_command(vidwiz, monkeypatch, tmp_path):
    monkeypatch.setattr(Config, "uses_sqlite", False)
    result = vidwiz("ingest", "vidwizdemo1")
    assert result.exit_code == 2
    assert "vidwiz db upgrade" in result.stderr


def test_ingest_for_somebody_unknown_saves_nothing(vidwiz):
    result = vidwiz("ingest", "vidwizdemo1", "--user", "eve@example.org")
    assert result.exit_code == 1
    assert "nobody has the email" in result.stderr
    assert vidwiz("tasks", "list").output == "There are no such tasks.\n"
