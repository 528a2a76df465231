"""`vidwiz up` as a user runs it: start, stop, restart, and nothing left behind."""

import json
import os
import signal
import socket
import time
import urllib.request

import psutil
import pytest
from redis import Redis

from tests.cli.conftest import living, stop
from tests.fixtures.servers import until
from vidwiz.config import socket_path


def get(url, path, token=None):
    request = urllib.request.Request(url + path)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_the_sample_is_shown_and_a_second_start_finds_everything(installation):
    process, url = installation.up("--sample")
    until(lambda: "1:05  " in process.output.read_text(), "the sample's note", 60)
    words = process.output.read_text()
    for expected in ("Why bread rises", "2,231 characters", "Summary", "3. ", url):
        assert expected in words
    assert stop(process) == 0
    until(lambda: not living(installation.folder), "all to end")
    again, url = installation.up()
    token = (installation.data_dir / "owner.token").read_text().strip()
    (video,) = get(url, "/api/v2/videos", token)["videos"]
    assert video["title"] == "Why bread rises"
    assert stop(again, signal.SIGTERM) == 0


@pytest.mark.slow
def test_two_at_once_do_not_share_a_data_dir_or_a_port(installation, tmp_path):
    _, url = installation.up()
    port = url.rpartition(":")[2]
    same_folder = installation.run("up", "--port", "0")
    assert same_folder.returncode == 1
    assert "runs already" in same_folder.stderr
    assert url in same_folder.stderr
    other = installation.run("up", "--port", port, VIDWIZ_DATA_DIR=str(tmp_path / "other"))
    assert other.returncode == 1
    assert f"127.0.0.1:{port} cannot be listened on" in other.stderr
    assert "Traceback" not in same_folder.stderr + other.stderr
    assert not (tmp_path / "other" / "vidwiz.db").exists()  # nothing was started


@pytest.mark.slow
def test_ingest_leaves_the_work_to_the_running_workers(installation):
    installation.up()
    until(lambda: "ok   workers" in installation.run("doctor").stdout, "the workers", 60)
    result = installation.run("ingest", installation.add_sample(), "--note", "1:05")
    assert result.returncode == 0, result.stderr
    assert not (installation.data_dir / "local-worker.log").exists()


def test_killing_the_supervisor_leaves_nothing(installation):
    process, url = installation.up()
    until(lambda: len(living(installation.folder)) > 9, "the workers", 60)
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        # A request under way must not keep a web worker alive.
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        process.kill()
        process.wait()
        until(lambda: not living(installation.folder), "all to end", 10)


@pytest.mark.slow
def test_what_dies_is_started_again(installation):
    process, url = installation.up()
    until(lambda: len(living(installation.folder)) > 9, "the workers", 60)
    children = {child.pid for child in psutil.Process(process.pid).children()}
    assert len(children) == 3  # Redis, web, workers
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    until(
        lambda: len({c.pid for c in psutil.Process(process.pid).children()} - children) == 3,
        "new processes",
        60,
    )
    # The socket is the supervisor's, so that meanwhile nobody is refused.
    assert get(url, "/healthz") == {"status": "ok"}
    until(lambda: "ok   workers" in installation.run("doctor").stdout, "the workers", 60)
    assert installation.run("ingest", installation.add_sample()).returncode == 0
    assert stop(process) == 0


def test_settings_that_cannot_work_stop_the_start_with_one_sentence(installation):
    result = installation.run("up", "--port", "0", VIDWIZ_LLM_PROVIDER="nobody")
    assert result.returncode == 2
    assert "VIDWIZ_LLM_PROVIDER names nobody, which is not installed" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_the_sample_leaves_a_folder_of_the_users_own_alone(installation):
    folder = installation.folder / "mine"
    folder.mkdir()
    process, _ = installation.up("--sample", VIDWIZ_LIBRARY_DIR=str(folder))
    until(lambda: "stays away" in process.output.read_text(), "the words")
    assert list(folder.iterdir()) == []


@pytest.mark.slow
def test_ingest_waits_for_workers_that_are_busy_or_forgotten_by_redis(installation):
    gate = installation.use_gate()
    (gate / "hold-summary").touch()
    installation.up()
    until(lambda: "ok   workers" in installation.run("doctor").stdout, "the workers", 60)
    process = installation.start("ingest", "vidwizdemo1", "--note", "1:05")
    until(lambda: b"summary: running" in process.output.read_bytes(), "the summary", 60)
    with Redis.from_url(f"unix://{socket_path(installation.data_dir)}") as client:
        client.flushall()
    other = installation.start("ingest", "vidwizdemo2")
    until(lambda: b"summary: waiting" in other.output.read_bytes(), "the other video", 60)
    time.sleep(20)
    assert not (installation.data_dir / "local-worker.log").exists()
    (gate / "hold-summary").unlink()
    assert process.wait(60) == 0
    assert other.wait(60) == 0
    assert not (installation.data_dir / "local-worker.log").exists()
