"""Results on the wire: what helpers found and what operators write."""

from __future__ import annotations

import math
from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load
from marshmallow.validate import Length, Range

from vidwiz.api.schemas.common import In, Out, text
from vidwiz.plugin_api import Chapter, Segment, Transcript, VideoMetadata
from vidwiz.services import notes

_LONGEST_SUMMARY = 10_000
_LONGEST_QUESTION = 500
_COUNT = Range(0, 2**62)


class CaptionsField(fields.Field[Transcript]):
    """A transcript: the original's list of segments, or `{segments, language}`.

    Read by hand, since a schema for each of 200,000 segments takes seconds.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Transcript:  # noqa: ANN401, ARG002
        language = None
        if isinstance(value, dict):
            value, language = value.get("segments"), value.get("language")
        if not isinstance(value, list):
            raise ValidationError("Not a list of segments.")
        if language is not None and not (isinstance(language, str) and 0 < len(language) <= 35):  # noqa: PLR2004 - as long as the column
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
    return value


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

    title = text(1000, allow_none=True)
    channel = text(1000, allow_none=True)
    channel_url = text(2000, allow_none=True)
    uploader = text(1000, allow_none=True)
    duration = fields.Float(allow_none=True, validate=Range(0, 10**9))
    duration_string = text(32, allow_none=True)
    thumbnail = text(2000, allow_none=True)
    view_count = fields.Integer(allow_none=True, validate=_COUNT)
    like_count = fields.Integer(allow_none=True, validate=_COUNT)
    upload_date = text(32, allow_none=True)
    description = text(100_000, allow_none=True)
    chapters = fields.List(fields.Nested(ChapterIn), allow_none=True, validate=Length(max=1000))
    language = text(35, allow_none=True)
    webpage_url = text(2000, allow_none=True)

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
    return fields.List(text(_LONGEST_QUESTION, shortest=1), validate=Length(equal=3), **options)


class SummaryResultIn(In):
    """A helper's summary with its three questions."""

    summary = text(_LONGEST_SUMMARY, shortest=1, required=True)
    suggested_questions = _questions(required=True)


class NoteResultIn(_PlainTextToo):
    """A helper's text for a note."""

    main = "text"
    text = fields.String(required=True, validate=Length(1, notes.LONGEST_TEXT))


class ResultIn(In):
    """What came of a task."""

    video_id = fields.String(required=True)
    success = fields.Boolean(required=True)
    transcript = CaptionsField(load_default=None, allow_none=True)
    metadata = fields.Nested(MetadataIn, load_default=None, allow_none=True)
    summary = fields.Nested(SummaryResultIn, load_default=None, allow_none=True)
    note = fields.Nested(NoteResultIn, load_default=None, allow_none=True)
    source = fields.String(
        load_default="helper",
        validate=Length(1, 64),
        metadata={"description": "The fetcher's name"},
    )
    error_code = fields.String(load_default=None, allow_none=True, validate=Length(1, 64))
    error_message = fields.String(load_default=None, allow_none=True, validate=Length(max=1000))
    attempt = fields.Integer(load_default=None, allow_none=True, validate=Range(1, 2**31 - 1))


class MetadataWriteIn(In):
    """Metadata that an operator writes."""

    metadata = fields.Nested(MetadataIn, required=True)
    source = fields.String(load_default="operator", validate=Length(1, 64))


class TranscriptWriteIn(In):
    """A transcript that an operator writes."""

    transcript = CaptionsField(required=True)
    source = fields.String(load_default="operator", validate=Length(1, 64))


class _MiscellaneousIn(In):
    suggested_questions = _questions(allow_none=True)


class SummaryWriteIn(In):
    """A summary, its questions, or both, also where the original's workers put them."""

    summary = text(_LONGEST_SUMMARY, shortest=1, allow_none=True)
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

    text = fields.String(required=True, validate=Length(1, notes.LONGEST_TEXT))
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
