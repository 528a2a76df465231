"""Imports over HTTP: the dry run, the import itself, whose it is, and many requests at once."""

import json
import threading
from collections import Counter

import pytest

from tests.api.conftest import Person, error
from tests.api.test_at_once import all_at_once, count
from tests.fixtures.databases import make_config
from tests.importing.helping import PLAYLIST, ids, sweep_now, work
from tests.support import captions, metadata, tasks
from vidwiz.errors import SourceUnavailableError
from vidwiz.models import ImportItem, Video, VideoImport
from vidwiz.pipeline import import_requests
from vidwiz.plugin_api import PluginError
from vidwiz.plugin_api.fakes import (
    FakeListFetcher,
    FakeMetadataFetcher,
    FakeTranscriptFetcher,
    listed,
)
from vidwiz.plugin_host.registry import Registry
from vidwiz.runtime import current

ALL = ids(20)


@pytest.fixture
def config(tmp_path, database_url):
    return make_config(
        tmp_path / "data",
        database_url,
        metadata_fetchers=("fake-metadata", "fake-lists"),
        transcript_fetchers=("fake-transcript",),
        llm_provider="fake-llm",
    )


@pytest.fixture
def list_fetcher():
    return FakeListFetcher({PLAYLIST: listed(*ALL, title="All about bread")})


@pytest.fixture
def plugins(list_fetcher, llm):
    return Registry.of(
        list_fetcher,
        FakeMetadataFetcher({id_: metadata(id_) for id_ in ALL}),
        FakeTranscriptFetcher(dict.fromkeys(ALL, captions())),
        llm,
    )


def begun(person, **body):
    answer = person.post("/imports", body)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return answer.json


def test_a_dry_run_says_what_would_happen_and_changes_nothing(app, pushed, ada):
    for id_ in ALL[:3]:
        ada.post("/videos", {"video": id_})
    before = (count(Video), len(tasks()))
    answer = ada.post("/imports", {"url": PLAYLIST, "dry_run": True})
    assert answer.status_code == 200
    plan = answer.json
    assert (plan["id"], plan["state"], plan["title"]) == (None, "planned", "All about bread")
    assert (plan["total"], plan["known"], plan["new"]) == (20, 3, 17)
    assert (plan["done"], plan["failed"]) == (0, 0)
    # Twelve minutes each, as the list does not say; these fetchers ask no site.
    assert plan["seconds_left"] is None
    assert plan["tokens"] == 17 * 12 * 200
    assert plan["cost"] is None
    assert (count(VideoImport), count(ImportItem)) == (0, 0)
    assert (count(Video), len(tasks())) == before


def test_an_import_goes_the_whole_way(app, pushed, ada):
    made = begun(ada, url=PLAYLIST)
    assert (made["state"], made["total"], made["url"]) == ("listing", 0, PLAYLIST)
    path = f"/imports/{made['id']}"
    work(app, ("expand_list",))
    seen = ada.get(path).json
    assert (seen["state"], seen["new"], seen["done"], seen["seconds_left"]) == (
        *("running", 20),
        *(0, None),
    )
    work(app)
    assert ada.get(path).json["done"] == 20
    sweep_now()
    seen = ada.get(path).json
    assert (seen["state"], seen["failed"], seen["seconds_left"]) == ("completed", 0, None)
    assert seen["finished_at"] is not None
    assert ada.get("/videos").json["total"] == 20


def test_a_video_that_failed_is_named_with_its_reason(app, pushed, ada):
    made = begun(ada, urls=[ALL[0], "gonevideo01"])
    work(app)
    (failed,) = ada.get(f"/imports/{made['id']}").json["failures"]
    assert (failed["video_id"], failed["code"]) == ("gonevideo01", "no_captions")
    assert failed["message"]


def test_addresses_and_what_is_none(ada):
    plan = ada.post(
        "/imports",
        {"urls": [f"https://youtu.be/{ALL[0]}", ALL[0], "nonsense", PLAYLIST], "dry_run": True},
    ).json
    assert (plan["total"], plan["new"], plan["left_out"]) == (1, 1, 2)
    assert [each["place"] for each in plan["left_out_first"]] == ["entry 3", "entry 4"]


def test_a_takeout_file(app, pushed, ada):
    history = [
        {"title": "Watched It", "titleUrl": f"https://www.youtube.com/watch?v={id_}"} for id_ in ALL
    ]
    made = begun(ada, file=json.dumps([*history, {"title": "Watched a removed video"}]))
    assert (made["kind"], made["total"], made["left_out"]) == ("file", 20, 1)


def test_a_large_file_is_taken_and_a_larger_one_is_not(ada):
    text = "\n".join([ALL[0], "# " + "x" * 2_000_000])
    assert begun(ada, file=text)["total"] == 1
    too_much = "# " + "x" * (33 * 1024 * 1024)
    assert ada.post("/imports", {"file": too_much}).status_code == 413


def test_subscriptions_are_named_and_not_imported(ada):
    text = "Channel Id,Channel Url,Channel Title\nUCaaaaaaaaaaaaaaaaaaaaaa,http://y,Bread\n"
    plan = ada.post("/imports", {"file": text, "dry_run": True}).json
    assert plan["total"] == 0
    assert plan["lists"] == [
        {"url": "https://www.youtube.com/channel/UCaaaaaaaaaaaaaaaaaaaaaa", "title": "Bread"}
    ]


