"""INSERTs of the tasks that a stored transcript makes possible: its summary and waiting notes.

How tasks are called is the ledger's matter: it comes with the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from vidwiz.models import Note, Transcript, User
from vidwiz.statements.dialects import PerDialect
from vidwiz.statements.tasks import TASKS, new_task, unless_active

if TYPE_CHECKING:
    from collections.abc import Callable

_USERS = cast("sa.Table", User.__table__)
_N = cast("sa.Table", Note.__table__).c
_U = _USERS.c
_T = cast("sa.Table", Transcript.__table__).c


def _work(name: str, number: sa.ColumnElement[int]) -> list[sa.ColumnElement[Any]]:
    """Return type and subject of the tasks that the values call so."""
    prefix = sa.bindparam(f"{name}_prefix", type_=sa.String)
    return [
        sa.bindparam(f"{name}_type", type_=sa.String).label("task_type"),
        (prefix + sa.cast(number, sa.String)).label("subject"),
    ]


_PRIORITY = sa.bindparam("of_priority", type_=sa.Integer).label("priority")
_SUMMARY = (
    sa.select(
        *_work("summary", _T.id),
        *(_T.video_id, sa.cast(sa.null(), sa.Integer).label("note_id"), _PRIORITY),
    )
    .where(_T.id == sa.bindparam("of_transcript", type_=sa.Integer))
    .where(_T.summary.is_(None))
)
_NOTES = (
    sa.select(*_work("note", _N.id), _N.video_id, _N.id.label("note_id"), _PRIORITY)
    .join(_USERS, _U.id == _N.user_id)
    .where(_U.ai_notes_enabled.is_(sa.true()))
)
_NOTES_OF_VIDEO = _NOTES.where(
    _N.video_id == sa.bindparam("of_video", type_=sa.String), _N.text.is_(None)
)
_ONE_NOTE = _NOTES.where(
    # In a form that no index has, so that the note is found by its id.
    _N.id == sa.bindparam("of_note", type_=sa.Integer),
    sa.func.length(_N.text).is_(None),
)


def _inserting(found: sa.FromClause) -> PerDialect:
    """Insert what is found, the summary first and notes in their order."""

    def make(insert: Callable[[sa.Table], Any]) -> Any:  # noqa: ANN401 - a typed RETURNING
        new = new_task()
        rows = sa.select(*found.c, *new.values()).order_by(sa.func.coalesce(found.c.note_id, 0))
        return (
            unless_active(insert)
            .from_select([*found.c.keys(), *new], rows, include_defaults=False)
            .returning(TASKS.c.id, TASKS.c.task_type)
        )

    return PerDialect(make)


INSERT_OF_TRANSCRIPT = _inserting(sa.union_all(_SUMMARY, _NOTES_OF_VIDEO).subquery("found"))
"""Inserts a transcript's summary, unless it has one, and its video's waiting notes."""
INSERT_OF_NOTE = _inserting(_ONE_NOTE.subquery("found"))
"""Inserts the text of one note, if it waits."""
