"""Published copies of shared transcripts: the key that other programs read.

A copy is written after the commit that made it due, and again by the sweeper where that failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.errors import StoreError
from vidwiz.models import Transcript, now, now_plus
from vidwiz.statements.effects import MARK_PUBLISHED

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from vidwiz.ports import Parts, UnitOfWork

# After a failure a copy is tried again in 10 s, then 20, 40, ... and at last every hour. A new
# version's copy is left to whoever stored it for as long.
FIRST_PAUSE = 10.0
_LONGEST_PAUSE = 3600.0
# How often one call writes the copy again because the transcript was replaced meanwhile.
_MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Publication:
    """A version of a video's shared transcript that is to be published."""

    video_id: str
    object_key: str
    sha256: str


def published_key(video_id: str) -> str:
    """Return the key of the copy that the original's readers know."""
    return f"transcripts/{video_id}.json"


def publish_after_commit(uow: UnitOfWork, publication: Publication) -> None:
    """Have the copy written once the transaction is committed and those who wait know of it."""
    uow.after_commit(partial(publish, publication=publication), last=True)


def publish(parts: Parts, publication: Publication) -> bool:
    """Write the copy; False when the store failed, upon which the sweeper tries again.

    The copy may have overwritten a newer one when this process was slow. Then the newer version
    is written again, here or, should this process end, by the sweeper.
    """
    due: Publication | None = publication
    for _ in range(_MOST_ROUNDS):
        if due is None:
            break
        try:
            parts.store.copy(due.object_key, published_key(due.video_id))
        except StoreError:
            with parts.unit_of_work() as uow:
                _put_off(uow, due.video_id)
            return False
        with parts.single_statement() as uow:
            due = mark_published(uow, due)
    return due is None


def mark_published(uow: UnitOfWork, written: Publication) -> Publication | None:
    """Record that this version's copy is written; return the version to write instead, if any.

    A late writer has overwritten the current version's copy, so that is not published then.
    """
    values = {"of_video": written.video_id, "written": written.sha256}
    row = uow.connection.execute(MARK_PUBLISHED, values).first()
    if row is None or row.sha256 == written.sha256:
        return None
    return Publication(written.video_id, row.object_key, row.sha256)


def _put_off(uow: UnitOfWork, video_id: str) -> None:
    """Let others be published first; the pause doubles with every failure."""
    mine = (Transcript.video_id == video_id, Transcript.owner_id.is_(None))
    failures = uow.session.scalar(sa.select(Transcript.publish_failures).where(*mine)) or 0
    pause = min(_LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 16))
    uow.session.execute(
        sa.update(Transcript)
        .where(*mine)
        .values(
            publish_failures=failures + 1,
            publish_at=now_plus(pause),
            updated_at=Transcript.updated_at,
        )
        .execution_options(synchronize_session=False)
    )


def due_publications(session: Session, *, limit: int = 20) -> list[Publication]:
    """Return copies that are missing or old and may be tried now, the longest due first."""
    rows = session.execute(
        sa.select(Transcript.video_id, Transcript.object_key, Transcript.sha256)
        .where(Transcript.owner_id.is_(None), Transcript.published_at.is_(None))
        .where(Transcript.publish_at <= now())
        .order_by(Transcript.publish_at, Transcript.id)
        .limit(limit)
    )
    return [Publication(*row) for row in rows]
