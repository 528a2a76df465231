"""Imports and follows by forked RQ workers that are killed midway, on both databases."""

import os
import signal
from collections import Counter

import psutil
import pytest

from tests.fixtures.servers import until
from tests.importing.helping import begin, ids, library, look, make_check_due
from tests.support import make_user, tasks, writing
from vidwiz.services.importing import follows
from vidwiz.services.importing.imports import ImportSource

PLAYLIST = "https://lists.example.org/bread"
COUNT = 120

pytestmark = pytest.mark.slow


def asked(stack, role):
    return Counter(call["about"] for call in stack.calls(role))


def set_list(stack, *video_ids):
    (stack.gate / "list").write_text("\n".join(video_ids))


def test_killed_midway_it_is_resumed_without_a_second_fetch_of_anything(stack):
    set_list(stack, *ids(COUNT))
    user = make_user(is_admin=True)
    workers = stack.start_workers()
    import_id = begin(user, ImportSource.of_list(PLAYLIST))
    until(lambda: len(asked(stack, "transcript")) >= 20, "twenty fetches", 60)
    with stack.held("transcript"), stack.held("metadata"):
        until(lambda: look(import_id)[0].state == "running", "all to be added", 60)
        family = psutil.Process(workers.pid).children(recursive=True)
        workers.send_signal(signal.SIGKILL)
        workers.wait()
        psutil.wait_procs(family, 30)
        under_way = {task.video_id for task in tasks(status="in_progress")}
    stack.start_workers()
    until(lambda: look(import_id)[1].done == COUNT, f"the rest\n{stack.output()}", 120)
    assert library(user) == ids(COUNT)
    assert asked(stack, "list") == {PLAYLIST: 1}
    for role in ("metadata", "transcript"):
        calls = asked(stack, role)
        assert set(calls) == set(ids(COUNT))
        # Asked again for is only what somebody was asking for when the workers were killed.
        assert {id_ for id_, times in calls.items() if times > 1} <= under_way
    until(lambda: look(import_id)[0].state == "completed", "the sweeper to note the end", 30)


def test_a_worker_that_is_killed_while_it_lists_loses_nothing(stack):
    set_list(stack, *ids(5))
    user = make_user()
    stack.start_workers()
    with stack.held("list"):
        import_id = begin(user, ImportSource.of_list(PLAYLIST))
        horse = stack.first_call("list")["pid"]
        os.kill(horse, signal.SIGKILL)
        until(lambda: len(stack.calls("list")) == 2, "the second attempt", 30)
    until(lambda: look(import_id)[1].done == 5, f"the import\n{stack.output()}", 60)
    assert library(user) == ids(5)


def test_new_uploads_come_by_themselves(stack):
    set_list(stack, *ids(5))
    user = make_user()
    stack.start_workers()
    with writing() as uow:
        follow, _ = follows.create(uow, user.id, PLAYLIST)
    until(lambda: stack.calls("list"), "the first look", 30)
    until(lambda: not tasks(status="in_progress", task_type="expand_list"), "its end", 30)
    set_list(stack, "newvideo001", *ids(5))
    make_check_due(follow.id)
    until(lambda: library(user) == ["newvideo001"], f"the new one\n{stack.output()}", 60)
    assert not set(asked(stack, "transcript")) & set(ids(5))
