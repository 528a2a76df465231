"""What is known of one video: for an answer, and for what still has to be fetched."""

from __future__ import annotations

import sqlalchemy as sa

from vidwiz.models import Conversation, Transcript, Video
from vidwiz.statements.dialects import PerDialect

_videos = Video.__table__.c
_transcripts = Transcript.__table__.c
_conversations = Conversation.metadata.tables["conversations"]

HAS_METADATA = _videos.metadata.is_not(None)
DURATION = _videos.metadata["duration"].as_float()
"""In seconds; null where it is not known."""

STATE = sa.select(
    HAS_METADATA.label("has_metadata"), _videos.transcript_available, DURATION.label("duration")
).where(_videos.video_id == sa.bindparam("video_id"))
"""What there is of the video `:video_id`."""

INSERT = PerDialect(
    lambda insert: (
        insert(Video.__table__)
        .values({name: sa.bindparam(name) for name in ("video_id", "title", "url")})
        .on_conflict_do_nothing()
        .returning(_videos.id)
    )
)
"""Make `:video_id` known by the name `:title` and its `:url`; no row when it was known."""

URL = sa.select(_videos.url).where(_videos.video_id == sa.bindparam("video_id"))
"""The address that was kept with the video `:video_id`."""

UPLOAD_DATE = sa.select(_videos.metadata["upload_date"].as_string()).where(
    _videos.video_id == sa.bindparam("video_id")
)
"""The day (YYYYMMDD) from which the video `:video_id` is, as far as it is known."""

WITH_TRANSCRIPT = (
    sa.select(
        _videos.id,
        _videos.video_id,
        _videos.title,
        _videos.metadata.label("video_metadata"),
        _videos.metadata_source,
        _videos.transcript_available,
        _videos.created_at,
        _videos.updated_at,
        _transcripts.id.label("transcript_id"),
        _transcripts.source.label("transcript_source"),
        _transcripts.summary,
        _transcripts.suggested_questions,
        _transcripts.summary_made_by,
    )
    .join_from(
        Video.__table__,
        Transcript.__table__,
        sa.and_(_transcripts.video_id == _videos.video_id, _transcripts.owner_id.is_(None)),
        isouter=True,
    )
    .where(_videos.video_id == sa.bindparam("video_id"))
)
"""All that is shown of the video `:video_id`, with the shared transcript's part."""

INSERT_CONVERSATION = sa.insert(_conversations).returning(
    *(_conversations.c[name] for name in ("id", "created_at", "updated_at"))
)
"""A conversation of `user_id` or `guest_id` about `video_id`."""
