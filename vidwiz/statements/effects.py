"""Statements that write results: metadata, a transcript, a summary, a note's text.

Locks are taken in the order video, transcript, note, task, also within one statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from vidwiz.models import Note, Transcript, Video, now, now_plus
from vidwiz.statements.dialects import PerDialect

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

_VIDEOS = cast("sa.Table", Video.__table__)
_TRANSCRIPTS = cast("sa.Table", Transcript.__table__)
_NOTES = cast("sa.Table", Note.__table__)
_V, _T, _N = _VIDEOS.c, _TRANSCRIPTS.c, _NOTES.c
_OF_VIDEO = sa.bindparam("of_video", type_=_V.video_id.type)
_MADE_FROM = sa.bindparam("made_from", type_=_T.sha256.type)

# --- Metadata ---

# A title and its folded form are null together.
STORE_METADATA = (
    sa.update(_VIDEOS)
    .where(_V.video_id == _OF_VIDEO)
    .values(
        {
            _V.metadata: sa.bindparam("new_metadata"),
            _V.metadata_source: sa.bindparam("new_source"),
            _V.title: sa.func.coalesce(sa.bindparam("new_title", type_=sa.Text), _V.title),
            _V.title_folded: sa.func.coalesce(
                sa.bindparam("new_title_folded", type_=sa.Text), _V.title_folded
            ),
        }
    )
)
"""Writes a video's metadata; its title stays where the metadata has none."""

# --- Transcripts ---

_WITHOUT_TRANSCRIPT = sa.and_(_V.video_id == _OF_VIDEO, _V.transcript_available.is_(sa.false()))
_SET_AVAILABLE = (
    sa.update(_VIDEOS).where(_WITHOUT_TRANSCRIPT).values(transcript_available=sa.true())
)


def _insert_shared(insert: Callable[[sa.Table], Any], video: sa.FromClause) -> Any:  # noqa: ANN401
    new = {
        "video_id": video.c.video_id,
        "object_key": sa.bindparam("new_key", type_=_T.object_key.type),
        "sha256": sa.bindparam("new_sha256", type_=_T.sha256.type),
        "language": sa.bindparam("new_language", type_=_T.language.type),
        "source": sa.bindparam("new_source", type_=_T.source.type),
        "dispatched_at": now(),
        "publish_at": now_plus(sa.bindparam("publish_after", type_=sa.Float)),
        "publish_failures": sa.literal_column("0"),
        "created_at": now(),
        "updated_at": now(),
    }
    return (
        insert(_TRANSCRIPTS)
        .from_select(
            # Without a WHERE, SQLite takes ON CONFLICT for a condition of a join.
            [*new],
            sa.select(*new.values()).where(sa.true()),
            include_defaults=False,
        )
        .on_conflict_do_nothing()
        .returning(_T.id)
    )


_INSERT_FIRST = PerDialect(
    lambda insert: _insert_shared(
        insert, sa.select(_V.video_id).where(_WITHOUT_TRANSCRIPT).subquery("video")
    )
)
# For PostgreSQL: the video is locked before the transcript is inserted, which reads it.
_TAKE_VIDEO_AND_INSERT_FIRST = PerDialect(
    lambda insert: _insert_shared(insert, _SET_AVAILABLE.returning(_V.video_id).cte("video"))
)


def insert_first_transcript(connection: Connection, values: dict[str, Any]) -> int | None:
    """Give a video its first shared transcript; None, and nothing done, when it has one.

    Takes the video's lock. Also None for a video that is not there.
    """
    if connection.dialect.name == "postgresql":
        statement = _TAKE_VIDEO_AND_INSERT_FIRST.on(connection)
        return cast("int | None", connection.scalar(statement, values))
    inserted = connection.scalar(_INSERT_FIRST.on(connection), values)
    if inserted is not None:
        connection.execute(_SET_AVAILABLE, {"of_video": values["of_video"]})
    return cast("int | None", inserted)


_CURRENT = _T.sha256 == sa.bindparam("written", type_=_T.sha256.type)
MARK_PUBLISHED = (
    sa.update(_TRANSCRIPTS)
    .where(_T.video_id == _OF_VIDEO, _T.owner_id.is_(None))
    .values(
        published_at=sa.case((_CURRENT, now()), else_=sa.null()),
        publish_failures=sa.literal_column("0"),
        updated_at=_T.updated_at,
    )
    .returning(_T.object_key, _T.sha256)
)
"""Marks the shared transcript as published, if this is the version that was written."""

# --- Texts ---

_LOCKED = (
    sa.select(_V.video_id).where(_V.video_id == _OF_VIDEO).with_for_update(key_share=True)
).cte("video")
STORE_SUMMARY = (
    sa.update(_TRANSCRIPTS)
    .where(_T.id == sa.bindparam("of_transcript"), _T.video_id == _LOCKED.c.video_id)
    .where(_T.sha256 == _MADE_FROM)
    .values(
        summary=sa.bindparam("new_summary"),
        suggested_questions=sa.bindparam("new_questions"),
        summary_made_by=sa.bindparam("new_made_by"),
    )
    # SQLite's driver counts no rows of a statement that begins with WITH.
    .returning(_T.id)
)
"""Writes the summary of a transcript that is still the version it was made from."""

_OF_CURRENT_VERSION = sa.exists().where(
    _T.video_id == _N.video_id, _T.owner_id.is_(None), _T.sha256 == _MADE_FROM
)
_FILL_NOTE = (
    sa.update(_NOTES)
    # In a form that no index has, so that the note is found by its id.
    .where(_N.id == sa.bindparam("of_note"), sa.func.length(_N.text).is_(None))
    .values(
        text=sa.bindparam("new_text"),
        generated_by_ai=sa.bindparam("by_ai"),
        made_by=sa.bindparam("new_made_by"),
    )
    .returning(_N.video_id)
)
FILL_NOTE = _FILL_NOTE
"""Gives a note that waits its text."""
FILL_NOTE_OF_VERSION = _FILL_NOTE.where(_OF_CURRENT_VERSION)
"""The same, if the video's transcript is still the version that the text was made from."""

_writer = sa.func.coalesce(_N.made_by["provider"].as_string(), "")
REPLACE_NOTE = (
    sa.update(_NOTES)
    .where(_N.id == sa.bindparam("of_note"), _N.generated_by_ai, _OF_CURRENT_VERSION)
    .where(_writer == sa.bindparam("replaced", type_=sa.String))
    .values(text=sa.bindparam("new_text"), made_by=sa.bindparam("new_made_by"))
    .returning(_N.video_id)
)
"""Gives a note another text for the one that a provider made, if its owner left that as it is."""
