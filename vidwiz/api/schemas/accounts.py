"""Accounts on the wire."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import Regexp

from vidwiz.api.schemas.common import In, Out, RuleField, text
from vidwiz.services import users


class RegisterIn(In):
    """A new account."""

    email = RuleField(users.check_email, required=True)
    password = text(users.LONGEST_PASSWORD, shortest=users.SHORTEST_PASSWORD, required=True)
    name = RuleField(users.check_name, required=True)


class LoginIn(In):
    """Who wants to sign in."""

    email = text(1000, required=True)
    password = text(1000, required=True)


class TokenOut(Out):
    """The JWT to send from now on."""

    token = fields.String()


class ProfileIn(In):
    """What a user changes of the own account."""

    name = RuleField(users.check_name)
    ai_notes_enabled = fields.Boolean()
    language = fields.String(
        allow_none=True,
        validate=Regexp(r"^(?=.{2,35}\Z)[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z"),
        metadata={"description": "A BCP 47 tag; null for the video's own language"},
    )


class ProfileOut(Out):
    """A user, as he sees himself."""

    id = fields.Integer()
    email = fields.String()
    name = fields.String()
    profile_image_url = fields.String(allow_none=True)
    ai_notes_enabled = fields.Boolean()
    language = fields.String(allow_none=True)
    token_exists = fields.Boolean()
    credits_balance = fields.Integer()
    is_admin = fields.Boolean()
    created_at = fields.DateTime()
