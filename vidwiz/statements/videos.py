"""What is known of one video: for an answer, and for what still has to be fetched."""

from __future__ import annotations

import sqlalchemy as sa

from vidwiz.models import Conversation, Task, Transcript, Video
from vidwiz.statements.dialects import PerDialect

_videos = Video.__table__.c
_transcripts = Transcript.__table__.c
_tasks = Task.__table__.c
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
        .values(video_id=sa.bindparam("video_id"), title=sa.bindparam("title"))
        .on_conflict_do_nothing()
        .returning(_videos.id)
    )
)
"""Make `:video_id` known by the name `:title`; no row when it was known."""

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

NEWEST_TASKS = sa.select(
    _tasks.task_type,
    _tasks.subject,
    _tasks.status,
    _tasks.failures,
    _tasks.error_code,
    _tasks.error_message,
    _tasks.result_details,
    _tasks.run_at,
).where(
    _tasks.id.in_(
        sa.select(sa.func.max(_tasks.id))
        .where(_tasks.subject.in_(sa.bindparam("subjects", expanding=True)))
        .group_by(_tasks.subject, _tasks.task_type)
    )
)
"""Of each type and each of `:subjects` what the newest task says of its stage."""

INSERT_CONVERSATION = sa.insert(_conversations).returning(
    *(_conversations.c[name] for name in ("id", "created_at", "updated_at"))
)
"""A conversation of `user_id` or `guest_id` about `video_id`."""
