"""The Redis that `vidwiz up` brings along."""

import importlib.util
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.servers import until
from vidwiz import embedded_redis
from vidwiz.config import socket_path
from vidwiz.errors import ConfigError


def pretend(folder, name, version):
    program = folder / name
    program.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=0'\n")
    program.chmod(0o755)
    return str(program)


def test_the_systems_server_goes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Path(embedded_redis.program()).parent.parent.name == "_binaries"
    redis = pretend(tmp_path, "redis-server", "7.0.15")
    assert embedded_redis.program() == redis
    valkey = pretend(tmp_path, "valkey-server", "9.1.2")
    assert embedded_redis.program() == valkey


def test_a_server_that_is_too_old_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    pretend(tmp_path, "redis-server", "5.0.14")
    (tmp_path / "valkey-server").write_text("no program")
    (tmp_path / "valkey-server").chmod(0o755)
    assert Path(embedded_redis.program()).parent.parent.name == "_binaries"


def test_where_there_is_none_the_sentence_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match="VIDWIZ_REDIS_URL"):
        embedded_redis.program()


@pytest.mark.parametrize("depth", [1, 8])
def test_it_answers_on_a_private_socket_also_below_a_long_path(tmp_path, depth):
    data_dir = tmp_path.joinpath(*["a-rather-long-name"] * depth)
    data_dir.mkdir(parents=True)
    assert not embedded_redis.answers(data_dir)
    process = subprocess.Popen(embedded_redis.command(data_dir))
    try:
        until(lambda: embedded_redis.answers(data_dir), "redis")
        path = socket_path(data_dir)
        assert len(str(path)) <= 100
        assert path.stat().st_mode & 0o077 == 0
        assert (data_dir / "redis").stat().st_mode & 0o077 == 0
    finally:
        process.terminate()
        process.wait()
        if depth > 1:
            path.unlink(missing_ok=True)
            path.parent.rmdir()


def test_a_folder_that_others_may_write_to_is_refused(tmp_path):
    tmp_path.chmod(0o777)
    with pytest.raises(ConfigError, match="chmod 700"):
        embedded_redis.command(tmp_path)
