"""`vidwiz doctor`: what it finds, and when it fails."""

import fcntl

import pytest
from redis import Redis

from tests.support import no_fetchers


def test_an_empty_folder_is_fine(vidwiz):
    result = vidwiz("doctor")
    assert result.exit_code == 0, result.output
    assert "fail" not in result.output
    assert "ok   database" in result.output


def test_open_doors_are_named_with_their_remedy(vidwiz, here):
    vidwiz("doctor")
    (here / "var").chmod(0o755)
    (here / "var" / "secret.key").chmod(0o644)
    result = vidwiz("doctor")
    assert result.exit_code == 0
    assert f"-> chmod 700 {here / 'var'}" in result.output
    assert f"-> chmod 600 {here / 'var' / 'secret.key'}" in result.output


@pytest.mark.parametrize(
    ("settings", "words", "code"),
    [
        ({"VIDWIZ_DATABASE_URL": "mysql://x"}, "fail settings", 2),
        ({"VIDWIZ_DATABASE_URL": "postgresql://h/d?prepare_threshold=0"}, "prepare_threshold", 2),
        ({"VIDWIZ_REDIS_URL": "redis://127.0.0.1:1?nothing=1"}, "VIDWIZ_REDIS_URL", 2),
        ({"VIDWIZ_WORKERS": "chat=1"}, "VIDWIZ_WORKERS: there is no queue chat", 2),
        ({"VIDWIZ_REDIS_URL": "redis://127.0.0.1:1"}, "fail redis: the server", 1),
        ({"VIDWIZ_LLM_PROVIDER": "nobody"}, "fail settings: VIDWIZ_LLM_PROVIDER", 2),
        (no_fetchers(), "fail plugins", 1),
        ({"VIDWIZ_DATABASE_URL": "sqlite:////proc/nothing.db"}, "database", 0),
    ],
)
def test_what_cannot_work_fails(vidwiz, monkeypatch, settings, words, code):
    for name in ("VIDWIZ_SECRET_KEY", "VIDWIZ_ADMIN_TOKEN"):
        monkeypatch.setenv(name, "k" * 40)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    result = vidwiz("doctor")
    assert words in result.output
    assert result.exit_code == code


def test_what_redis_said_is_said(vidwiz, monkeypatch, redis_server):
    with Redis.from_url(redis_server.url) as client:
        client.config_set("requirepass", "secret")
    monkeypatch.setenv("VIDWIZ_REDIS_URL", f"unix://:canary@{redis_server.socket}")
    result = vidwiz("doctor")
    assert result.exit_code == 1
    assert "fail redis: the server of VIDWIZ_REDIS_URL refuses: invalid" in result.output
    assert "canary" not in result.output


def test_a_database_without_its_tables_fails(vidwiz, here):
    vidwiz("doctor")
    (here / "var" / "vidwiz.db").touch()
    result = vidwiz("doctor")
    assert result.exit_code == 1
    assert "-> vidwiz db upgrade" in result.output


@pytest.mark.parametrize(
    ("url", "expected"),
    [("http://0.0.0.0:8000", "warn registration"), ("http://127.0.0.1:8000", "ok   reachable")],
)
def test_open_registration_is_warned_of_when_others_reach_it(vidwiz, here, url, expected):
    vidwiz("doctor")
    with (here / "var" / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"process 1, {url}\n")
        lock.flush()
        assert expected in vidwiz("doctor").output
