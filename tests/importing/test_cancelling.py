"""Cancelling: what only this import asked for and nobody has begun, and nothing else."""

from collections import Counter

import pytest

from tests.importing.helping import (
    LISTS,
    all_imports,
    begin,
    cancel,
    ids,
    item_states,
    library,
    look,
    sweep_now,
    work,
)
from tests.importing.test_imports import source_of
from tests.support import make_note, make_user, tasks, work_here, writing
from vidwiz.errors import NotFoundError, StaleError
from vidwiz.models import TaskStatus
from vidwiz.services import conversations, videos
from vidwiz.services.conversations import Owner
from vidwiz.services.importing import adding, imports
from vidwiz.services.video_ids import named
from vidwiz.tasks import claims
from vidwiz.tasks.types import WorkerId
from vidwiz.worker.context import WorkerContext

ME = WorkerId("me")


def active(video_id):
    return [task for task in tasks(video_id=video_id) if task.completed_at is None]


def test_nothing_of_a_cancelled_import_is_fetched(core, user, transcript_fetcher):
    import_id = begin(user)
    work_here(core, LISTS)
    cancel(import_id, user)
    found, so_far = look(import_id)
    assert (found.state, so_far.cancelled, so_far.left.videos) == ("cancelled", 200, 0)
    assert library(user) == []
    work(core)
    assert transcript_fetcher.calls == []
    assert {task.status for task in tasks() if task.video_id} == {TaskStatus.CANCELLED}


def test_what_was_not_added_yet_is_not_added(core, user):
    import_id = begin(user, source_of(*ids(60)))
    with WorkerContext(core, "test") as context:
        runner = context.runner
        (claim,) = runner._ledger.claim("expand_list", limit=1)
        kind = runner._kinds.named("expand_list")
        runner._ledger.complete(claim, kind.run(runner._ledger.inputs(claim), runner._providers))
    assert len(library(user)) == 50
    cancel(import_id, user)
    work(core)
    assert Counter(item_states(import_id).values()) == {"cancelled": 60}
    assert library(user) == []


def test_the_rest_is_cancelled_by_a_task_if_the_request_dies(core, user, transcript_fetcher):
    import_id = begin(user, source_of(*ids(20)))
    work_here(core, LISTS)
    with writing() as uow:
        adding.cancel(uow, import_id, user_id=user.id)
    work_here(core, LISTS)
    assert Counter(item_states(import_id).values()) == {"cancelled": 20}
    work(core)
    assert transcript_fetcher.calls == []


def test_what_somebody_else_waits_for_stays(core, user):
    noted, saved, talked, asked, imported = kept = ids(5)
    bob = make_user("bob@example.org")
    import_id = begin(user, source_of(*ids(10)))
    work_here(core, LISTS)
    make_note(bob, video_id=noted)
    with writing() as uow:
        videos.save(uow, saved, bob.id)
        conversations.create(uow, owner=Owner(user_id=bob.id, guest_id=None), video=named(talked))
        videos.ensure(uow, asked)
    begin(bob, source_of(imported))
    work_here(core, LISTS)
    cancel(import_id, user)
    states = item_states(import_id)
    assert {id_ for id_, state in states.items() if state == "begun"} == set(kept)
    assert all(len(active(id_)) == 2 for id_ in kept)
    assert all(active(id_) == [] for id_ in ids(10)[5:])
    work(core)
    assert look(import_id)[1].done == 5


def test_what_the_user_had_before_stays_in_the_library(core, user):
    with writing() as uow:
        videos.ensure(uow, ids(1)[0])
        videos.save(uow, ids(1)[0], user.id)
    import_id = begin(user, source_of(*ids(3)))
    work_here(core, LISTS)
    cancel(import_id, user)
    assert library(user) == ids(1)
    assert item_states(import_id)[ids(1)[0]] == "known"


def test_what_is_being_fetched_goes_on(core, user):
    import_id = begin(user, source_of(*ids(3)))
    work_here(core, LISTS)
    with writing() as uow:
        (held,) = claims.claim(uow, "fetch_transcript", ME, lease_seconds=30.0)
    cancel(import_id, user)
    assert item_states(import_id)[held.video_id] == "begun"
    assert Counter(item_states(import_id).values()) == {"begun": 1, "cancelled": 2}
    with writing() as uow:
        assert claims.renew(uow, held, lease_seconds=30.0)


def test_cancelling_twice_or_too_late_changes_nothing(core, user):
    import_id = begin(user, source_of(*ids(3)))
    work(core)
    sweep_now()
    before = look(import_id)
    cancel(import_id, user)
    cancel(import_id, user)
    assert look(import_id)[1] == before[1]
    assert look(import_id)[0].state == "completed"


def test_an_import_that_has_ended_unnoticed_is_completed_and_not_cancelled(core, user):
    import_id = begin(user, source_of(*ids(3)))
    work(core)
    cancel(import_id, user)
    assert look(import_id)[0].state == "completed"
    assert library(user) == ids(3)


def test_a_listing_that_ends_after_the_cancelling_is_refused(core, user):
    import_id = begin(user)
    with WorkerContext(core, "test") as context:
        runner = context.runner
        (claim,) = runner._ledger.claim("expand_list", limit=1)
        kind = runner._kinds.named("expand_list")
        result = kind.run(runner._ledger.inputs(claim), runner._providers)
        cancel(import_id, user)
        with pytest.raises(StaleError):
            runner._ledger.complete(claim, result)
    assert item_states(import_id) == {}
    assert look(import_id)[0].state == "cancelled"


def test_another_users_import_is_not_found(core, user):
    import_id = begin(user)
    bob = make_user("bob@example.org")
    with writing() as uow, pytest.raises(NotFoundError):
        adding.cancel(uow, import_id, user_id=bob.id)
    with writing() as uow, pytest.raises(NotFoundError):
        imports.get(uow.session, import_id, user_id=bob.id)
    assert all_imports()[0].state == "listing"


def test_a_cancelled_import_can_be_begun_again(core, user):
    import_id = begin(user, source_of(*ids(3)))
    work_here(core, LISTS)
    cancel(import_id, user)
    again = begin(user, source_of(*ids(3)))
    assert again != import_id
    work(core)
    assert look(again)[1].done == 3
    assert library(user) == ids(3)
