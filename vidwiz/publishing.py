"""Writes the published copies of transcripts, after the transaction that made them due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.db import reading, unit_of_work
from vidwiz.errors import StoreError
from vidwiz.services import transcripts

if TYPE_CHECKING:
    from vidwiz.runtime import Runtime


def publish_pending(runtime: Runtime, *, video_id: str | None = None) -> int:
    """Write published copies that are missing; a store that fails now is asked again later."""
    written = 0
    with reading() as session:
        pending = transcripts.unpublished(session, video_id=video_id)
    for transcript in pending:
        try:
            transcripts.publish(runtime.store, transcript)
        except StoreError:
            continue
        with unit_of_work(runtime.queue) as uow:
            written += transcripts.mark_published(uow, transcript.id, transcript.sha256)
    return written