UNFIT = [
    ({}, "url"),
    ({"url": PLAYLIST, "urls": ["breadrise01"]}, "url"),
    ({"urls": []}, "urls"),
    ({"urls": "breadrise01"}, "urls"),
    ({"urls": [5]}, "urls.0"),
    ({"urls": ["nonsense", PLAYLIST]}, "urls"),
    ({"url": ""}, "url"),
    ({"url": "https://www.youtube.com/playlist?list=unknown"}, "url"),
    ({"url": "file:///etc/passwd"}, "url"),
    ({"url": "http://127.0.0.1/list"}, "url"),
    ({"url": "x" * 3000}, "url"),
    ({"file": "{"}, "file"),
    ({"file": "PK\u0003"}, "file"),
    ({"file": "Channel Id,Channel Url\nUCaaaaaaaaaaaaaaaaaaaaaa,http://y\n"}, "file"),
    ({"url": PLAYLIST, "dry_run": "perhaps"}, "dry_run"),
]


def test_what_cannot_be_imported(app, pushed, ada):
    for body, field in UNFIT:
        details = error(ada.post("/imports", body), 422)["details"]
        assert details[0]["field"] == field, body
    assert count(VideoImport) == 0


def test_another_users_import_is_not_found(ada, bob):
    made = begun(ada, url=PLAYLIST)
    for method in ("GET", "DELETE"):
        assert error(bob.call(method, f"/imports/{made['id']}"), 404)["code"] == "import_not_found"
    assert bob.get("/imports").json["imports"] == []
    assert ada.get("/imports").json["total"] == 1


def test_nobody_else_may_import(stranger, guest, ada, token_of, list_fetcher):
    body = {"url": PLAYLIST, "dry_run": True}
    for person in (stranger, guest):
        error(person.post("/imports", body), 401)
    for scope in ("read", "notes:write"):
        error(token_of(ada, scope).post("/imports", body), 403)
    assert token_of(ada, "read").get("/imports").status_code == 200
    assert list_fetcher.calls == []


def test_a_dry_run_of_a_list_that_the_site_does_not_give(ada, list_fetcher):
    # The last opens the breaker.
    for code, status in (("network_error", 503), ("removed", 409), ("rate_limited", 503)):
        list_fetcher.errors.append(PluginError(code))
        answer = ada.post("/imports", {"url": PLAYLIST, "dry_run": True})
        assert error(answer, status)["code"] == code
    answer = ada.post("/imports", {"url": PLAYLIST, "dry_run": True})
    assert error(answer, 503)["code"] == "ip_blocked"
    assert len(list_fetcher.calls) == 3


def test_a_site_that_hangs_is_waited_for_a_stated_time(app, pushed, list_fetcher):
    assert import_requests.LOOK_SECONDS == 20.0
    hangs = threading.Event()
    list_fetcher.expand = lambda *_: hangs.wait(20)
    request = import_requests.of_url(current().sites(), PLAYLIST)
    try:
        with pytest.raises(SourceUnavailableError) as caught:
            current().list_look().at(request, seconds=0.3)
    finally:
        hangs.set()
    assert caught.value.code == "timed_out"


def test_only_a_few_dry_runs_wait_for_sites_at_once(app, ada, list_fetcher):
    hangs, asked = threading.Event(), threading.Semaphore(0)

    def expand(url, newest=None):
        asked.release()
        assert hangs.wait(20)
        return listed(*ALL)

    list_fetcher.expand = expand

    def run(number):
        # The last comes when the others are sure to wait.
        if number == 4:
            for _ in range(4):
                assert asked.acquire(timeout=20)
        try:
            body = {"url": PLAYLIST, "dry_run": True}
            return Person(app, ada.headers).post("/imports", body).status_code
        finally:
            if number == 4:
                hangs.set()

    answers = all_at_once([lambda number=number: run(number) for number in range(5)])
    assert Counter(answers) == {200: 4, 503: 1}


def test_one_import_however_many_ask_at_one_moment(app, pushed, ada):
    answers = all_at_once(
        [lambda: Person(app, ada.headers).post("/imports", {"url": PLAYLIST}) for _ in range(8)]
    )
    assert Counter(answer.status_code for answer in answers) == {202: 8}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert (count(VideoImport), len(tasks(task_type="expand_list"))) == (1, 1)


def test_cancelling_by_many_while_workers_work(app, pushed, ada):
    """Each video ends either done or cancelled; nothing is both, and nothing stays."""
    made = begun(ada, url=PLAYLIST)
    work(app, ("expand_list",))
    path = f"/imports/{made['id']}"
    answers = all_at_once(
        [
            *(lambda: Person(app, ada.headers).delete(path).status_code for _ in range(3)),
            lambda: work(app, ("fetch_transcript", "fetch_metadata")),
        ]
    )
    assert answers[:3] == [200, 200, 200]
    work(app)
    seen = ada.get(path).json
    assert seen["state"] == "cancelled"
    assert seen["done"] + seen["cancelled"] == seen["new"] == 20
    assert ada.get("/videos").json["total"] == seen["done"]
    assert all(task.completed_at is not None for task in tasks())


def test_pages_are_bounded(ada):
    for id_ in ALL[:3]:
        begun(ada, urls=[id_])
    seen = ada.get("/imports?per_page=2").json
    assert (seen["total"], seen["total_pages"], len(seen["imports"])) == (3, 2, 2)
    assert seen["imports"][0]["id"] > seen["imports"][1]["id"]
    error(ada.get("/imports?per_page=51"), 422)
    error(ada.get("/imports?page=0"), 422)


def test_operators_see_the_task_without_a_video(admin, ada):
    begun(ada, url=PLAYLIST)
    (task,) = admin.get("/internal/ledger").json["tasks"]
    assert (task["task_type"], task["video_id"]) == ("expand_list", None)


def test_no_helper_is_given_a_list(helper, ada):
    begun(ada, url=PLAYLIST)
    assert helper.poll("metadata").status_code == 204
