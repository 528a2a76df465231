"""An environment without any setting of ours, in an empty folder."""

import os

import pytest

PLAIN_SETTINGS = ("PORT", "WEB_CONCURRENCY", "LOG_LEVEL")


@pytest.fixture
def bare_environment(monkeypatch, tmp_path):
    """Work in an empty folder without settings; what a `.env` file sets is forgotten after it."""
    before = dict(os.environ)
    monkeypatch.chdir(tmp_path)
    for name in before:
        if name.startswith("VIDWIZ_") or name in PLAIN_SETTINGS:
            monkeypatch.delenv(name)
    yield monkeypatch
    for name in set(os.environ) - set(before):
        del os.environ[name]
