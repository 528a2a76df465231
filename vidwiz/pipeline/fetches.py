"""Fetching a video's metadata and its transcript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from vidwiz.models import Priority
from vidwiz.pipeline.work import (
    EXAMPLE_SHA256,
    FetchInputs,
    MetadataResult,
    TranscriptResult,
)
from vidwiz.plugin_api import VideoMetadata
from vidwiz.services import dispatch, transcripts, video_ids, videos
from vidwiz.services.transcripts import Accepted, StoredObject
from vidwiz.statements.videos import UPLOAD_DATE, URL
from vidwiz.tasks.types import TaskFailure, TaskType

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from vidwiz.pipeline.kinds import InputReader
    from vidwiz.pipeline.providers import Providers
    from vidwiz.ports import TranscriptStore, UnitOfWork
    from vidwiz.tasks.types import Claim, WorkItem


# Sites make captions within two days of an upload.
YOUNG = timedelta(hours=48)
_DAY = timedelta(days=1)
EXAMPLE_METADATA = MetadataResult(VideoMetadata(id="example"), "example")
EXAMPLE_TRANSCRIPT = StoredObject("transcripts/example.json", EXAMPLE_SHA256, None, "example")


def inputs(reader: InputReader, claim: Claim) -> FetchInputs:
    """Return which video to ask for; an active task means that its result still lacks."""
    url = None
    if video_ids.site(claim.video_id) != video_ids.YOUTUBE:
        row = reader.row(URL, {"video_id": claim.video_id})
        url = row.url if row is not None else None
    return FetchInputs(claim.video_id, url, urgent=claim.priority == Priority.PERSON)


def needs_metadata(session: Session, item: WorkItem) -> bool:
    """Say whether the video has no metadata."""
    return not videos.has_metadata(session, item.video_id)


def fetch_metadata(asked: FetchInputs, providers: Providers) -> MetadataResult:
    """Ask the metadata fetchers in their order; raise `PluginError` when none knows the video."""
    ref = video_ids.ref(asked.video_id, asked.url)
    metadata, source = providers.chain.metadata(
        providers.metadata_fetchers, ref, urgent=asked.urgent
    )
    return MetadataResult(metadata, source)


def as_recorded(session: Session, item: WorkItem, failure: TaskFailure) -> TaskFailure:
    """Return a failed fetch as it is written down: a young video may still be given captions."""
    if item.task_type != TaskType.FETCH_TRANSCRIPT or failure.code != "no_captions":
        return failure
    uploaded = session.scalar(UPLOAD_DATE, {"video_id": item.video_id})
    if not _may_be_young(uploaded, datetime.now(UTC)):
        return failure
    return TaskFailure.of_code("captions_not_ready")


def _may_be_young(upload_date: str | None, moment: datetime) -> bool:
    """Say whether a video of this date (YYYYMMDD) may be less than `YOUNG` old.

    Sites tell the day alone, in a zone of theirs; so the whole day counts. A date that has not come
    yet by more than a day is none.
    """
    try:
        day = datetime.strptime(upload_date or "", "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return False
    return -_DAY < moment - day < YOUNG + _DAY


def write_metadata(uow: UnitOfWork, item: WorkItem, result: MetadataResult) -> WorkItem:
    """Keep the metadata in the video's row."""
    videos.store_metadata(uow, item.video_id, result.metadata, source=result.source)
    return item


def needs_transcript(session: Session, item: WorkItem) -> bool:
    """Say whether the video has no shared transcript."""
    return not videos.has_transcript(session, item.video_id)


def fetch_transcript(asked: FetchInputs, providers: Providers) -> TranscriptResult:
    """Ask the transcript fetchers in their order; raise `PluginError` when none has captions."""
    ref = video_ids.ref(asked.video_id, asked.url)
    transcript, source = providers.chain.transcript(
        providers.transcript_fetchers, ref, urgent=asked.urgent
    )
    return TranscriptResult(transcript, source)


def store_transcript(
    store: TranscriptStore, video_id: str, result: TranscriptResult
) -> StoredObject:
    """Write the transcript object, to which no row points yet."""
    return transcripts.put_object(store, video_id, result.transcript, source=result.source)


def write_transcript(uow: UnitOfWork, item: WorkItem, stored: StoredObject) -> Accepted | None:
    """Let the video's shared row point to the object; None when it does already."""
    return transcripts.accept(uow, item.video_id, stored)


def dispatch_texts(uow: UnitOfWork, accepted: Accepted, priority: int) -> None:
    """Schedule the summary and the waiting notes."""
    dispatch.dispatch(uow, accepted.transcript_id, accepted.video_id, priority=priority)
