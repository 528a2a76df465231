"""The errors that the rules raise; they become HTTP answers and exit codes."""

from __future__ import annotations

from typing import Any


class VidwizError(Exception):
    """Something that the caller should read: a code for programs and a sentence for people."""

    code = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        details: Any = None,  # noqa: ANN401
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.details = details


class InvalidInputError(VidwizError):
    """What was sent cannot be taken; `field` names the part that is wrong."""

    code = "invalid_input"

    def __init__(self, message: str, *, field: str, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.field = field


class NotSignedInError(VidwizError):
    """Nobody, or nobody that we know, is asking."""

    code = "not_signed_in"


class NotAllowedError(VidwizError):
    """Who asks is known and may not do this."""

    code = "not_allowed"


class NotFoundError(VidwizError):
    """There is no such object, or it is somebody else's."""

    code = "not_found"


class ConflictError(VidwizError):
    """The object is not in a state in which this can be done."""

    code = "conflict"


class StaleError(ConflictError):
    """What came from an attempt that no longer holds its task; nothing was changed."""

    code = "stale_attempt"


class QuotaExceededError(VidwizError):
    """A daily limit is used up; `reset_in_seconds` says for how long."""

    code = "quota_exceeded"

    def __init__(self, message: str, *, reset_in_seconds: int) -> None:
        super().__init__(message, details={"reset_in_seconds": reset_in_seconds})
        self.reset_in_seconds = reset_in_seconds


class SourceUnavailableError(VidwizError):
    """A site does not answer, or refuses for now; another try later may help."""

    code = "source_unavailable"


class ConfigError(VidwizError):
    """The settings cannot work; the start stops with this one sentence."""

    code = "configuration"


class CannotStartError(VidwizError):
    """Another process is in the way, or one that is needed does not start."""

    code = "cannot_start"


class StoreError(VidwizError):
    """The transcript store did not do what was asked; trying again may help."""

    code = "store_unavailable"


class ObjectMissingError(StoreError):
    """The store has no object of this key."""

    code = "object_missing"
