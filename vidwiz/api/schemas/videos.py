"""Videos and their stages on the wire."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range

from vidwiz.api.schemas.common import In, LineField, Out, PageIn, PageOut, QueryInteger, video_field
from vidwiz.services import videos

LONGEST_TITLE = 1000


class VideoIn(In):
    """A video to save."""

    video = video_field(required=True)
    title = LineField(LONGEST_TITLE, allow_none=True, load_default=None)


class VideosIn(PageIn):
    """Which of the saved videos are asked for."""

    q = fields.String(load_default="", validate=Length(max=1000))
    per_page = QueryInteger(load_default=10, validate=Range(1, 50))
    sort = fields.String(load_default=videos.SORTS[0], validate=OneOf(videos.SORTS))


class ChapterOut(Out):
    """A named part of a video."""

    title = fields.String()
    start_time = fields.Float()
    end_time = fields.Float(allow_none=True)


class ListedMetadataOut(Out):
    """What a site says of a video, by yt-dlp's names, without what is long."""

    id = fields.String(allow_none=True)
    title = fields.String(allow_none=True)
    channel = fields.String(allow_none=True)
    channel_url = fields.String(allow_none=True)
    uploader = fields.String(allow_none=True)
    duration = fields.Float(allow_none=True)
    duration_string = fields.String(allow_none=True)
    thumbnail = fields.String(allow_none=True)
    view_count = fields.Integer(allow_none=True)
    like_count = fields.Integer(allow_none=True)
    upload_date = fields.String(allow_none=True)
    language = fields.String(allow_none=True)
    webpage_url = fields.String(allow_none=True)


class MetadataOut(ListedMetadataOut):
    """What a site says of a video, by yt-dlp's names."""

    description = fields.String(allow_none=True)
    chapters = fields.List(fields.Nested(ChapterOut), allow_none=True)


class StageOut(Out):
    """How far one part of the work is, and why and until when it is not ready."""

    state = fields.String(
        metadata={"enum": ["none", "waiting", "retrying", "running", "ready", "unavailable"]}
    )
    code = fields.String(allow_none=True)
    message = fields.String(allow_none=True)
    next_try_at = fields.DateTime(allow_none=True)
    source = fields.String(allow_none=True)


class StagesOut(Out):
    """The three stages of a video."""

    metadata = fields.Nested(StageOut)
    transcript = fields.Nested(StageOut)
    summary = fields.Nested(StageOut)


class ListedVideoOut(Out):
    """A video in a list."""

    video_id = fields.String()
    title = fields.String(allow_none=True)
    metadata = fields.Nested(ListedMetadataOut, allow_none=True)
    transcript_available = fields.Boolean()
    stages = fields.Nested(StagesOut)
    created_at = fields.DateTime()


class VideosOut(PageOut):
    """A page of videos."""

    videos = fields.List(fields.Nested(ListedVideoOut))


class VideoOut(ListedVideoOut):
    """A video with all that is known of it."""

    id = fields.Integer()
    metadata = fields.Nested(MetadataOut, allow_none=True)
    summary = fields.String(allow_none=True)
    suggested_questions = fields.List(fields.String(), allow_none=True)
    updated_at = fields.DateTime()
