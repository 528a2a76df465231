"""People who call the API: users, guests, helpers."""

from dataclasses import replace

import pytest

from tests.api.helping import Helper
from tests.fixtures.databases import dispose
from tests.support import VIDEO, make_user
from vidwiz.app import create_app
from vidwiz.db.transactions import unit_of_work
from vidwiz.http.auth import make_jwt
from vidwiz.runtime import current
from vidwiz.services import users

PREFIX = "/api/v2"


class Person:
    """A client with credentials; paths are below the prefix."""

    def __init__(self, app, headers, user_id=None):
        self.client = app.test_client()
        self.headers = headers
        self.id = user_id

    def call(self, method, path, *, headers=None, **options):
        return self.client.open(
            PREFIX + path, method=method, headers={**self.headers, **(headers or {})}, **options
        )

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.call("POST", path, **({"json": body} if body is not None else {}), **options)

    def patch(self, path, body=None, **options):
        return self.call("PATCH", path, json=body, **options)

    def delete(self, path, **options):
        return self.call("DELETE", path, **options)


@pytest.fixture
def sign_in(app):
    """Return a function that makes an account and returns its owner, signed in."""

    def made(email="ada@example.org", **fields):
        with app.app_context():
            user = make_user(email, **fields)
            token = make_jwt(user)
        return Person(app, {"Authorization": f"Bearer {token}"}, user.id)

    return made


@pytest.fixture
def token_of(app):
    """Return a function that gives a person a personal token."""

    def made(person, scope):
        with app.app_context(), unit_of_work(current()) as uow:
            token = users.issue_token(uow, user_id=person.id, name="phone", scope=scope)
        return Person(app, {"Authorization": f"Bearer {token}"}, person.id)

    return made


@pytest.fixture
def ada(sign_in):
    return sign_in()


@pytest.fixture
def bob(sign_in):
    return sign_in("bob@example.org")


@pytest.fixture
def guest(app):
    return Person(app, {"X-Guest-Session-ID": "guest-0123456789abcdef"})


@pytest.fixture
def stranger(app):
    return Person(app, {})


@pytest.fixture
def admin(app, config):
    return Person(app, {"Authorization": f"Bearer {config.admin_tokens[0]}"})


@pytest.fixture
def pushed(app):
    """Push the app's context, for looking into the database."""
    with app.app_context():
        yield app


@pytest.fixture
def made(config, plugins):
    """Return a function that makes an app with its own queue to this Redis."""
    apps = []

    def make(url, **settings):
        app = create_app(replace(config, redis_url=url, **settings), plugins=plugins)
        apps.append(app)
        return Person(app, {})

    yield make
    for app in apps:
        dispose(app)


@pytest.fixture
def helper(admin):
    return Helper(admin)


@pytest.fixture
def seen(ada):
    ada.post("/videos", {"video": VIDEO, "title": "Bread"})
    return ada


def error(response, status):
    """Return the error of an answer that must have this status and the envelope."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert set(response.json) == {"error"}
    assert set(response.json["error"]) == {"code", "message", "details"}
    return response.json["error"]
