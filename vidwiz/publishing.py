"""Writes the published copies of transcripts, after the transaction that made them due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.db import reading, unit_of_work
from vidwiz.errors import StoreError
from vidwiz.services import transcripts

if TYPE_CHECKING:
    from vidwiz.runtime import Runtime


def publish(runtime: Runtime, video_id: str, *, object_key: str, digest: str) -> bool:
    """Write the copy of an object that a row points to; what fails here the sweeper does later."""
    try:
        runtime.store.copy(object_key, transcripts.published_key(video_id))
    except StoreError:
        return False
    with unit_of_work(runtime.queue) as uow:
        return transcripts.mark_published(uow, video_id, digest)


def publish_pending(runtime: Runtime) -> int:
    """Write published copies that are missing or old; return how many."""
    with reading() as session:
        pending = transcripts.unpublished(session)
    return sum(
        publish(runtime, known.video_id, object_key=known.object_key, digest=known.sha256)
        for known in pending
    )
