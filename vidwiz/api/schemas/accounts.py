"""Accounts on the wire."""

from __future__ import annotations

from marshmallow import fields

from vidwiz.api.schemas.common import In, Out, RuleField, text
from vidwiz.errors import InvalidInputError
from vidwiz.services import cleaning, users

_NAME = {"minLength": 1, "maxLength": users.LONGEST_NAME, "pattern": r"\S"}


class RegisterIn(In):
    """A new account."""

    email = RuleField(
        users.check_email,
        required=True,
        metadata={"format": "email", "minLength": 3, "maxLength": users.LONGEST_EMAIL},
    )
    password = text(users.LONGEST_PASSWORD, shortest=users.SHORTEST_PASSWORD, required=True)
    name = RuleField(users.check_name, required=True, metadata=_NAME)


class LoginIn(In):
    """Who wants to sign in."""

    email = text(1000, required=True)
    password = text(users.LONGEST_PASSWORD, required=True)


class TokenOut(Out):
    """The JWT to send from now on."""

    token = fields.String()


def _checked_language(tag: str) -> str:
    if not cleaning.is_language(tag):
        raise InvalidInputError("this is not a language tag", field="language")
    return tag


class ProfileIn(In):
    """What a user changes of the own account."""

    name = RuleField(users.check_name, metadata=_NAME)
    ai_notes_enabled = fields.Boolean()
    language = RuleField(
        _checked_language,
        allow_none=True,
        metadata={
            "description": "A BCP 47 tag; null for the video's own language",
            "pattern": cleaning.LANGUAGE_PATTERN,
            "maxLength": cleaning.LONGEST_LANGUAGE,
        },
    )


class ProfileOut(Out):
    """Users as they see themselves."""

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
