"""The sweeper: periodic work that makes up for everything that got lost."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from vidwiz.db.transactions import read_transaction
from vidwiz.pipeline.flow import KINDS
from vidwiz.services import dispatch, publishing, retention, transcripts
from vidwiz.services.importing import follows, imports, settling
from vidwiz.tasks import failures, recovery
from vidwiz.tasks.periodic_runs import begin_periodic_run
from vidwiz.worker import presence

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from vidwiz.runtime import Runtime

log = logging.getLogger(__name__)

SWEEP, PUBLISHING, BLOCKED = "sweep", "publishing", "blocked"
# A worker on another network hears of what is blocked on one within this time.
_BLOCKED_SECONDS = 10.0
# A store that answers slowly holds up copies and nothing else, and those for this long at most
# before the next copies are looked up.
_PUBLISHING_SECONDS = 20.0
# What is old goes on an hour later: no other step of this process is done meanwhile.
_REMOVING_SECONDS = 20.0
# Looking for workers that died costs a look into a small folder.
_LOST_WORKERS_SECONDS = 0.5
# What hangs is not waited for any longer.
_END_SECONDS = 2.0


def sweep(runtime: Runtime) -> bool:
    """Do one round, unless another process has just done it; say whether it was done.

    Safe to run in any number of processes and to be stopped anywhere: each step is its own
    transaction and does again only what is still undone. A step that fails is logged and holds
    up no other.
    """
    every = runtime.config.sweep_seconds
    with runtime.unit_of_work() as uow:
        if not begin_periodic_run(uow, SWEEP, every=every):
            return False
    for step in _STEPS:
        _contained(step, runtime)
    return True


def publish_due(runtime: Runtime) -> int:
    """Write published copies that are missing or old; return how many.

    One process does it at a time; the copies that are longest due come first.
    """
    with runtime.unit_of_work() as uow:
        if not begin_periodic_run(uow, PUBLISHING, every=runtime.config.sweep_seconds):
            return 0
    with read_transaction() as session:
        due = publishing.due_publications(session)
    until = time.monotonic() + _PUBLISHING_SECONDS
    written = 0
    for publication in due:
        if time.monotonic() > until:
            break
        written += publishing.publish(runtime, publication)
    return written


def _contained(step: Callable[[Runtime], object], runtime: Runtime) -> None:
    try:
        step(runtime)
    except Exception:
        log.warning(
            "a step of the sweep failed; the next sweep does it again",
            exc_info=True,
            extra={"step": step.__name__.lstrip("_")},
        )


def _recover_expired(runtime: Runtime) -> None:
    with runtime.unit_of_work() as uow:
        lost = failures.recover_expired(uow, KINDS.names)
    if lost:
        log.warning("leases ran out", extra={"tasks": lost})


def _notify_due(runtime: Runtime) -> None:
    with runtime.unit_of_work() as uow:
        recovery.notify_due(uow, KINDS.names, again_after=2 * runtime.config.sweep_seconds)


def _notify_blocked(runtime: Runtime) -> None:
    with runtime.unit_of_work() as uow:
        if not begin_periodic_run(uow, BLOCKED, every=_BLOCKED_SECONDS):
            return
        recovery.notify_blocked(uow, KINDS.names)
        for network in recovery.networks_without_block(uow.session):
            recovery.make_blocked_due(uow, network)


def _dispatch(runtime: Runtime) -> None:
    with read_transaction() as session:
        pending = transcripts.undispatched(session)
    for video_id in pending:
        with runtime.unit_of_work() as uow:
            dispatch.dispatch_if_due(uow, video_id)


def _find_forgotten_notes(runtime: Runtime) -> None:
    with read_transaction() as session:
        found = dispatch.find_forgotten_notes(session)
    if found.note_ids or found.begin != found.end:
        with runtime.unit_of_work() as uow:
            dispatch.schedule_forgotten_notes(uow, found)


def _settle_imports(runtime: Runtime) -> None:
    with read_transaction() as session:
        looked = settling.to_settle(session)
    if looked.begin != looked.end:
        with runtime.unit_of_work() as uow:
            settling.keep_place(uow, looked)
    for import_id, item_ids in looked.items.items():
        with runtime.unit_of_work() as uow:
            found = imports.lock(uow, import_id)
            if found is not None:
                settling.settle(uow, found, item_ids)


def _check_follows(runtime: Runtime) -> None:
    with read_transaction() as session:
        is_due = follows.any_due(session)
    if is_due:
        with runtime.unit_of_work() as uow:
            follows.schedule_due(uow)


def _remove_old(runtime: Runtime) -> None:
    every = retention.EVERY_SECONDS
    with runtime.unit_of_work() as uow:
        if not begin_periodic_run(uow, retention.RETENTION, every=every):
            return
    with runtime.unit_of_work() as uow:
        retention.remove_old_rows(uow)
    until = time.monotonic() + _REMOVING_SECONDS
    while time.monotonic() < until and (task_ids := _old_tasks()):
        with runtime.unit_of_work() as uow:
            retention.remove_tasks(uow, task_ids)
    until = time.monotonic() + _REMOVING_SECONDS
    while time.monotonic() < until and (import_ids := _old_imports()):
        with runtime.unit_of_work() as uow:
            retention.remove_imports(uow, import_ids)
    runtime.store.remove_drafts(older_than_seconds=retention.DRAFT_SECONDS)


def _old_tasks() -> list[int]:
    with read_transaction() as session:
        return retention.old_tasks(session)


def _old_imports() -> list[int]:
    with read_transaction() as session:
        return retention.old_imports(session)


_STEPS = (
    *(_recover_expired, _notify_due, _dispatch, _find_forgotten_notes),
    *(_settle_imports, _check_follows, _remove_old, _notify_blocked),
)


def sweep_until(app: Flask, runtime: Runtime, stopped: threading.Event) -> None:
    """Sweep until `stopped` is set; a database that is away is waited for.

    Published copies have a thread of their own, so that a store that hangs holds up no sweep; so
    have workers of this machine that died, which are looked for more often.
    """
    every = runtime.config.sweep_seconds
    beside = [
        threading.Thread(
            target=_repeat,
            args=(app, runtime, stopped, work, pause),
            name=work.__name__,
            daemon=True,
        )
        for work, pause in (
            (publish_due, every),
            (presence.recover_lost_workers, min(every, _LOST_WORKERS_SECONDS)),
        )
    ]
    for thread in beside:
        thread.start()
    _repeat(app, runtime, stopped, sweep, every)
    for thread in beside:
        thread.join(_END_SECONDS)


def _repeat(
    app: Flask,
    runtime: Runtime,
    stopped: threading.Event,
    work: Callable[[Runtime], object],
    pause: float,
) -> None:
    wait = pause
    while not stopped.wait(wait):
        wait = pause
        try:
            with app.app_context():
                work(runtime)
        except Exception:
            log.warning("%s failed; it is done again", work.__name__, exc_info=True)
            # What is away is not asked, and written about, more often than that.
            wait = max(pause, runtime.config.sweep_seconds)
