"""Making texts of one provider anew with the present one: what there is, and its tasks.

A text stays until its successor commits, and only a text of that provider is replaced. So all of
this may be asked for twice, or interrupted, and goes on where it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.models import Note, Priority, Task, Transcript, User, Video
from vidwiz.services import asking, tokens
from vidwiz.tasks import scheduling, subjects
from vidwiz.tasks.types import REPLACES, TaskType

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork

AT_ONCE = 500
_UNKNOWN_SECONDS = 900.0
"""How long a video is taken to be that does not say it."""
_NOTE_TOKENS = 900
"""Of a note's prompt without the transcript, and its answer."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How much there is to make anew, and about how many tokens that takes."""

    summaries: int
    notes: int
    input_tokens: int
    output_tokens: int


def of_video(seconds: float | None) -> tuple[int, int]:
    """Return about how many tokens a summary of so long a video takes: input, output."""
    spoken = int((seconds or _UNKNOWN_SECONDS) / 3600 * tokens.HOURLY)
    if spoken <= asking.WHOLE_TOKENS:
        return spoken + 600, 400
    # Part by part: every part has a prompt, and what it says is read again.
    parts = max(1, spoken // 2500)
    return spoken + parts * 600, parts * 200 + 400


def estimate(session: Session, provider: str) -> Estimate:
    """Look at all texts of this provider; a note's prompt has a short transcript in it."""
    duration = Video.video_metadata["duration"].as_float()
    given = written = 0
    lengths = session.scalars(
        sa.select(duration)
        .join(Transcript, Transcript.video_id == Video.video_id)
        .where(_summaries(provider))
    ).all()
    for seconds in lengths:
        sums = of_video(seconds)
        given, written = given + sums[0], written + sums[1]
    marked = session.scalars(
        sa.select(duration)
        .join(Note, Note.video_id == Video.video_id)
        .join(User, User.id == Note.user_id)
        .where(_notes(provider))
    ).all()
    for seconds in marked:
        spoken = int((seconds or _UNKNOWN_SECONDS) / 3600 * tokens.HOURLY)
        given += _NOTE_TOKENS + (spoken if spoken <= asking.SHARED_TOKENS else 0)
    return Estimate(len(lengths), len(marked), given, written + 60 * len(marked))


def makers(session: Session) -> list[str]:
    """Return the names of all providers that have made a text."""
    by_summary = Transcript.summary_made_by["provider"].as_string()
    by_note = Note.made_by["provider"].as_string()
    found = {
        *session.scalars(sa.select(by_summary).distinct()),
        *session.scalars(sa.select(by_note).where(Note.generated_by_ai).distinct()),
    }
    return sorted(name for name in found if name)


def schedule(uow: UnitOfWork, provider: str, *, after: tuple[int, int]) -> tuple[int, int] | None:
    """Schedule the next lot of tasks after these ids (transcript, note); return the last ids.

    None when there were no more. Texts whose task is active already are passed over.
    """
    summaries, notes = after
    last_summary = _schedule(
        uow,
        TaskType.GENERATE_SUMMARY,
        sa.select(Transcript.id, Transcript.video_id, sa.null())
        .where(_summaries(provider), Transcript.id > summaries)
        .order_by(Transcript.id),
        (subjects.TRANSCRIPT_PREFIX, provider),
    )
    last_note = _schedule(
        uow,
        TaskType.GENERATE_NOTE,
        sa.select(Note.id, Note.video_id, Note.id)
        .join(User, User.id == Note.user_id)
        .where(_notes(provider), Note.id > notes)
        .order_by(Note.id),
        (subjects.NOTE_PREFIX, provider),
    )
    if last_summary is None and last_note is None:
        return None
    return last_summary or summaries, last_note or notes


def _schedule(
    uow: UnitOfWork, task_type: TaskType, found: sa.Select[*tuple[Any, ...]], named: tuple[str, str]
) -> int | None:
    prefix, provider = named
    lot = found.limit(AT_ONCE).subquery("lot")
    number, video_id, note_id = lot.c
    source = sa.select(
        sa.literal(prefix) + sa.cast(number, sa.String),
        video_id,
        sa.cast(note_id, sa.Integer),
        sa.literal(Priority.REGENERATION),
        sa.literal({REPLACES: provider}, Task.task_details.type),
    ).order_by(number)
    columns = ("subject", "video_id", "note_id", "priority", "task_details")
    last: int | None = uow.session.scalar(sa.select(sa.func.max(number)))
    scheduling.insert_from_select(uow, task_type, columns, source)
    return last


def _summaries(provider: str) -> sa.ColumnElement[bool]:
    made_by = Transcript.summary_made_by["provider"].as_string()
    return sa.and_(Transcript.owner_id.is_(None), made_by == provider)


def _notes(provider: str) -> sa.ColumnElement[bool]:
    made_by = Note.made_by["provider"].as_string()
    return sa.and_(Note.generated_by_ai, made_by == provider, User.ai_notes_enabled.is_(True))
