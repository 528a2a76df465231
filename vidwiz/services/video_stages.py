"""The three stages of a video, as users see them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from vidwiz.models import Transcript
from vidwiz.services.videos import unknown
from vidwiz.statements import videos as statements
from vidwiz.tasks import query, subjects
from vidwiz.tasks.stages import ENDED, Stage, stage_of_task
from vidwiz.tasks.types import TaskType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from vidwiz.models import Video
    from vidwiz.tasks.stages import NewestTask


@dataclass(frozen=True, slots=True)
class Stages:
    """The three stages of a video."""

    metadata: Stage
    transcript: Stage
    summary: Stage

    @property
    def ended(self) -> bool:
        """Say whether nothing more is going to happen by itself."""
        return all(stage.state in ENDED for stage in (self.metadata, self.transcript, self.summary))

    def as_dict(self) -> dict[str, Any]:
        """Return plain types, times kept as they are."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ItsTranscript:
    """What the stages tell of a video's shared transcript."""

    id: int
    source: str
    summary: str | None
    summary_made_by: Mapping[str, Any] | None


class KnownVideo(Protocol):
    """What is read of one video for an answer, with what its shared transcript has."""

    id: int
    video_id: str
    title: str | None
    video_metadata: dict[str, Any] | None
    metadata_source: str | None
    transcript_available: bool
    created_at: datetime
    updated_at: datetime
    summary: str | None
    suggested_questions: list[str] | None


def of_video(session: Session, video: Video) -> Stages:
    """Return the stages of one video."""
    return of_videos(session, [video])[video.video_id]


def of_videos(session: Session, videos: Sequence[Video]) -> dict[str, Stages]:
    """Return the stages of several videos with two queries."""
    ids = [video.video_id for video in videos]
    transcripts = {
        transcript.video_id: ItsTranscript(
            transcript.id, transcript.source, transcript.summary, transcript.summary_made_by
        )
        for transcript in session.scalars(
            sa.select(Transcript).where(Transcript.video_id.in_(ids), Transcript.owner_id.is_(None))
        )
    }
    wanted = [subjects.of_video(video_id) for video_id in ids]
    wanted += [subjects.of_transcript(transcript.id) for transcript in transcripts.values()]
    tasks = query.newest_tasks(session, wanted)
    return {
        video.video_id: _stages(video, transcripts.get(video.video_id), tasks) for video in videos
    }


def look_up(session: Session, video_id: str) -> tuple[KnownVideo, Stages]:
    """Return all that is shown of one video, with one query, or two while anything is missing.

    Raises `NotFoundError`.
    """
    session.flush()
    connection = session.connection()
    video: Any = connection.execute(statements.WITH_TRANSCRIPT, {"video_id": video_id}).first()
    if video is None:
        raise unknown(video_id)
    transcript = None
    if video.transcript_id is not None:
        transcript = ItsTranscript(
            video.transcript_id, video.transcript_source, video.summary, video.summary_made_by
        )
    wanted = []
    if video.video_metadata is None or transcript is None:
        wanted.append(subjects.of_video(video_id))
    if transcript is not None and transcript.summary is None:
        wanted.append(subjects.of_transcript(transcript.id))
    tasks = query.newest_tasks(session, wanted) if wanted else {}
    return video, _stages(video, transcript, tasks)


def _stages(
    video: Video | KnownVideo,
    transcript: ItsTranscript | None,
    tasks: Mapping[tuple[str, str], NewestTask],
) -> Stages:
    subject = subjects.of_video(video.video_id)
    if video.video_metadata is not None:
        metadata = Stage("ready", source=video.metadata_source)
    else:
        metadata = stage_of_task(tasks.get((TaskType.FETCH_METADATA, subject)))
    if transcript is not None:
        transcript_stage = Stage("ready", source=transcript.source)
        summary = _summary_stage(transcript, tasks)
    else:
        transcript_stage = stage_of_task(tasks.get((TaskType.FETCH_TRANSCRIPT, subject)))
        summary = Stage("none")
    if transcript_stage.state == "unavailable":
        summary = Stage(
            "unavailable", "no_transcript", "There is no transcript to make a summary of."
        )
    return Stages(metadata, transcript_stage, summary)


def _summary_stage(transcript: ItsTranscript, tasks: Mapping[tuple[str, str], NewestTask]) -> Stage:
    if transcript.summary is not None:
        return Stage("ready", source=(transcript.summary_made_by or {}).get("provider"))
    subject = subjects.of_transcript(transcript.id)
    return stage_of_task(tasks.get((TaskType.GENERATE_SUMMARY, subject)))
