"""Nothing works on import: no app, no connection, no settings are made by importing a module."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import vidwiz

ROOT = Path(__file__).parents[2]
# gunicorn's settings file, which is there to be executed; and a command's own front door.
WORK_ON_IMPORT = ("vidwiz.serving", "vidwiz.__main__")
PROGRAM = """
import importlib, os, socket, sqlite3, sys

def forbidden(what):
    def fail(*_, **__):
        raise AssertionError(f"{what} while a module is imported")
    return fail

import vidwiz.config
vidwiz.config.Config.from_env = forbidden("settings are read")
sqlite3.connect = forbidden("a database is opened")
socket.socket.connect = forbidden("a connection is opened")
socket.socket.bind = forbidden("an address is taken")
socket.create_connection = forbidden("a connection is opened")
os.umask = forbidden("the umask is set")

import flask
flask.Flask.__init__ = forbidden("an app is built")
for name in sys.argv[1:]:
    importlib.import_module(name)
print("imported")
"""


def modules():
    found = pkgutil.walk_packages(vidwiz.__path__, "vidwiz.", onerror=None)
    return [module.name for module in found if module.name not in WORK_ON_IMPORT]


def test_importing_a_module_builds_nothing(tmp_path):
    names = modules()
    assert len(names) > 100
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "imported\n", done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_settings_of_gunicorn_are_the_exception(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "vidwiz.serving"],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "while a module is imported" in done.stderr
