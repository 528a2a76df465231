"""The sweeper: the one periodic duty, which makes up for everything that got lost."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from vidwiz.db import reading, unit_of_work
from vidwiz.publishing import publish_pending
from vidwiz.services import setbacks, sweeping, transcripts

if TYPE_CHECKING:
    import threading

    from flask import Flask

    from vidwiz.runtime import Runtime

log = logging.getLogger(__name__)


def sweep(runtime: Runtime) -> bool:
    """Do one round, unless another sweeper has just done it; say whether it was done.

    Safe to run in any number of processes and to be stopped anywhere: each step is its own
    transaction and does again only what is still undone.
    """
    config = runtime.config
    with unit_of_work(runtime.queue) as uow:
        if not sweeping.take_turn(uow, sweeping.SWEEP, every=config.sweep_seconds):
            return False
    with unit_of_work(runtime.queue) as uow:
        lost = setbacks.recover_expired(uow)
    if lost:
        log.warning("leases ran out", extra={"tasks": lost})
    _dispatch(runtime)
    publish_pending(runtime)
    with unit_of_work(runtime.queue) as uow:
        sweeping.schedule_forgotten_notes(uow)
    with unit_of_work(runtime.queue) as uow:
        sweeping.poke_due(uow, again_after=2 * config.sweep_seconds)
    with unit_of_work(runtime.queue) as uow:
        if sweeping.take_turn(uow, sweeping.TIDY, every=sweeping.TIDY_SECONDS):
            sweeping.tidy(uow)
    return True


def _dispatch(runtime: Runtime) -> None:
    with reading() as session:
        pending = transcripts.undispatched(session)
    for transcript_id, video_id in pending:
        with unit_of_work(runtime.queue) as uow:
            transcripts.dispatch_again(uow, transcript_id, video_id)


def sweep_for_ever(app: Flask, runtime: Runtime, stopped: threading.Event) -> None:
    """Sweep until `stopped` is set; a database that is away is waited for."""
    while not stopped.wait(runtime.config.sweep_seconds):
        try:
            with app.app_context():
                sweep(runtime)
        except SQLAlchemyError:
            log.warning("the sweep failed; the next one does it again", exc_info=True)
