"""Everything started by hand: PostgreSQL, Redis, S3, gunicorn and plain `rq worker` processes."""

import json
import re
import socket
import sys
from pathlib import Path

import httpx
import pytest
from redis import Redis

from tests.fixtures.databases import only_postgresql
from tests.fixtures.servers import until
from tests.support import CAPTIONS, writing
from vidwiz.services import users

RQ = str(Path(sys.executable).with_name("rq"))
QUEUES = ("metadata", "transcript", "summary", "note")
_CUE = re.compile(r"^\d+\n[\d:,]+ --> [\d:,]+\n", re.MULTILINE)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def web(stack, s3_bucket):
    """Return a client of a running installation whose transcripts are in S3."""
    import os

    aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    settings = {
        **aws,
        "VIDWIZ_TRANSCRIPT_STORE": "s3",
        "VIDWIZ_S3_BUCKET": s3_bucket,
        "VIDWIZ_METADATA_FETCHERS": "library",
        "VIDWIZ_TRANSCRIPT_FETCHERS": "library",
        "VIDWIZ_LLM_PROVIDER": "extractive",
        "VIDWIZ_LIBRARY_DIR": str(CAPTIONS),
        "VIDWIZ_LEASE_SECONDS": "30",
        "VIDWIZ_SWEEP_SECONDS": "5",
    }
    address = f"127.0.0.1:{free_port()}"
    stack.start(
        *("-m", "gunicorn", "--worker-class", "gthread", "--threads", "16"),
        *("--no-control-socket", "--bind", address, "wsgi:app"),
        **settings,
    )
    for queue in QUEUES[:3]:
        stack.start(RQ, "worker", "-w", "vidwiz.jobs.Worker", queue, **settings)
    pool = ("worker-pool", "-w", "vidwiz.jobs.Worker", "-n", "2", "note")
    stack.start(RQ, *pool, **settings)
    with writing() as uow:
        token = users.issue_token(uow, user_id=make_user_in(uow).id, name="test")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://{address}", headers=headers, timeout=30) as client:
        until(lambda: answers(client), f"the web server\n{stack.output()}")
        yield client


def make_user_in(uow):
    return users.create(uow, email="ada@example.org", name="Ada", is_admin=True)


def answers(client):
    try:
        return client.get("/readyz").is_success
    except httpx.TransportError:
        return False


def spoken_in(video_id):
    """Return the words of the captions in the video's own language, read by a plain pattern."""
    language = json.loads((CAPTIONS / f"{video_id}.info.json").read_text())["language"]
    text = (CAPTIONS / f"{video_id}.{language}.srt").read_text("utf-8-sig").replace("\r\n", "\n")
    return " ".join(_CUE.sub("", text).split())


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not CAPTIONS.is_dir(), reason="the real captions are not there")
@only_postgresql
def test_seventeen_real_videos_go_all_the_way_over_http(stack, web, s3_bucket):
    ids = sorted(path.name.removesuffix(".info.json") for path in CAPTIONS.glob("*.info.json"))
    for video_id in ids:
        assert web.post("/api/v2/conversations", json={"video_id": video_id}).status_code == 201
        for timestamp in ("0:20", "1:30"):
            url = f"/api/v2/videos/{video_id}/notes"
            assert web.post(url, json={"timestamp": timestamp}).status_code == 201
    until(lambda: all(map(is_ready(web), ids)), f"all to be ready\n{stack.output()}", 200)
    for video_id in ids:
        check(web, video_id, s3_bucket)
    check_rq(stack)


def is_ready(web):
    def check_one(video_id):
        stages = web.get(f"/api/v2/videos/{video_id}").json()["stages"]
        notes = web.get(f"/api/v2/videos/{video_id}/notes").json()
        return all(stage["state"] == "ready" for stage in stages.values()) and all(
            note["text"] or is_silent(note) for note in notes
        )

    return check_one


def is_silent(note):
    """Say whether nobody speaks at the mark, as in a montage to music."""
    return note["ai"]["code"] == "nothing_said"


def check(web, video_id, bucket):
    import boto3

    body = boto3.client("s3").get_object(Bucket=bucket, Key=f"transcripts/{video_id}.json")["Body"]
    segments = json.loads(body.read())
    assert " ".join(" ".join(s["text"] for s in segments).split()) == spoken_in(video_id)
    video = web.get(f"/api/v2/videos/{video_id}").json()
    assert 200 <= len(video["summary"]) <= 800
    assert re.search(r"[.!?…。！？؟][\"'”’)]*$", video["summary"])
    assert len({question.casefold() for question in video["suggested_questions"]}) == 3
    for note in web.get(f"/api/v2/videos/{video_id}/notes").json():
        if not is_silent(note):
            assert 40 <= len(note["text"]) <= 120
            assert note["generated_by_ai"]


def check_rq(stack):
    """RQ's own view agrees: the queues are empty, nothing failed, and `rq info` works."""
    with Redis.from_url(stack.config.redis_url) as client:
        for queue in QUEUES:
            assert client.zcard(f"rq:failed:{queue}") == 0
    info = stack.start(RQ, "info")
    assert info.wait(timeout=30) == 0
    assert "5 workers" in stack.output()
