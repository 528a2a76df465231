"""What a command waits for: videos, their stages and notes, and when the waiting is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from vidwiz.services import notes, video_stages, videos
from vidwiz.tasks import query
from vidwiz.tasks.stages import ENDED, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from vidwiz.models import Note, User, Video
    from vidwiz.services.video_stages import Stages

# A next try that is nearer than this is waited for, also without --watch.
LONGEST_WAIT = timedelta(seconds=60)
_NOTHING_TO_WRITE = ("nothing_said", "after_the_end")


@dataclass(frozen=True, slots=True)
class Mark:
    """A note and what the AI does on it."""

    note: Note
    stage: Stage
    is_wanted: bool
    """Whether the AI is to write it: not where the user wrote it or wants no AI notes."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A video as it is at one moment, for one user."""

    video: Video
    stages: Stages
    marks: tuple[Mark, ...]
    work: tuple[tuple[object, ...], ...]
    """The tasks that have not ended; changes at each renewal of a lease, too."""

    def parts(self) -> Iterator[tuple[str, Stage]]:
        """Return everything that is to become ready, with its name."""
        yield "metadata", self.stages.metadata
        yield "transcript", self.stages.transcript
        yield "summary", self.stages.summary
        for mark in self.marks:
            if mark.is_wanted:
                yield f"note {mark.note.timestamp}", mark.stage

    def state(self) -> tuple[object, ...]:
        """Return what changes when anything happens to the video or to a task of it."""
        return (*self.parts(), *self.work)

    @property
    def is_ready(self) -> bool:
        """Say whether all of it is there."""
        return all(stage.state == "ready" for _, stage in self.parts())

    @property
    def has_ended(self) -> bool:
        """Say whether nothing more is going to happen by itself."""
        return all(stage.state in ENDED for _, stage in self.parts())

    def waits_longer_than(self, longest_wait: timedelta) -> bool:
        """Say whether what is open waits for a later time, or for something that does."""
        limit = datetime.now(UTC) + longest_wait
        if _is_put_off(self.stages.transcript, limit):
            first: tuple[Stage, ...] = (self.stages.metadata, self.stages.transcript)
        else:
            first = tuple(stage for _, stage in self.parts())
        return all(stage.state in ENDED or _is_put_off(stage, limit) for stage in first)


def _is_put_off(stage: Stage, limit: datetime) -> bool:
    # A turn at a site comes for certain, a little later for each that is waited for.
    is_later = stage.next_try_at is not None and stage.next_try_at > limit
    return is_later and stage.code != "paced"


def watch(session: Session, user: User, video_ids: Sequence[str]) -> list[Watched]:
    """Return how the videos are now, in this order."""
    found = [videos.get(session, video_id) for video_id in video_ids]
    stages_of = video_stages.of_videos(session, found)
    return [_watched(session, user, video, stages_of[video.video_id]) for video in found]


def _is_wanted(note: Note, stage: Stage, user: User) -> bool:
    if note.generated_by_ai:
        return True
    # Where nothing is said nothing is missing: the note stays the user's.
    return note.text is None and user.ai_notes_enabled and stage.code not in _NOTHING_TO_WRITE


def _watched(session: Session, user: User, video: Video, video_stages: Stages) -> Watched:
    mine = notes.of_video(session, video.video_id, user_id=user.id)
    ai = notes.ai_stages(session, mine)
    marks = tuple(
        Mark(
            note,
            ai[note.id],
            _is_wanted(note, ai[note.id], user),
        )
        for note in mine
    )
    work = tuple(
        (task.id, task.attempt, task.lease_expires_at)
        for task in query.active_tasks(session, video.video_id)
    )
    return Watched(video, video_stages, marks, work)
