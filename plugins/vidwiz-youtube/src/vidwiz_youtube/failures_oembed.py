"""Which of our codes oEmbed's answers are: the one table of this service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz_youtube.failures import failure, of_status

if TYPE_CHECKING:
    import requests

STATUSES: dict[int, str] = {
    400: "invalid_id",
    401: "embedding_disabled",  # private, or not to be embedded: nobody can tell which
    403: "embedding_disabled",
    404: "removed",
}
"""By HTTP status; others are in `failures.STATUSES`."""

TEXTS: dict[str, str] = {
    "unauthorized": "embedding_disabled",
    "forbidden": "embedding_disabled",  # a private video once came as 200 with this word
    "not found": "removed",
    "bad request": "invalid_id",
}
"""By the whole body of a 200 that is no JSON, in small letters; others are `parse_error`."""


def of_answer(answer: requests.Response) -> dict[str, Any]:
    """Return the JSON of an answer; raise the failure that it stands for."""
    if answer.status_code in STATUSES:
        raise failure(STATUSES[answer.status_code])
    if not answer.ok:
        raise of_status(answer.status_code)
    try:
        content = answer.json()
    except ValueError as exc:
        raise failure(TEXTS.get(answer.text.strip().lower(), "parse_error")) from exc
    if not isinstance(content, dict) or not content.get("title"):
        raise failure("parse_error")
    return content
