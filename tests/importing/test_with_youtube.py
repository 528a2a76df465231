"""A playlist and a channel of the local YouTube, by real workers with the real yt-dlp."""

import json
import math
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from tests.fake_youtube import Answer, Channel, Playlist, Track, Video
from tests.fixtures.databases import only_sqlite
from tests.fixtures.servers import until
from tests.importing.helping import (
    all_imports,
    begin,
    follow_row,
    ids,
    library,
    look,
    make_check_due,
)
from tests.support import ensure_video, make_user, tasks, writing
from vidwiz.services.importing import follows
from vidwiz.services.importing.imports import ImportSource
from vidwiz.tasks.types import FETCHES, TaskType

# Both databases are shown with playlists of a gate's (test_real_workers.py), which cost less.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240), only_sqlite]

IDS = ids(200)
KNOWN, DELETED = IDS[:30], IDS[77]
ADDRESS = "https://www.youtube.com/playlist?list=PLbread"
BAKERY = Channel.named("The Bakery")
UPLOADS = f"UU{BAKERY.id[2:]}"
FAST, SLOW = 6000, 20
OF_AN_IMPORT = SLOW - SLOW // 5


def settings(youtube, per_minute):
    return {
        **youtube.environment(),
        "VIDWIZ_METADATA_FETCHERS": "yt-dlp",
        "VIDWIZ_TRANSCRIPT_FETCHERS": "youtube-transcript-api,yt-dlp",
        "VIDWIZ_LLM_PROVIDER": "extractive",
        "VIDWIZ_FETCH_PER_MINUTE": str(per_minute),
    }


def start(stack, youtube, per_minute=FAST):
    queues = "metadata=1,transcript=1,summary=1"
    return stack.start_workers(queues, **settings(youtube, per_minute))


def kill(workers):
    """Kill the workers and return the videos that were being fetched."""
    family = psutil.Process(workers.pid).children(recursive=True)
    workers.send_signal(signal.SIGKILL)
    workers.wait()
    psutil.wait_procs(family, 30)
    return {task.video_id for task in tasks(status="in_progress")}


def add(youtube, *video_ids, day=1):
    for number, video_id in enumerate(video_ids):
        published = datetime(2024, 1, day, tzinfo=UTC) + timedelta(minutes=number)
        tracks = [Track(automatic=True)]
        video = Video(id=video_id, title=video_id, channel=BAKERY, published=published)
        video.tracks = tracks
        youtube.add(video)


def is_quiet():
    """Say whether nothing is left to be fetched or listed."""
    kinds = (*FETCHES, TaskType.EXPAND_LIST)
    return not any(
        task.task_type in kinds and task.status in ("pending", "in_progress") for task in tasks()
    )


def is_over(import_id):
    progress = look(import_id)[1]
    return progress.total and not progress.left.videos and is_quiet()


def asked(youtube, endpoint):
    requests = youtube.requests_of(endpoint)
    # Of a killed client's request the body may be missing, and with it the video.
    return Counter(request.video_id for request in requests if request.video_id)


@pytest.fixture
def site(youtube):
    add(youtube, *(video_id for video_id in IDS if video_id != DELETED))
    youtube.add_playlist(Playlist(id="PLbread", title="All about bread", video_ids=IDS))
    return youtube


@pytest.fixture
def user(stack):
    return make_user(is_admin=True)


