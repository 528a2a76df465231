"""Notes on the wire."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import Length

from vidwiz.api.schemas.common import In, LineField, Out, timestamp_field
from vidwiz.api.schemas.videos import LONGEST_TITLE
from vidwiz.services import notes


class NoteIn(In):
    """A mark to make; without text it waits for the AI."""

    timestamp = timestamp_field(required=True)
    text = fields.String(
        allow_none=True, load_default=None, validate=Length(max=notes.LONGEST_TEXT)
    )
    video_title = LineField(LONGEST_TITLE, allow_none=True, load_default=None)


class NoteChangesIn(In):
    """What to change of a note."""

    timestamp = timestamp_field()
    text = fields.String(allow_none=True, validate=Length(max=notes.LONGEST_TEXT))
    generated_by_ai = fields.Boolean()


class IdempotencyIn(In):
    """The header that makes a repeated request harmless."""

    key = fields.String(
        data_key="Idempotency-Key",
        metadata={"pattern": "^[!-~]{1,255}$", "minLength": 1, "maxLength": 255},
    )


class NoteStageOut(Out):
    """What the AI does on a note."""

    state = fields.String(
        metadata={"enum": ["none", "waiting", "retrying", "running", "ready", "unavailable"]}
    )
    code = fields.String(allow_none=True)
    message = fields.String(allow_none=True)
    next_try_at = fields.DateTime(allow_none=True)


class NoteOut(Out):
    """A note."""

    id = fields.Integer()
    video_id = fields.String()
    timestamp = fields.String()
    text = fields.String(allow_none=True)
    generated_by_ai = fields.Boolean()
    ai = fields.Nested(NoteStageOut)
    created_at = fields.DateTime()
    updated_at = fields.DateTime()
    user_id = fields.Integer()


class WaitingNotesOut(Out):
    """The notes of a video that wait for the AI."""

    video_id = fields.String()
    notes = fields.List(fields.Nested(NoteOut))
    message = fields.String()
