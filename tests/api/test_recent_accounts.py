"""Who has asked lately is remembered for some seconds, and not longer than the page says."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
import sqlalchemy as sa

from tests.api.conftest import Person, error
from tests.api.helping import SEGMENTS
from tests.fixtures.databases import only_sqlite, slow_on_postgresql
from tests.support import VIDEO
from vidwiz.db.engine import db
from vidwiz.db.transactions import unit_of_work
from vidwiz.http.auth import _signing_key
from vidwiz.http.recent_accounts import SECONDS, accounts_of
from vidwiz.models import ApiToken, User
from vidwiz.ports import AccountChanged
from vidwiz.runtime import current

NOTES = f"/videos/{VIDEO}/notes"
# What a slow machine may take for the last request.
MARGIN = 2.0


@pytest.fixture
def elsewhere(app):
    """Return a function that changes the database as another process would."""
    engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)

    def execute(statement):
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.execute(statement)

    return execute


@pytest.fixture
def looked_up(app):
    """Return what was asked about accounts and tokens."""
    seen = []
    with app.app_context():
        engine = db.engine

    def remember(*call):
        if "users" in call[2]:
            seen.append(call[2])

    sa.event.listen(engine, "before_cursor_execute", remember)
    return seen


def seconds_until(status, ask):
    started = time.monotonic()
    while ask().status_code != status:
        assert time.monotonic() - started < SECONDS + MARGIN
        time.sleep(0.05)
    return time.monotonic() - started


def test_the_pages_say_how_long(request):
    page = Path(request.config.rootpath / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert f"within {SECONDS:.0f} seconds" in page


def test_who_asks_again_is_not_looked_up_again(ada, looked_up):
    for _ in range(5):
        assert ada.get("/videos").status_code == 200
    assert len(looked_up) == 1


@slow_on_postgresql
def test_an_account_that_another_process_deletes_is_signed_out_in_time(ada, elsewhere):
    assert ada.get("/videos").status_code == 200
    elsewhere(sa.delete(User).where(User.id == ada.id))
    taken = seconds_until(401, lambda: ada.get("/videos"))
    assert taken <= SECONDS + MARGIN
    error(ada.post(NOTES, {"timestamp": "1:00"}), 401)


@slow_on_postgresql
def test_a_token_that_another_process_revokes_ends_in_time(ada, token_of, elsewhere):
    phone = token_of(ada, "full")
    assert phone.get("/videos").status_code == 200
    elsewhere(sa.delete(ApiToken).where(ApiToken.user_id == ada.id))
    assert seconds_until(401, lambda: phone.get("/videos")) <= SECONDS + MARGIN
    assert ada.get("/videos").status_code == 200


@only_sqlite
def test_a_token_ends_at_its_time_also_when_it_is_remembered(app, ada, token_of):
    phone = token_of(ada, "full")
    ends_at = datetime.now(UTC) + timedelta(seconds=1)
    with app.app_context(), unit_of_work(current()) as uow:
        uow.session.query(ApiToken).update({"expires_at": ends_at})
    assert phone.get("/videos").status_code == 200
    taken = seconds_until(401, lambda: phone.get("/videos"))
    assert taken < 1 + SECONDS / 2


@only_sqlite
def test_a_signed_token_ends_at_its_time_also_when_it_was_checked(app, ada):
    with app.app_context():
        key = _signing_key()
    ends_at = int(time.time()) + 2
    claims = {"sub": str(ada.id), "user_id": ada.id, "exp": ends_at}
    caller = Person(app, {"Authorization": f"Bearer {jwt.encode(claims, key)}"})
    assert caller.get("/videos").status_code == 200
    while time.time() < ends_at:
        time.sleep(0.05)
    error(caller.get("/videos"), 401)


def test_a_change_in_this_process_counts_at_once(app, ada, token_of):
    phone = token_of(ada, "full")
    for person in (ada, phone):
        assert person.get("/videos").status_code == 200
    with app.app_context(), unit_of_work(current()) as uow:
        uow.session.delete(uow.session.get(User, ada.id))
        uow.publish(AccountChanged(ada.id))
    for person in (ada, phone):
        error(person.get("/videos"), 401)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (NOTES, {"timestamp": "1:00"}),
        (NOTES, {"timestamp": "1:00", "text": "mine"}),
        ("/videos", {"video": VIDEO}),
        ("/conversations", {"video_id": VIDEO}),
    ],
)
@pytest.mark.parametrize("is_complete", [False, True])
def test_nothing_is_made_for_an_account_that_has_just_gone(
    ada, admin, elsewhere, path, body, is_complete
):
    if is_complete:
        ada.post("/videos", {"video": VIDEO})
        for kind, result in (
            ("metadata", {"metadata": {"id": VIDEO, "title": "Bread"}}),
            ("transcript", {"transcript": SEGMENTS}),
        ):
            assert admin.post(f"/internal/videos/{VIDEO}/{kind}", result).status_code == 200
    assert ada.get("/videos").status_code == 200
    elsewhere(sa.delete(User).where(User.id == ada.id))
    error(ada.post(path, body), 401)
    error(ada.get("/videos"), 401)


def test_the_profile_is_read_anew_each_time(ada, elsewhere):
    assert ada.get("/users/me").json["name"] == "Ada"
    elsewhere(sa.update(User).where(User.id == ada.id).values(name="Ada L."))
    assert ada.get("/users/me").json["name"] == "Ada L."
    elsewhere(sa.delete(User).where(User.id == ada.id))
    error(ada.get("/users/me"), 401)


@only_sqlite
def test_what_was_looked_up_before_a_change_is_not_kept_after_it(app, ada, pushed):
    accounts = accounts_of(app)
    with db.engine.connect() as connection:

        def connect_while_it_changes():
            accounts.clear()
            return connection

        assert accounts.account(ada.id, connect_while_it_changes) is not None
        again = []
        accounts.account(ada.id, lambda: again.append(1) or connection)
        assert again
