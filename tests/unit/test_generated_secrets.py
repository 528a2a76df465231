"""Secrets that are generated: once, closed to others, also when several processes start at once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vidwiz.config import Config
from vidwiz.errors import ConfigError

ROOT = Path(__file__).parents[2]
PROCESSES = 8
PROGRAM = """
import json, sys
from vidwiz.config import Config
sys.stdin.read(1)
config = Config.from_env()
print(json.dumps([config.secret_key, *config.admin_tokens]))
"""


@pytest.fixture
def data_dir(bare_environment, tmp_path):
    bare_environment.setenv("VIDWIZ_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_secrets_are_made_once(data_dir):
    first, second = Config.from_env(), Config.from_env()
    assert first.secret_key == second.secret_key
    assert first.admin_tokens == second.admin_tokens
    assert first.secret_key != first.admin_tokens[0]
    assert min(len(first.secret_key), len(first.admin_tokens[0])) >= 32


def test_nobody_else_may_read_them(data_dir):
    Config.from_env()
    modes = {path.name: path.stat().st_mode & 0o777 for path in data_dir.iterdir()}
    assert modes == {"secret.key": 0o600, "admin.token": 0o600}


def test_another_data_dir_has_other_secrets(data_dir, bare_environment):
    first = Config.from_env()
    bare_environment.setenv("VIDWIZ_DATA_DIR", f"{data_dir}-2")
    assert Config.from_env().secret_key != first.secret_key


def test_a_secret_that_is_set_is_not_generated(data_dir, bare_environment):
    bare_environment.setenv("VIDWIZ_SECRET_KEY", "s" * 32)
    Config.from_env()
    assert [path.name for path in data_dir.iterdir()] == ["admin.token"]


@pytest.mark.parametrize("content", ["", "\n", "short"])
def test_a_file_that_somebody_emptied_is_no_secret(data_dir, content):
    data_dir.mkdir()
    (data_dir / "secret.key").write_text(content)
    with pytest.raises(ConfigError, match="SECRET_KEY must have at least 32 characters"):
        Config.from_env()


def test_processes_that_start_at_once_have_the_same_secrets(data_dir):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=env,
        )
        for _ in range(PROCESSES)
    ]
    for process in processes:  # all of them have started and wait for this
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    found = [json.loads(process.communicate()[0]) for process in processes]
    assert found == [found[0]] * PROCESSES
    assert sorted(path.name for path in data_dir.iterdir()) == ["admin.token", "secret.key"]
