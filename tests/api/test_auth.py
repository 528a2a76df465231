"""Who gets in where: every route, tokens of all kinds, forged ones too."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from tests.api.conftest import Person, error
from tests.fixtures.databases import only_sqlite
from tests.support import VIDEO
from vidwiz.db.transactions import unit_of_work
from vidwiz.http.auth import _signing_key
from vidwiz.models import ApiToken, User
from vidwiz.runtime import current

NOTES = f"/videos/{VIDEO}/notes"
PUBLIC = {
    "static",
    "health.healthz",
    "health.readyz",
    "api-docs.openapi_json",
    "accounts.register",
    "accounts.login",
    "accounts_v2.register",
    "accounts_v2.login",
}
VALUES = {
    "video_id": VIDEO,
    "queue_name": "note",
    "registry_name": "failed",
    "job_id": "x",
    "order": "asc",
    "filename": "css/main.css",
}


def routes(app):
    for rule in app.url_map.iter_rules():
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            yield rule, method


@only_sqlite
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer " + "b" * 48},
        {"Authorization": "Bearer vw_" + "b" * 43},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer"},
        {"Authorization": ""},
        {"Authorization": "Bearer \xff\xfe", "X-Guest-Session-ID": "guest-0123456789abcdef"},
    ],
)
def test_every_route_but_the_public_ones_wants_credentials(app, headers):
    client = app.test_client()
    seen = set()
    for rule, method in routes(app):
        if rule.endpoint in PUBLIC:
            seen.add(rule.endpoint)
            continue
        values = {name: VALUES.get(name, 1) for name in rule.arguments}
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, values, method=method)
        response = client.open(path, method=method, headers=headers)
        assert response.status_code == 401, (method, path, response.status_code)
        assert response.headers["WWW-Authenticate"], path
    assert seen == PUBLIC


@only_sqlite
def test_a_user_is_no_operator_and_an_operator_no_user(ada, admin):
    error(ada.get("/internal/ledger"), 401)
    error(admin.get("/users/me"), 401)


@only_sqlite
def test_each_of_several_admin_tokens_is_good(config, queue, plugins):
    from dataclasses import replace

    from vidwiz.app import create_app

    app = create_app(
        replace(config, admin_tokens=("o" * 40, "n" * 40)), queue=queue, plugins=plugins
    )
    for letter, status in (("o", 200), ("n", 200), ("x", 401), ("", 401)):
        caller = Person(app, {"Authorization": f"Bearer {letter * 40}"})
        assert caller.get("/internal/ledger").status_code == status


def claims(person, **changes):
    moment = datetime.now(UTC) + timedelta(hours=1)
    found = {"sub": str(person.id), "user_id": person.id, "exp": moment, **changes}
    return {name: value for name, value in found.items() if value is not None}


def segment(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@only_sqlite
def test_forged_and_stale_tokens_are_refused(app, ada):
    with app.app_context():
        key = _signing_key()
    good = jwt.encode(claims(ada), key, algorithm="HS256")
    assert Person(app, {"Authorization": f"Bearer {good}"}).get("/users/me").status_code == 200
    plain = {**claims(ada), "exp": 4_000_000_000}
    forged = [
        jwt.encode(claims(ada), "x" * 48, algorithm="HS256"),
        jwt.encode(claims(ada, exp=datetime.now(UTC) - timedelta(seconds=1)), key),
        jwt.encode(claims(ada, exp=None), key),
        jwt.encode(claims(ada, sub=None), key),
        jwt.encode(claims(ada, user_id=str(ada.id)), key),
        jwt.encode(claims(ada, user_id=True), key),
        jwt.encode(claims(ada, user_id=2**63), key),
        jwt.encode(claims(ada, user_id=999_999), key),
        jwt.encode(claims(ada), key + b"x" * 32, algorithm="HS512"),
        f"{segment({'alg': 'none', 'typ': 'JWT'})}.{segment(plain)}.",
        f"{segment({'alg': 'None'})}.{segment(plain)}.{good.rsplit('.')[-1]}",
        good + "x",
        good.rsplit(".", 1)[0],
        base64.urlsafe_b64encode(b"[" * 6000).decode() + ".e30.x",
        "é" * 40,
    ]
    for token in forged:
        response = Person(app, {"Authorization": f"Bearer {token}"}).get("/users/me")
        assert response.status_code == 401, token
        assert response.headers["WWW-Authenticate"] == "Bearer"


def test_an_account_that_is_gone_is_signed_out(app, ada):
    with app.app_context(), unit_of_work(current()) as uow:
        uow.session.delete(uow.session.get(User, ada.id))
    error(ada.get("/users/me"), 401)
    error(ada.post(NOTES, {"timestamp": "1:00"}), 401)
    error(ada.post("/conversations", {"video_id": VIDEO}), 401)


@only_sqlite
def test_a_token_does_what_its_scope_says(ada, token_of):
    allowed = {
        "full": {"me": 200, "note": 201, "save": 201, "list": 200, "talk": 201},
        "read": {"me": 200, "note": 403, "save": 403, "list": 200, "talk": 403},
        "notes:write": {"me": 403, "note": 201, "save": 403, "list": 403, "talk": 403},
    }
    for scope, expected in allowed.items():
        caller = token_of(ada, scope)
        found = {
            "me": caller.get("/users/me").status_code,
            "note": caller.post(NOTES, {"timestamp": "1:00"}).status_code,
            "save": caller.post("/videos", {"video": f"{scope[:4]:x<11}"}).status_code,
            "list": caller.get("/videos").status_code,
            "talk": caller.post("/conversations", {"video_id": VIDEO}).status_code,
        }
        assert found == expected, scope
    refused = token_of(ada, "notes:write").get("/videos")
    assert error(refused, 403)["code"] == "wrong_scope"


def test_an_expired_token_is_refused(app, ada, token_of):
    caller = token_of(ada, "full")
    with app.app_context(), unit_of_work(current()) as uow:
        uow.session.query(ApiToken).update({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)})
    error(caller.get("/users/me"), 401)


@only_sqlite
@pytest.mark.parametrize("guest_id", ["short", "x" * 65, "guest 0123456789abcdef", "é" * 20, ""])
def test_an_odd_guest_id_is_nobody(app, guest_id):
    caller = Person(app, {"X-Guest-Session-ID": guest_id})
    error(caller.post("/conversations", {"video_id": VIDEO}), 401)


@only_sqlite
def test_a_bearer_wins_over_a_guest_id_and_a_bad_one_is_not_forgiven(app, ada, guest):
    both = Person(app, {**ada.headers, **guest.headers})
    made = both.post("/conversations", {"video_id": VIDEO}).json
    assert ada.get(f"/conversations/{made['id']}").status_code == 200
    error(guest.get(f"/conversations/{made['id']}"), 404)
    bad = Person(app, {"Authorization": "Bearer nonsense", **guest.headers})
    error(bad.get("/conversations"), 401)


@only_sqlite
def test_guests_stay_out_where_they_are_not_wanted(config, queue, plugins, guest):
    from dataclasses import replace

    from vidwiz.app import create_app

    error(guest.get("/videos"), 401)
    error(guest.post(NOTES, {"timestamp": "1:00"}), 401)
    app = create_app(replace(config, guests_allowed=False), queue=queue, plugins=plugins)
    error(Person(app, guest.headers).post("/conversations", {"video_id": VIDEO}), 401)
