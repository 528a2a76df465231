"""Statements that read what work is done from."""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa

from vidwiz.models import FetcherState, Note, Transcript, User, Video

_VIDEOS = cast("sa.Table", Video.__table__)
_TRANSCRIPTS = cast("sa.Table", Transcript.__table__)
_NOTES = cast("sa.Table", Note.__table__)
_USERS = cast("sa.Table", User.__table__)
_STATES = cast("sa.Table", FetcherState.__table__)
_V, _T, _N, _U = _VIDEOS.c, _TRANSCRIPTS.c, _NOTES.c, _USERS.c

_OF_TRANSCRIPT = sa.select(
    *(_T.object_key, _T.sha256, _T.language, _V.title, _V["metadata"])
).select_from(_TRANSCRIPTS.join(_VIDEOS, _V.video_id == _T.video_id))
SUMMARY_INPUTS = _OF_TRANSCRIPT.add_columns(
    _T.summary.is_(None).label("is_missing"), _T.summary_made_by.label("made_by")
).where(_T.id == sa.bindparam("of_transcript", type_=sa.Integer))
"""A transcript, who made its summary, and what is known of its video."""
NOTE_INPUTS = (
    _OF_TRANSCRIPT.add_columns(
        *(_N.seconds, _N.user_id, _U.language.label("user_language")),
        *(_N.text.is_(None).label("is_missing"), _N.generated_by_ai, _N.made_by),
    )
    .join(_NOTES, _N.video_id == _T.video_id)
    .join(_USERS, _U.id == _N.user_id)
    .where(_N.id == sa.bindparam("of_note", type_=sa.Integer))
    .where(_U.ai_notes_enabled.is_(sa.true()), _T.owner_id.is_(None))
)
"""A note whose owner wants AI notes, its video's transcript, and what is known of the video."""

REFUSED_FETCHERS = sa.select(_STATES.c.provider).where(
    _STATES.c.network == sa.bindparam("on_network"), _STATES.c.open_until.is_not(None)
)
"""The fetchers that were refused on a network and have not worked since."""
