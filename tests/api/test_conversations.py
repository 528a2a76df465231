"""Conversations, and how many new videos somebody may bring a day."""

from dataclasses import replace

import pytest

from tests.api.conftest import Person, error
from tests.fixtures.databases import dispose, only_sqlite
from tests.support import VIDEO, make_user, tasks
from vidwiz.app import create_app
from vidwiz.db.transactions import read_transaction
from vidwiz.http.auth import make_jwt
from vidwiz.models import Conversation, QuotaUse, Video


def new(number):
    return {"video_id": f"new{number:08d}"}


def stored():
    with read_transaction() as session:
        return (
            session.query(Video).count(),
            session.query(Conversation).count(),
            {use.holder: use.used for use in session.query(QuotaUse)},
        )


def test_a_conversation_schedules_what_is_missing(pushed, ada):
    made = ada.post("/conversations", {"video_id": VIDEO})
    assert made.status_code == 201
    assert set(made.json) == {"id", "video_id", "created_at", "updated_at"}
    assert {task.task_type for task in tasks()} == {"fetch_metadata", "fetch_transcript"}
    assert len(tasks()) == 2
    again = ada.post("/conversations", {"video_id": f"https://youtube.com/watch?v={VIDEO}"})
    assert again.json["id"] != made.json["id"]
    assert len(tasks()) == 2
    assert [item["id"] for item in ada.get("/conversations").json] == [
        again.json["id"],
        made.json["id"],
    ]
    assert ada.get(f"/conversations/{made.json['id']}").json == made.json


def test_conversations_are_ones_own(app, ada, bob, guest):
    hers = ada.post("/conversations", {"video_id": VIDEO}).json["id"]
    theirs = guest.post("/conversations", {"video_id": VIDEO}).json["id"]
    other_guest = Person(app, {"X-Guest-Session-ID": "other-0123456789abcdef"})
    for caller, conversation_id in (
        (bob, hers),
        (guest, hers),
        (ada, theirs),
        (other_guest, theirs),
    ):
        response = caller.get(f"/conversations/{conversation_id}")
        assert error(response, 404)["code"] == "conversation_not_found"
    assert other_guest.get("/conversations").json == []
    assert [item["id"] for item in guest.get("/conversations").json] == [theirs]


@only_sqlite
@pytest.mark.parametrize("body", [{}, {"video_id": None}, {"video_id": "x"}, {"video_id": ["a"]}])
def test_a_conversation_needs_a_video(ada, body):
    assert error(ada.post("/conversations", body), 422)["details"][0]["field"] == "video_id"


@pytest.fixture
def small(config, queue, plugins):
    """Return an app with small quotas, its context pushed."""
    app = create_app(
        replace(config, user_daily_videos=3, guest_daily_videos=2, trusted_proxies=1),
        queue=queue,
        plugins=plugins,
    )
    with app.app_context():
        yield app
    dispose(app)


def user_of(app, email="ada@example.org", **fields):
    return Person(app, {"Authorization": f"Bearer {make_jwt(make_user(email, **fields))}"})


def guest_of(app, name, address):
    return Person(app, {"X-Guest-Session-ID": f"{name:x<16}", "X-Forwarded-For": address})


def test_only_new_videos_count(small):
    ada = user_of(small)
    for number in (1, 2, 3, 1, 2):
        assert ada.post("/conversations", new(number)).status_code == 201
    before = stored()
    for refused in (
        ada.post("/conversations", new(4)),
        ada.post("/videos", {"video": "new00000004"}),
        ada.post("/videos/new00000004/notes", {"timestamp": "1:00"}),
    ):
        found = error(refused, 429)
        assert found["code"] == "quota_exceeded"
        assert 0 < found["details"]["reset_in_seconds"] <= 86_400
        assert int(refused.headers["Retry-After"]) == found["details"]["reset_in_seconds"]
    assert stored() == before
    assert len(tasks()) == 6
    assert ada.post("/videos/new00000001/notes", {"timestamp": "1:00"}).status_code == 201


def test_an_admin_is_not_counted(small):
    boss = user_of(small, is_admin=True)
    for number in range(5):
        assert boss.post("/conversations", new(number)).status_code == 201
    assert stored()[2] == {}


def test_a_fresh_guest_id_does_not_renew_the_quota(small):
    statuses = [
        guest_of(small, f"guest{number}", "203.0.113.7")
        .post("/conversations", new(number))
        .status_code
        for number in range(4)
    ]
    assert statuses == [201, 201, 429, 429]
    other = guest_of(small, "other", "203.0.113.8")
    assert other.post("/conversations", new(9)).status_code == 201


def test_a_fresh_address_does_not_renew_it_either(small):
    statuses = [
        guest_of(small, "guest", f"203.0.113.{number}")
        .post("/conversations", new(number))
        .status_code
        for number in range(3)
    ]
    assert statuses == [201, 201, 429]


def test_addresses_of_one_ipv6_network_are_one(small):
    statuses = [
        guest_of(small, f"guest{number}", f"2001:db8::{number:x}")
        .post("/conversations", new(number))
        .status_code
        for number in range(3)
    ]
    assert statuses == [201, 201, 429]
    assert stored()[2]["address:2001:db8::/64"] == 2
    far = guest_of(small, "far", "2001:db8:0:1::1")
    assert far.post("/conversations", new(8)).status_code == 201


@only_sqlite
def test_a_quota_of_nothing_lets_nothing_in(config, queue, plugins):
    app = create_app(replace(config, guest_daily_videos=0), queue=queue, plugins=plugins)
    caller = Person(app, {"X-Guest-Session-ID": "guest-0123456789abcdef"})
    error(caller.post("/conversations", new(1)), 429)
    dispose(app)


@only_sqlite
def test_forwarded_addresses_count_only_behind_a_proxy(config, queue, plugins):
    app = create_app(replace(config, guest_daily_videos=2), queue=queue, plugins=plugins)
    statuses = [
        guest_of(app, f"guest{number}", f"203.0.113.{number}")
        .post("/conversations", new(number))
        .status_code
        for number in range(3)
    ]
    assert statuses == [201, 201, 429]
    dispose(app)
