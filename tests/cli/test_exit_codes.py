"""Settings that a library fails on end every program with one sentence and exit code 2."""

import subprocess
import sys

import pytest
from redis import Redis

from tests.cli.conftest import ROOT

SECRETS = {"VIDWIZ_SECRET_KEY": "k" * 40, "VIDWIZ_ADMIN_TOKEN": "k" * 40}
S3 = {"VIDWIZ_TRANSCRIPT_STORE": "s3", "VIDWIZ_S3_BUCKET": "words"}
PROGRAMS = {
    "up": ["-m", "vidwiz", "up", "--port", "0"],
    "doctor": ["-m", "vidwiz", "doctor"],
    "ingest": ["-m", "vidwiz", "ingest", "vidwizdemo1"],
    "worker": [str(ROOT / "worker.py")],
}
CASES = {
    "endpoint": ({**S3, "AWS_ENDPOINT_URL_S3": "minio:9000"}, "AWS_ENDPOINT_URL_S3"),
    "profile": ({**S3, "AWS_PROFILE": "nobody-has-this"}, "AWS_PROFILE"),
    "database port": (
        {**SECRETS, "VIDWIZ_DATABASE_URL": "postgresql://db:port/x"},
        "VIDWIZ_DATABASE_URL",
    ),
    "database parameter": (
        {**SECRETS, "VIDWIZ_DATABASE_URL": "postgresql://db/x?prepare_threshold=0"},
        "prepare_threshold",
    ),
    "sqlite parameter": ({"VIDWIZ_DATABASE_URL": "sqlite:///x.db?pool=1"}, "VIDWIZ_DATABASE_URL"),
    "redis port": ({"VIDWIZ_REDIS_URL": "redis://cache:port/0"}, "VIDWIZ_REDIS_URL"),
    "redis parameter": ({"VIDWIZ_REDIS_URL": "redis://127.0.0.1:1/0?x=1"}, "VIDWIZ_REDIS_URL"),
}


def run(installation, program, **settings):
    return subprocess.run(
        [sys.executable, *PROGRAMS[program]],
        check=False,
        cwd=installation.folder,
        env={**installation.env, "PYTHONPATH": str(ROOT), **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
    )


def assert_one_sentence(result, words):
    lines = [line for line in (result.stdout + result.stderr).splitlines() if words in line]
    assert len(lines) == 1, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert result.returncode == 2


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    "program",
    ["doctor", "worker", *(pytest.param(p, marks=pytest.mark.slow) for p in ("up", "ingest"))],
)
def test_wrong_settings_end_with_the_settings_name(installation, program, case):
    settings, words = CASES[case]
    assert_one_sentence(run(installation, program, **settings), words)


@pytest.mark.parametrize("program", ["up", "worker", "doctor"])
def test_an_unknown_queue_is_named(installation, program):
    result = run(installation, program, VIDWIZ_WORKERS="chat=1")
    assert_one_sentence(result, "VIDWIZ_WORKERS: there is no queue chat")


@pytest.mark.parametrize("program", ["up", "worker"])
def test_a_refused_password_stops_the_start_with_what_redis_said(
    installation, redis_server, program
):
    with Redis.from_url(redis_server.url) as client:
        client.config_set("requirepass", "secret")
    url = f"unix://:canary@{redis_server.socket}"
    result = run(installation, program, VIDWIZ_REDIS_URL=url)
    assert_one_sentence(result, "VIDWIZ_REDIS_URL: Redis refuses: invalid username-password pair")
    assert "canary" not in result.stdout + result.stderr
