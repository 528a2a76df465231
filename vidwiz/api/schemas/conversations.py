"""Conversations on the wire."""

from __future__ import annotations

from marshmallow import fields

from vidwiz.api.schemas.common import In, Out, video_field


class ConversationIn(In):
    """Which video to talk about."""

    video_id = video_field(required=True)


class ConversationOut(Out):
    """A conversation."""

    id = fields.Integer()
    video_id = fields.String()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()
