"""Registering, signing in, and one's own settings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from argon2 import PasswordHasher

from tests.api.conftest import Person, error
from tests.fixtures.databases import dispose, only_sqlite
from tests.support import VIDEO, tasks
from vidwiz.app import create_app
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import NotSignedInError
from vidwiz.http.auth import _signing_key
from vidwiz.services import users

ACCOUNT = {"email": "Ada@Example.org", "password": "correct horse", "name": " Ada "}


def test_register_sign_in_and_look(app, stranger):
    made = stranger.post("/auth/register", ACCOUNT)
    assert made.status_code == 201
    assert set(made.json) == {"message"}
    answer = stranger.post("/auth/login", {**ACCOUNT, "email": "ADA@example.org"})
    assert answer.status_code == 200
    with app.app_context():
        claims = jwt.decode(answer.json["token"], _signing_key(), algorithms=["HS256"])
    assert set(claims) == {"sub", "user_id", "email", "name", "profile_image_url", "exp"}
    assert claims["sub"] == str(claims["user_id"])
    assert claims["email"] == "ada@example.org"
    response = Person(app, {"Authorization": f"bearer {answer.json['token']}"}).get("/users/me")
    me = response.json
    created_at = me.pop("created_at")
    assert created_at.endswith(("Z", "+00:00"))
    assert me == {
        "id": claims["user_id"],
        "email": "ada@example.org",
        "name": "Ada",
        "profile_image_url": None,
        "ai_notes_enabled": True,
        "language": None,
        "token_exists": False,
        "credits_balance": 0,
        "is_admin": False,
    }


def test_an_email_is_registered_once(stranger):
    assert stranger.post("/auth/register", ACCOUNT).status_code == 201
    again = stranger.post("/auth/register", {**ACCOUNT, "email": "ada@example.org"})
    assert error(again, 409)["code"] == "email_taken"


@only_sqlite
@pytest.mark.parametrize(
    "change",
    [
        {"email": "ada"},
        {"email": "a b@example.org"},
        {"email": "a@" + "b" * 300 + ".org"},
        {"email": "ada@example"},
        {"email": "ada@example..org"},
        {"email": "ada\u200b@example.org"},
        {"email": "ada@[127.0.0.1]"},
        {"email": "owner@vidwiz.localhost"},
        {"email": None},
        {"password": "short"},
        {"password": "x" * 257},
        {"name": "  "},
        {"name": "x" * 201},
        {"name": "\u200b\u202e"},
    ],
)
def test_a_bad_account_is_refused(stranger, change):
    assert error(stranger.post("/auth/register", {**ACCOUNT, **change}), 422)["details"]


@only_sqlite
def test_nobody_becomes_an_admin_by_a_field(app, stranger):
    extra = {"is_admin": True, "id": 7, "user_id": 7}
    assert stranger.post("/auth/register", {**ACCOUNT, **extra}).status_code == 201
    token = stranger.post("/auth/login", ACCOUNT).json["token"]
    person = Person(app, {"Authorization": f"Bearer {token}"})
    person.patch("/users/me", {"is_admin": True, "email": "x@y.zz", "credits_balance": 5})
    me = person.get("/users/me").json
    assert (me["is_admin"], me["email"], me["credits_balance"]) == (False, "ada@example.org", 0)


@only_sqlite
def test_registration_can_be_closed(config, queue, plugins):
    app = create_app(replace(config, registration_open=False), queue=queue, plugins=plugins)
    response = Person(app, {}).post("/auth/register", ACCOUNT)
    assert error(response, 403)["code"] == "registration_closed"


@only_sqlite
def test_a_wrong_password_and_an_unknown_email_look_the_same(stranger):
    stranger.post("/auth/register", ACCOUNT)
    wrong = stranger.post("/auth/login", {**ACCOUNT, "password": "wrong horse"})
    unknown = stranger.post("/auth/login", {**ACCOUNT, "email": "eve@example.org"})
    assert error(wrong, 401) == error(unknown, 401)


@only_sqlite
def test_an_account_without_password_cannot_be_signed_into(stranger, ada):
    assert ada.get("/users/me").status_code == 200
    error(stranger.post("/auth/login", {"email": "ada@example.org", "password": ""}), 401)


def test_one_changes_what_is_ones_own(ada):
    changed = ada.patch("/users/me", {"name": "Countess", "language": "en-GB"})
    assert changed.status_code == 200
    assert (changed.json["name"], changed.json["language"]) == ("Countess", "en-GB")
    assert ada.patch("/users/me", {}).json == changed.json
    assert ada.patch("/users/me", {"language": None}).json["language"] is None
    assert ada.get("/users/me").json["name"] == "Countess"


@only_sqlite
@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": None},
        {"language": "x" * 40},
        {"language": "en_GB\n"},
        {"language": "en_GB"},
        {"language": "english"},
        {"language": "xx-ZZ"},
        {"language": ""},
        {"ai_notes_enabled": "perhaps"},
        {"ai_notes_enabled": None},
    ],
)
def test_bad_changes_are_refused(ada, change):
    error(ada.patch("/users/me", change), 422)


def test_switching_ai_notes_ends_and_starts_work(pushed, ada, admin):
    ada.post(f"/videos/{VIDEO}/notes", {"timestamp": "0:05"})
    rows = [{"text": "The dough rests.", "offset": 0, "duration": 9}]
    admin.post(f"/internal/videos/{VIDEO}/transcript", {"transcript": rows})
    assert [task.status for task in tasks(task_type="generate_note")] == ["pending"]
    assert ada.patch("/users/me", {"ai_notes_enabled": False}).json["ai_notes_enabled"] is False
    assert [task.status for task in tasks(task_type="generate_note")] == ["cancelled"]
    ada.patch("/users/me", {"ai_notes_enabled": True})
    found = [task.status for task in tasks(task_type="generate_note")]
    assert found == ["cancelled", "pending"]


def test_a_sign_in_lasts_as_long_as_the_setting_says(config, queue, plugins):
    app = create_app(replace(config, jwt_hours=3), queue=queue, plugins=plugins)
    person = Person(app, {})
    person.post("/auth/register", ACCOUNT)
    with app.app_context():
        claims = jwt.decode(
            person.post("/auth/login", ACCOUNT).json["token"], _signing_key(), algorithms=["HS256"]
        )
    left = datetime.fromtimestamp(claims["exp"], UTC) - datetime.now(UTC)
    assert timedelta(hours=2, minutes=59) < left <= timedelta(hours=3)
    dispose(app)


@only_sqlite
def test_an_unknown_email_costs_as_much_as_a_wrong_password(stranger, ada, monkeypatch):
    checked = []
    verify = PasswordHasher.verify

    def counted(hasher, known_hash, password):
        checked.append(known_hash)
        return verify(hasher, known_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    stranger.post("/auth/register", {**ACCOUNT, "email": "bob@example.org"})
    # Known, unknown, and one without a password.
    for email in ("bob@example.org", "eve@example.org", "ada@example.org"):
        error(stranger.post("/auth/login", {"email": email, "password": "wrong horse"}), 401)
    assert len(checked) == 3
    parameters = {known_hash.rsplit("$", 2)[0] for known_hash in checked}
    assert len(parameters) == 1


@only_sqlite
def test_a_password_is_never_cut(stranger):
    longest = "x" * 256
    assert stranger.post("/auth/register", {**ACCOUNT, "password": longest}).status_code == 201
    assert stranger.post("/auth/login", {**ACCOUNT, "password": longest}).status_code == 200
    error(stranger.post("/auth/login", {**ACCOUNT, "password": longest + "y"}), 422)
    error(stranger.post("/auth/login", {**ACCOUNT, "password": longest[:-1]}), 401)


@only_sqlite
def test_what_the_rules_check_is_the_whole_password(pushed, sign_in):
    known = sign_in(password_hash=users.hash_password("x" * 256))
    with read_transaction() as session:
        user = users.get(session, known.id)
    assert users.check_password(user, "x" * 256) is user
    with pytest.raises(NotSignedInError):
        users.check_password(user, "x" * 257)


@only_sqlite
def test_a_name_is_one_clean_line(ada):
    assert ada.patch("/users/me", {"name": " A\u202eda\x1b[1m\nL. "}).json["name"] == "Ada[1m L."
