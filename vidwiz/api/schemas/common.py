"""What several schemas share: bases, fields with our rules in them, pages and the envelope."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields
from marshmallow.validate import Length, Range, Validator

from vidwiz.errors import InvalidInputError
from vidwiz.pipeline.flow import KINDS
from vidwiz.runtime import current
from vidwiz.services import timestamps, video_ids
from vidwiz.services.cleaning import clean_line, clean_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Callable

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")


class In(Schema):
    """A request; what it has besides our fields is ignored."""

    class Meta:  # noqa: D106 - marshmallow's
        unknown = EXCLUDE


class Out(Schema):
    """An answer."""


class RuleField(fields.String):
    """Text that a rule reads; what the rule says of it is the field's error."""

    def __init__(self, rule: Callable[[str], object], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self._rule = rule

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return self._rule(text)
        except InvalidInputError as exc:
            raise ValidationError(exc.message) from exc


class NotBlank(Validator):
    """Refuses text of which nothing can be seen."""

    def __call__(self, value: str) -> str:
        if is_blank(value):
            raise ValidationError("Must not be blank.")
        return value


class LengthIfAny(Length):
    """The length of a text, where blank text has become null."""

    def __call__(self, value: Any) -> Any:  # noqa: ANN401 - what a field gives
        return value if value is None else super().__call__(value)


class LineField(RuleField):
    """A stranger's text as one clean line; what is blank counts as null."""

    def __init__(self, longest: int, **options: Any) -> None:  # noqa: ANN401
        super().__init__(_line, validate=LengthIfAny(max=longest), **options)


def _line(text: str) -> str | None:
    line = clean_line(text)
    return None if is_blank(line) else line


class QueryInteger(fields.Integer):
    """A whole number in a query, in the digits 0 to 9."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        if not _WHOLE_NUMBER.fullmatch(str(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


def video_field(**options: Any) -> RuleField:  # noqa: ANN401
    """Return a field that takes a video's id or address and gives a `NamedVideo`."""
    return RuleField(
        # Plugins know the addresses of other sites; asked before any transaction.
        lambda text: current().sites().find(text),
        metadata={
            "description": "A video's id or its address",
            "minLength": 4,
            "maxLength": video_ids.LONGEST_URL,
        },
        **options,
    )


def timestamp_field(**options: Any) -> RuleField:  # noqa: ANN401
    """Return a field that takes `m:ss` or `h:mm:ss`, kept as it was sent."""
    metadata = {"example": "1:05", "pattern": timestamps.PATTERN}
    return RuleField(_checked_timestamp, metadata=metadata, **options)


def _checked_timestamp(text: str) -> str:
    timestamps.seconds(text)
    return text


class TaskTypeField(fields.String):
    """A task type by its short name, which is its queue's."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(metadata={"enum": list(KINDS.queues)}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        name = super()._deserialize(value, attr, data, **kwargs)
        if name not in KINDS.queues:
            raise ValidationError(f"Must be one of: {', '.join(KINDS.queues)}.")
        return KINDS.of_queue(name).name


class PageIn(In):
    """Which page is asked for."""

    page = QueryInteger(load_default=1, validate=Range(1, 1_000_000))


class PageOut(Out):
    """Where a page stands among the others."""

    total = fields.Integer()
    page = fields.Integer()
    per_page = fields.Integer()
    total_pages = fields.Integer()


def page_numbers(*, total: int, page: int, per_page: int) -> dict[str, int]:
    """Return what `PageOut` shows."""
    return {
        "total": total,
        "page": page,
        "per_page": per_page,
        "total_pages": -(-total // per_page),
    }


class MessageOut(Out):
    """A sentence for people."""

    message = fields.String()


class ErrorBodyOut(Out):
    """What went wrong."""

    code = fields.String()
    message = fields.String()
    details = fields.Raw(allow_none=True)


class ErrorOut(Out):
    """The envelope of every error."""

    error = fields.Nested(ErrorBodyOut)


def text(longest: int, *, shortest: int = 0, **options: Any) -> fields.String:  # noqa: ANN401
    """Return a field for text of a length."""
    return fields.String(validate=Length(shortest, longest), **options)


def written_text(longest: int, **options: Any) -> RuleField:  # noqa: ANN401
    """Return a field for what a helper or an operator wrote: cleaned, and never blank."""
    return RuleField(
        clean_text,
        validate=(NotBlank(), Length(1, longest)),
        metadata={"pattern": r"\S"},
        **options,
    )
