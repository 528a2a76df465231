"""Follows: what comes after the follow is imported, once, whatever fails in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from tests.importing.helping import (
    CHANNEL,
    LISTS,
    all_imports,
    follow_row,
    ids,
    library,
    make_check_due,
    sweep_now,
    work,
)
from tests.support import make_user, tasks, work_here, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import ConflictError, InvalidInputError, NotFoundError
from vidwiz.models import Follow, FollowedVideo, Priority, TaskStatus, now_plus
from vidwiz.plugin_api import PluginError
from vidwiz.plugin_api.fakes import listed
from vidwiz.services.importing import follows

NEW = "bread000200"


def follow(user, url=CHANNEL, **options):
    with writing() as uow:
        made, _ = follows.create(uow, user.id, url, **options)
    return made.id


def upload(list_fetcher, *video_ids, url=CHANNEL):
    """Put videos on top of the channel, the newest first."""
    there = [video.ref.id for video in list_fetcher.lists[url].videos]
    list_fetcher.lists[url] = listed(*video_ids, *there, key="youtube:UCbread", title="The Bakery")


def check(core, follow_id):
    make_check_due(follow_id)
    sweep_now()
    work_here(core, LISTS)


def stage(follow_id):
    with read_transaction() as session:
        return follows.stages(session, [session.get(Follow, follow_id)])[follow_id]


@pytest.fixture
def followed(core, user):
    """A follow of the channel after its first check."""
    follow_id = follow(user)
    work_here(core, LISTS)
    return follow_id


def test_the_first_check_imports_nothing(core, user, followed, list_fetcher):
    row = follow_row(followed)
    assert (row.title, row.list_key) == ("The Bakery", "youtube:UCbread")
    assert row.last_check_at is not None
    assert all_imports() == []
    assert list_fetcher.calls == [(CHANNEL, None)]


def test_with_backfill_it_imports_what_is_there(core, user):
    follow(user, backfill=True)
    work(core)
    assert library(user) == ids(30)


def test_new_uploads_are_imported_and_nothing_else(core, user, followed, list_fetcher):
    upload(list_fetcher, "bread000201", NEW)
    check(core, followed)
    assert list_fetcher.calls[1:] == [(CHANNEL, follows.NEWEST)]
    assert library(user) == [NEW, "bread000201"]
    (made,) = all_imports()
    assert (made.kind, made.title) == ("follow", "The Bakery")
    assert {task.priority for task in tasks(task_type="fetch_transcript")} == {Priority.IMPORT}
    check(core, followed)
    assert len(all_imports()) == 1


def test_a_gap_is_filled_from_the_whole_list(core, user, followed, list_fetcher):
    uploaded = [f"later{number:06d}" for number in range(40)]
    upload(list_fetcher, *uploaded)
    check(core, followed)
    assert list_fetcher.calls[1:] == [(CHANNEL, follows.NEWEST), (CHANNEL, None)]
    assert library(user) == uploaded


def test_an_empty_feed_is_no_gap(core, user, followed, list_fetcher):
    list_fetcher.lists[CHANNEL] = listed(key="youtube:UCbread")
    check(core, followed)
    assert list_fetcher.calls[1:] == [(CHANNEL, follows.NEWEST)]


@pytest.mark.parametrize("code", ["removed", "private", "parse_error", "network_error"])
def test_no_failure_ends_a_follow(core, user, followed, list_fetcher, code):
    upload(list_fetcher, NEW)
    list_fetcher.errors.append(PluginError(code, "The feed is not there."))
    check(core, followed)
    assert stage(followed).code == code
    row = follow_row(followed)
    assert row.next_check_at > datetime.now(UTC) + timedelta(hours=5)
    with writing() as uow:
        uow.session.execute(sa.text("UPDATE tasks SET run_at = created_at"))
    check(core, followed)
    assert library(user) == [NEW]
    assert stage(followed).code is None


def test_checks_are_scheduled_once_by_many_at_one_moment(core, user, followed):
    make_check_due(followed)
    barrier = Barrier(6)

    def run():
        with core.app_context():
            barrier.wait()
            with writing() as uow:
                return follows.schedule_due(uow)

    with ThreadPoolExecutor(6) as pool:
        scheduled = [future.result(30) for future in [pool.submit(run) for _ in range(6)]]
    assert sorted(scheduled) == [0, 0, 0, 0, 0, 1]
    assert len(tasks(task_type="expand_list", status=TaskStatus.PENDING)) == 1


@pytest.mark.parametrize("hours", [-1, 0, 721, 10**9])
def test_an_interval_that_is_none_is_refused(core, user, hours):
    with writing() as uow, pytest.raises(InvalidInputError):
        follows.create(uow, user.id, CHANNEL, every_hours=hours)


@pytest.mark.parametrize("hours", [1, 720])
def test_the_next_check_is_never_early_and_little_late(core, user, hours):
    row = follow_row(follow(user, every_hours=hours))
    wait = (row.next_check_at - row.created_at).total_seconds()
    assert hours * 3600 <= wait <= hours * 3600 * 1.1 + 5


@pytest.mark.parametrize("days", [-40_000, -1])
def test_a_check_that_is_long_due_is_one_check(core, user, followed, days):
    with writing() as uow:
        uow.session.execute(sa.update(Follow).values(next_check_at=now_plus(days * 86_400)))
    sweep_now()
    sweep_now()
    assert len(tasks(task_type="expand_list")) == 2


def test_following_twice_changes_the_interval(core, user, followed):
    assert follow(user, every_hours=24) == followed
    row = follow_row(followed)
    assert row.every_hours == 24
    assert row.next_check_at > datetime.now(UTC) + timedelta(hours=23)


def test_two_addresses_of_one_list_become_one_follow(core, user, followed):
    second = follow(user, f"{CHANNEL}/videos")
    assert second != followed
    work_here(core, LISTS)
    assert follow_row(second) is None
    assert follow_row(followed).list_key == "youtube:UCbread"


def test_two_users_follow_the_same_list_each_for_themselves(core, user, followed, list_fetcher):
    bob = make_user("bob@example.org")
    other = follow(bob)
    work_here(core, LISTS)
    upload(list_fetcher, NEW)
    check(core, followed)
    assert (library(user), library(bob)) == ([NEW], [])
    check(core, other)
    assert library(bob) == [NEW]


def test_what_is_followed_no_longer_is_not_checked(core, user, followed, list_fetcher):
    make_check_due(followed)
    sweep_now()
    with writing() as uow:
        follows.remove(uow, followed, user_id=user.id)
    work_here(core, LISTS)
    assert len(list_fetcher.calls) == 1
    with read_transaction() as session:
        assert session.query(FollowedVideo).count() == 0
    with writing() as uow, pytest.raises(NotFoundError):
        follows.remove(uow, followed, user_id=user.id)


def test_a_stranger_removes_nothing(core, user, followed):
    bob = make_user("bob@example.org")
    with writing() as uow, pytest.raises(NotFoundError):
        follows.remove(uow, followed, user_id=bob.id)
    assert follow_row(followed) is not None


def test_there_is_a_most_of_follows(core, user):
    with writing() as uow:
        uow.session.execute(
            sa.insert(Follow),
            [
                {"user_id": user.id, "url": f"u{n}", "list_key": f"u{n}", "every_hours": 6}
                for n in range(follows.MOST_FOLLOWS)
            ],
        )
    with writing() as uow, pytest.raises(ConflictError):
        follows.create(uow, user.id, CHANNEL)


def test_a_follow_made_by_many_at_one_moment_is_one(core, user):
    barrier = Barrier(6)

    def run():
        with core.app_context():
            barrier.wait()
            return follow(user)

    with ThreadPoolExecutor(6) as pool:
        made = {future.result(30) for future in [pool.submit(run) for _ in range(6)]}
    assert len(made) == 1
    assert len(tasks(task_type="expand_list")) == 1