def dry_run(stack, youtube, user):
    result = subprocess.run(
        [
            *(sys.executable, "-m", "vidwiz", "import", ADDRESS),
            *("--dry-run", "--json", "--user", user.email),
        ],
        env={**stack.env, **settings(youtube, SLOW)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(result.stdout)


def test_a_playlist_killed_midway_goes_on_without_a_second_fetch_of_anything(stack, site, user):
    site.add_playlist(Playlist(id="PLfirst", video_ids=KNOWN))
    workers = start(stack, site)
    first = begin(user, ImportSource.of_list(ADDRESS.replace("PLbread", "PLfirst")))
    until(lambda: is_over(first), f"the first thirty\n{stack.output()}", 90)
    site.forget_requests()

    plan = dry_run(stack, site, user)
    assert (plan["total"], plan["known"], plan["new"]) == (200, 30, 170)
    assert plan["seconds_left"] == math.ceil(170 * 60 / OF_AN_IMPORT)
    assert not asked(site, "watch")

    import_id = begin(user, ImportSource.of_list(ADDRESS))
    until(lambda: look(import_id)[1].done >= 20, f"twenty\n{stack.output()}", 60)
    under_way = kill(workers)
    assert 0 < look(import_id)[1].done < 150
    start(stack, site)
    until(lambda: is_over(import_id), f"the rest\n{stack.output()}", 120)
    progress = look(import_id)[1]
    assert (progress.state, progress.known, progress.done) == ("completed", 30, 169)
    assert [(task.video_id, task.error_code) for task in tasks(status="failed")] == [
        (DELETED, "removed"),
        (DELETED, "removed"),
    ]
    assert library(user) == IDS
    # The dry run's, and the import's own.
    assert len(site.requests_of("playlist")) == 2
    for endpoint, times in (("timedtext", 1), ("watch", 2), ("player", 3)):
        counts = asked(site, endpoint)
        del counts[DELETED]
        assert set(counts) == set(IDS) - {*KNOWN, DELETED}
        # Asked again for is only what was being fetched when the workers were killed.
        assert {video_id for video_id, count in counts.items() if count != times} <= under_way


def test_an_import_keeps_the_pace_and_what_a_person_asks_for_does_not_wait(stack, site, user):
    add(site, "forperson01")
    start(stack, site, per_minute=SLOW)
    began_at = time.monotonic()
    import_id = begin(user, ImportSource.of_list(ADDRESS))
    until(lambda: len(asked(site, "timedtext")) == OF_AN_IMPORT, f"some\n{stack.output()}", 40)
    time.sleep(3)  # several sweeps
    assert time.monotonic() - began_at < 55
    assert len(asked(site, "timedtext")) == OF_AN_IMPORT
    # The list took one of yt-dlp's.
    assert (
        len({task.video_id for task in tasks(status="completed", task_type="fetch_metadata")})
        == OF_AN_IMPORT - 1
    )
    waiting = [task for task in tasks(status="pending") if task.task_type in FETCHES]
    assert {task.failures for task in waiting} == {0}
    assert {task.error_code for task in waiting} <= {None, "paced"}

    ensure_video("forperson01")
    until(lambda: asked(site, "timedtext")["forperson01"], "the person's video", 20)
    assert time.monotonic() - began_at < 60
    assert not look(import_id)[1].failed


def test_a_follow_asks_the_feed_first_and_outlives_its_404(stack, youtube, user):
    old, new = IDS[:20], IDS[20:24]
    add(youtube, *old)
    uploads = youtube.add_playlist(Playlist(id=UPLOADS, channel=BAKERY, video_ids=old[::-1]))
    start(stack, youtube)
    address = f"https://www.youtube.com/channel/{BAKERY.id}"
    with writing() as uow:
        follow_id = follows.create(uow, user.id, address)[0].id
    until(lambda: follow_row(follow_id).last_check_at, f"the first look\n{stack.output()}", 40)
    until(is_quiet, "its end", 30)

    def upload(*video_ids):
        add(youtube, *video_ids, day=2)
        uploads.video_ids = [*reversed(video_ids), *uploads.video_ids]
        youtube.forget_requests()
        make_check_due(follow_id)

    upload(*new[:2])
    until(lambda: library(user) == sorted(new[:2]), f"new ones\n{stack.output()}", 60)
    assert len(youtube.requests_of("feed")) == 1
    assert not youtube.requests_of("playlist")

    youtube.route("*youtube.com", "/feeds/videos.xml", lambda _: Answer(status=404), "feed")
    upload(*new[2:])
    until(lambda: library(user) == sorted(new), f"newer ones\n{stack.output()}", 60)
    assert len(youtube.requests_of("feed")) in (1, 2)  # once more after a lost packet
    assert len(youtube.requests_of("playlist")) == 1
    until(lambda: all(is_over(each.id) for each in all_imports()), "all to be fetched", 60)
    assert not set(asked(youtube, "timedtext")) & set(old)
    assert not tasks(status="failed")
