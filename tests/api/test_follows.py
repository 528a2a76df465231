"""Follows over HTTP."""

from tests.api.conftest import error
from tests.api.test_imports import config, list_fetcher, plugins  # noqa: F401 - fixtures
from tests.importing.helping import PLAYLIST, work
from vidwiz.plugin_api import PluginError


def test_following_a_list(app, pushed, ada):
    answer = ada.post("/follows", {"url": PLAYLIST, "every_hours": 24})
    assert answer.status_code == 201
    made = answer.json
    assert (made["url"], made["every_hours"], made["state"]) == (PLAYLIST, 24, "waiting")
    assert (made["title"], made["last_check_at"]) == (None, None)
    work(app, ("expand_list",))
    (seen,) = ada.get("/follows").json["follows"]
    assert (seen["title"], seen["state"], seen["code"]) == ("All about bread", "none", None)
    assert seen["last_check_at"] < seen["next_check_at"]
    assert ada.get("/videos").json["total"] == 0
    again = ada.post("/follows", {"url": PLAYLIST})
    assert (again.status_code, again.json["id"]) == (200, made["id"])
    assert ada.delete(f"/follows/{made['id']}").status_code == 200
    assert ada.get("/follows").json["total"] == 0
    error(ada.delete(f"/follows/{made['id']}"), 404)


def test_why_the_last_check_failed_is_shown(app, pushed, ada, list_fetcher):  # noqa: F811
    list_fetcher.errors.append(PluginError("removed"))
    ada.post("/follows", {"url": PLAYLIST})
    work(app, ("expand_list",))
    (seen,) = ada.get("/follows").json["follows"]
    assert (seen["state"], seen["code"]) == ("failed", "removed")
    assert seen["message"]


def test_an_interval_that_is_none(ada):
    for hours in (0, -1, 721, 2**70, 1.5, "6", None, True):
        answer = ada.post("/follows", {"url": PLAYLIST, "every_hours": hours})
        assert error(answer, 422)["details"][0]["field"] == "every_hours"
    assert ada.get("/follows").json["total"] == 0


def test_only_lists_are_followed(ada):
    for url in ("", "breadrise01", "https://youtu.be/breadrise01", "http://10.0.0.1/"):
        answer = ada.post("/follows", {"url": url})
        assert error(answer, 422)["details"][0]["field"] == "url"


def test_another_users_follow_is_not_found(ada, bob):
    made = ada.post("/follows", {"url": PLAYLIST}).json
    assert error(bob.delete(f"/follows/{made['id']}"), 404)["code"] == "follow_not_found"
    assert bob.get("/follows").json["follows"] == []
    assert ada.get("/follows").json["total"] == 1


def test_who_may_follow(stranger, guest, ada, token_of):
    for person in (stranger, guest):
        error(person.post("/follows", {"url": PLAYLIST}), 401)
    error(token_of(ada, "read").post("/follows", {"url": PLAYLIST}), 403)
    assert token_of(ada, "read").get("/follows").status_code == 200
