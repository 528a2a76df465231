"""Results on the wire: what helpers found and what operators write."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from marshmallow import ValidationError, fields, post_load, pre_load
from marshmallow.validate import Length, Range

from vidwiz.api.schemas.common import (
    In,
    LengthIfAny,
    LineField,
    NotBlank,
    Out,
    RuleField,
    text,
    written_text,
)
from vidwiz.pipeline.work import MetadataResult, NoteResult, SummaryResult, TranscriptResult
from vidwiz.plugin_api import Chapter, Segment, Transcript, VideoMetadata
from vidwiz.services import cleaning, notes
from vidwiz.tasks.types import TaskType

if TYPE_CHECKING:
    from collections.abc import Callable

    from vidwiz.pipeline.work import Result

_LONGEST_SUMMARY = 10_000
_LONGEST_QUESTION = 500
_COUNT = Range(0, 2**62)


_SEGMENT = {
    "type": "object",
    "required": ["text", "offset", "duration"],
    "properties": {
        "text": {"type": "string"},
        "offset": {"type": "number", "minimum": 0, "description": "Seconds"},
        "duration": {"type": "number", "minimum": 0, "description": "Seconds"},
    },
}
_SEGMENTS = {"type": "array", "items": _SEGMENT}
_CAPTIONS = {
    "anyOf": [
        _SEGMENTS,
        {
            "type": "object",
            "required": ["segments"],
            "properties": {
                "segments": _SEGMENTS,
                "language": {
                    "type": "string",
                    "nullable": True,
                    "pattern": cleaning.LANGUAGE_PATTERN,
                    "maxLength": cleaning.LONGEST_LANGUAGE,
                },
            },
        },
    ]
}


class CaptionsField(fields.Field[Transcript]):
    """A transcript: the original's list of segments, or `{segments, language}`.

    Read by hand, since a schema for each of 200,000 segments takes seconds.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(metadata=_CAPTIONS, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Transcript:  # noqa: ANN401, ARG002
        language = None
        if isinstance(value, dict):
            value, language = value.get("segments"), value.get("language")
        if not isinstance(value, list):
            raise ValidationError("Not a list of segments.")
        if language is not None and not (
            isinstance(language, str) and cleaning.is_language(language)
        ):
            raise ValidationError("Not a language tag.")
        return Transcript(tuple(map(_segment, value)), language)


def _segment(row: Any) -> Segment:  # noqa: ANN401 - whatever JSON can say
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ValidationError("A segment is {text, offset, duration}.")
    return Segment(row["text"], _seconds(row.get("offset")), _seconds(row.get("duration")))


def _seconds(value: Any) -> float:  # noqa: ANN401 - whatever JSON can say
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValidationError("Offset and duration of a segment are seconds.")
    if not 0 <= value < 10**9 or not math.isfinite(value):
        raise ValidationError("Offset and duration of a segment are seconds.")
    return float(value)


class _CheckedOrEmpty(fields.String):
    """Text that has to pass a check; an empty one counts as null."""

    check: Callable[[str], bool]
    hint: str

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if text and not type(self).check(text):
            raise ValidationError(self.hint)
        return text or None


class WebAddressField(_CheckedOrEmpty):
    """An address that a page may link to."""

    check = staticmethod(cleaning.is_web_address)
    hint = "Not an http or https address."

    def __init__(self) -> None:
        super().__init__(
            allow_none=True,
            validate=LengthIfAny(max=2000),
            metadata={"format": "uri", "pattern": r"^(https?://\S+)?$"},
        )


class UploadDateField(_CheckedOrEmpty):
    """A day as YYYYMMDD."""

    check = staticmethod(cleaning.is_upload_date)
    hint = "Not a day as YYYYMMDD."

    def __init__(self) -> None:
        super().__init__(allow_none=True, metadata={"pattern": r"^([0-9]{8})?$"})


class ChapterIn(In):
    """A named part of a video."""

    title = fields.String(load_default="", allow_none=True)
    start_time = fields.Float(required=True, validate=Range(min=0))
    end_time = fields.Float(load_default=None, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> Chapter:
        """Return the chapter."""
        return Chapter(data["title"] or "", data["start_time"], data["end_time"])


class MetadataIn(In):
    """What a site says of a video, by yt-dlp's names."""

    title = LineField(1000, allow_none=True)
    channel = LineField(1000, allow_none=True)
    channel_url = WebAddressField()
    uploader = LineField(1000, allow_none=True)
    duration = fields.Float(allow_none=True, validate=Range(0, 10**9))
    duration_string = text(32, allow_none=True)
    thumbnail = WebAddressField()
    view_count = fields.Integer(allow_none=True, validate=_COUNT)
    like_count = fields.Integer(allow_none=True, validate=_COUNT)
    upload_date = UploadDateField()
    description = text(100_000, allow_none=True)
    chapters = fields.List(fields.Nested(ChapterIn), allow_none=True, validate=Length(max=1000))
    language = RuleField(
        cleaning.clean_language,
        allow_none=True,
        metadata={"description": "A BCP 47 tag; what is none counts as null"},
    )
    webpage_url = WebAddressField()

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Make the chapters unchangeable, and refuse metadata that says nothing."""
        if all(value is None for value in data.values()):
            raise ValidationError("This says nothing of the video.")
        if data.get("chapters") is not None:
            data["chapters"] = tuple(data["chapters"])
        return data


def metadata_of(video_id: str, known: dict[str, Any]) -> VideoMetadata:
    """Return what `MetadataIn` loaded, as of this video."""
    return VideoMetadata(id=video_id, **known)


class _PlainTextToo(In):
    """An object whose main field may also stand alone."""

    main: str

    @pre_load
    def wrap(self, data: Any, **_: object) -> Any:  # noqa: ANN401 - whatever JSON can say
        """Take a plain text for the object that has nothing else."""
        return {self.main: data} if isinstance(data, str) else data


def _questions(**options: Any) -> fields.List[str]:  # noqa: ANN401
    return fields.List(written_text(_LONGEST_QUESTION), validate=Length(equal=3), **options)


def _source(default: str) -> RuleField:
    """Return a field for who found or wrote it, as the stages show it."""
    return RuleField(
        cleaning.clean_line,
        load_default=default,
        validate=(NotBlank(), Length(1, 64)),
        metadata={"description": "The fetcher's name", "pattern": r"\S"},
    )


class SummaryResultIn(In):
    """A helper's summary with its three questions."""

    summary = written_text(_LONGEST_SUMMARY, required=True)
    suggested_questions = _questions(required=True)


class NoteResultIn(_PlainTextToo):
    """A helper's text for a note."""

    main = "text"
    text = written_text(notes.LONGEST_TEXT, required=True)


class ResultIn(In):
    """What came of a task."""

    video_id = fields.String(required=True)
    success = fields.Boolean(required=True)
    transcript = CaptionsField(load_default=None, allow_none=True)
    metadata = fields.Nested(MetadataIn, load_default=None, allow_none=True)
    summary = fields.Nested(SummaryResultIn, load_default=None, allow_none=True)
    note = fields.Nested(NoteResultIn, load_default=None, allow_none=True)
    source = _source("helper")
    error_code = fields.String(load_default=None, allow_none=True, validate=Length(1, 64))
    error_message = LineField(1000, load_default=None, allow_none=True)
    attempt = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=Range(1, 2**31 - 1)
    )


def results_of(posted: dict[str, Any], task_type: str) -> list[Result]:
    """Return the results in what `ResultIn` loaded, for a task of this type.

    An empty transcript beside another result is none; as the task's own it is one, and refused.
    """
    found: list[Result] = []
    source = posted["source"]
    made_by = {"provider": source}
    if posted["metadata"] is not None:
        metadata = metadata_of(posted["video_id"], posted["metadata"])
        found.append(MetadataResult(metadata, source))
    captions = posted["transcript"]
    if captions is not None and (captions.segments or task_type == TaskType.FETCH_TRANSCRIPT):
        found.append(TranscriptResult(captions, source))
    if posted["summary"] is not None:
        written = posted["summary"]
        questions = tuple(written["suggested_questions"])
        found.append(SummaryResult(written["summary"], questions, made_by))
    if posted["note"] is not None:
        found.append(NoteResult(posted["note"]["text"], made_by))
    return found


class MetadataWriteIn(In):
    """Metadata that an operator writes."""

    metadata = fields.Nested(MetadataIn, required=True)
    source = _source("operator")


class TranscriptWriteIn(In):
    """A transcript that an operator writes."""

    transcript = CaptionsField(required=True)
    source = _source("operator")


class _MiscellaneousIn(In):
    suggested_questions = _questions(allow_none=True)


class SummaryWriteIn(In):
    """A summary, its questions, or both, also where the original's workers put them."""

    summary = written_text(_LONGEST_SUMMARY, allow_none=True)
    suggested_questions = _questions(allow_none=True)
    miscellaneous_data = fields.Nested(_MiscellaneousIn, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Return summary and questions, wherever the latter stood."""
        questions = data.get("suggested_questions")
        if questions is None:
            questions = (data.get("miscellaneous_data") or {}).get("suggested_questions")
        if data.get("summary") is None and questions is None:
            raise ValidationError("A summary or its questions are missing.", "summary")
        return {"text": data.get("summary"), "questions": questions}


class NoteFillIn(In):
    """The text of a note that waits for one."""

    text = written_text(notes.LONGEST_TEXT, required=True)
    generated_by_ai = fields.Boolean(load_default=True)


class SegmentOut(Out):
    """One caption."""

    text = fields.String()
    offset = fields.Float()
    duration = fields.Float()


class TranscriptOut(Out):
    """A stored transcript."""

    video_id = fields.String()
    language = fields.String(allow_none=True)
    source = fields.String()
    transcript = fields.List(fields.Nested(SegmentOut))
