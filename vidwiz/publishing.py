"""Writes the published copies of transcripts, after the transaction that made them due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.db import reading, unit_of_work
from vidwiz.errors import StoreError
from vidwiz.services import transcripts

if TYPE_CHECKING:
    from vidwiz.runtime import Runtime
    from vidwiz.services.transcripts import StoredObject


def publish(runtime: Runtime, video_id: str, stored: StoredObject) -> None:
    """Write the copy of an object that was just accepted; the sweeper does what fails here."""
    _write(runtime, video_id, stored.sha256, stored.body)


def publish_pending(runtime: Runtime) -> int:
    """Write published copies that are missing; a store that fails now is asked again later."""
    with reading() as session:
        pending = transcripts.unpublished(session)
    written = 0
    for transcript in pending:
        try:
            body = runtime.store.get(transcript.object_key)
        except StoreError:
            continue
        written += _write(runtime, transcript.video_id, transcript.sha256, body)
    return written


def _write(runtime: Runtime, video_id: str, digest: str, body: bytes) -> bool:
    try:
        runtime.store.put(transcripts.published_key(video_id), body)
    except StoreError:
        return False
    with unit_of_work(runtime.queue) as uow:
        return transcripts.mark_published(uow, video_id, digest)
