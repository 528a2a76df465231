"""Making notes."""

from __future__ import annotations

import sqlalchemy as sa

from vidwiz.models import Note, Video, now
from vidwiz.statements.videos import DURATION, HAS_METADATA

_notes = Note.metadata.tables["notes"]
_videos = Video.__table__.c
_MADE = (_notes.c.id, _notes.c.created_at, _notes.c.updated_at)

INSERT = sa.insert(_notes).returning(*_MADE)
"""A note, whatever is known of its video."""

INSERT_INTO_COMPLETE_VIDEO = (
    sa.insert(_notes)
    .from_select(
        [
            *("video_id", "user_id", "timestamp", "seconds", "text"),
            *("generated_by_ai", "created_at", "updated_at"),
        ],
        sa.select(
            _videos.video_id,
            sa.bindparam("user_id", type_=sa.Integer),
            sa.bindparam("timestamp", type_=sa.String),
            sa.bindparam("seconds", type_=sa.Integer),
            sa.bindparam("text", type_=sa.Text),
            sa.false(),
            now(),
            now(),
        ).where(
            _videos.video_id == sa.bindparam("video_id"),
            _videos.transcript_available,
            HAS_METADATA,
            sa.or_(
                DURATION.is_(None),
                DURATION == 0,
                sa.bindparam("seconds", type_=sa.Integer) <= DURATION,
            ),
        ),
        include_defaults=False,
    )
    .returning(*_MADE)
)
"""A note in a video of which nothing is missing; no row where that, or the moment, is not so."""
