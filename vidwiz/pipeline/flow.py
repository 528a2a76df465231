"""The flow on one page: every kind of task, in the order in which a video goes through them.

A video that is first seen gets the two fetches (`services.videos.ensure`). A stored transcript is
followed by its summary and by the text of every note that waits. An import or a follow lists videos
and has some of them go that way at a time. Adding a kind of task is adding
an entry here, the functions that it names, and the schema of its result over HTTP.
"""

from __future__ import annotations

from vidwiz.pipeline import fetches, listing, texts
from vidwiz.pipeline.kinds import TaskKind, TaskKinds
from vidwiz.pipeline.work import (
    ListResult,
    MetadataResult,
    NoteResult,
    SummaryResult,
    TranscriptResult,
)
from vidwiz.tasks.types import TaskType

KINDS = TaskKinds(
    TaskKind(
        name=TaskType.FETCH_METADATA,
        queue="metadata",
        slots=1,
        deadline_seconds=60.0,
        asks=("metadata_fetchers",),
        result_type=MetadataResult,
        is_needed=fetches.needs_metadata,
        inputs=fetches.inputs,
        run=fetches.fetch_metadata,
        write=fetches.write_metadata,
        example=fetches.EXAMPLE_METADATA,
        outlives_its_task=True,
    ),
    TaskKind(
        name=TaskType.FETCH_TRANSCRIPT,
        queue="transcript",
        slots=1,
        deadline_seconds=180.0,
        asks=("transcript_fetchers",),
        result_type=TranscriptResult,
        is_needed=fetches.needs_transcript,
        inputs=fetches.inputs,
        run=fetches.fetch_transcript,
        store=fetches.store_transcript,
        write=fetches.write_transcript,
        example=fetches.EXAMPLE_TRANSCRIPT,
        then=fetches.dispatch_texts,  # the two kinds below
        outlives_its_task=True,
    ),
    TaskKind(
        name=TaskType.GENERATE_SUMMARY,
        queue="summary",
        slots=1,
        deadline_seconds=600.0,
        asks=("llm_providers",),
        result_type=SummaryResult,
        is_needed=texts.needs_summary,
        inputs=texts.summary_inputs,
        run=texts.generate_summary,
        write=texts.store_summary,
        example=texts.EXAMPLE_SUMMARY,
    ),
    TaskKind(
        name=TaskType.GENERATE_NOTE,
        queue="note",
        slots=4,
        deadline_seconds=120.0,
        asks=("llm_providers",),
        at_once=10,
        result_type=NoteResult,
        is_needed=texts.needs_note_text,
        inputs=texts.note_inputs,
        run=texts.generate_note_text,
        write=texts.fill_note,
        example=texts.EXAMPLE_NOTE,
    ),
    TaskKind(
        name=TaskType.EXPAND_LIST,
        queue="metadata",  # shared with the first kind, as it is seldom
        slots=0,
        deadline_seconds=300.0,
        asks=("metadata_fetchers", "transcript_fetchers"),
        result_type=ListResult,
        is_needed=listing.needs_work,
        inputs=listing.inputs,
        run=listing.expand,
        write=listing.write,
        then=listing.schedule_next,  # the next videos of the import
    ),
)
