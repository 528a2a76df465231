"""Imports and follows on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Length, Range

from vidwiz.api.schemas.common import In, Out, PageIn, PageOut, QueryInteger, text
from vidwiz.models import ImportState
from vidwiz.services import video_ids
from vidwiz.services.importing import files, follows

_SOURCES = ("url", "urls", "file")
_MOST_URLS = 10_000


class ImportIn(In):
    """What to import: one of `url`, `urls` and `file`, which is a file's text."""

    url = text(
        video_ids.LONGEST_URL,
        shortest=1,
        metadata={"description": "A playlist, a channel or a video"},
    )
    urls = fields.List(text(video_ids.LONGEST_URL), validate=Length(1, _MOST_URLS))
    file = text(
        files.MOST_BYTES,
        shortest=1,
        metadata={
            "description": "The text of a Google Takeout file, a bookmark file, OPML, or a list"
        },
    )
    dry_run = fields.Boolean(load_default=False)

    @validates_schema
    def _check_one(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 - marshmallow's
        if sum(name in data for name in _SOURCES) != 1:
            raise ValidationError("Give one of url, urls and file.", "url")


class ListPageIn(PageIn):
    """Which page of imports or follows is asked for."""

    per_page = QueryInteger(load_default=10, validate=Range(1, 50))


class LeftOutOut(Out):
    """A part of what was given that names no video that can be imported."""

    place = fields.String()
    text = fields.String()
    message = fields.String()


class FailedVideoOut(Out):
    """A video of an import of which nothing will come."""

    video_id = fields.String()
    title = fields.String(allow_none=True)
    code = fields.String(allow_none=True)
    message = fields.String(allow_none=True)


class NamedListOut(Out):
    """A playlist or channel that a file names and that was not imported."""

    url = fields.String()
    title = fields.String(allow_none=True)


class ImportOut(Out):
    """An import; `id` is null for a dry run, whose state is `planned`."""

    id = fields.Integer(allow_none=True)
    kind = fields.String()
    url = fields.String(allow_none=True)
    title = fields.String(allow_none=True)
    state = fields.String(metadata={"enum": ["planned", *(state.value for state in ImportState)]})
    total = fields.Integer()
    known = fields.Integer()
    new = fields.Integer()
    done = fields.Integer()
    failed = fields.Integer()
    cancelled = fields.Integer()
    seconds_left = fields.Integer(allow_none=True)
    tokens = fields.Integer()
    cost = fields.Float(allow_none=True)
    code = fields.String(allow_none=True)
    message = fields.String(allow_none=True)
    next_try_at = fields.DateTime(allow_none=True)
    left_out = fields.Integer()
    left_out_first = fields.List(fields.Nested(LeftOutOut))
    lists = fields.List(fields.Nested(NamedListOut), allow_none=True)
    failures = fields.List(fields.Nested(FailedVideoOut), allow_none=True)
    created_at = fields.DateTime(allow_none=True)
    finished_at = fields.DateTime(allow_none=True)


class ImportsOut(PageOut):
    """A page of imports."""

    imports = fields.List(fields.Nested(ImportOut))


class FollowIn(In):
    """A playlist or channel to keep up with."""

    url = text(video_ids.LONGEST_URL, shortest=1, required=True)
    every_hours = fields.Integer(
        strict=True,
        load_default=follows.USUAL_HOURS,
        validate=Range(follows.SHORTEST_HOURS, follows.LONGEST_HOURS),
    )
    backfill = fields.Boolean(
        load_default=False,
        metadata={"description": "Import also what the list has already"},
    )


class FollowOut(Out):
    """A followed list; `code` and `message` say why the last check failed or waits."""

    id = fields.Integer()
    url = fields.String()
    title = fields.String(allow_none=True)
    every_hours = fields.Integer()
    state = fields.String(metadata={"enum": ["none", "waiting", "retrying", "running", "failed"]})
    code = fields.String(allow_none=True)
    message = fields.String(allow_none=True)
    last_check_at = fields.DateTime(allow_none=True)
    next_check_at = fields.DateTime()
    created_at = fields.DateTime()


class FollowsOut(PageOut):
    """A page of follows."""

    follows = fields.List(fields.Nested(FollowOut))
