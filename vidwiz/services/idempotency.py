"""Answers kept for requests with an Idempotency-Key, in the transaction of what they caused."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from vidwiz.errors import ConflictError, InvalidInputError
from vidwiz.statements import idempotency as statements

if TYPE_CHECKING:
    from vidwiz.ports import UnitOfWork

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Key:
    """Which request of whom it is, and what it asks for."""

    user_id: int
    route: str
    text: str
    request_sha256: str


def key(user_id: int, route: str, text: str, request: object) -> Key:
    """Return the key of a request; raise `InvalidInputError` when its text is none."""
    if not _KEY.fullmatch(text):
        raise InvalidInputError(
            "an Idempotency-Key has 1 to 255 visible ASCII characters", field="Idempotency-Key"
        )
    body = json.dumps(request, sort_keys=True).encode()
    return Key(user_id, route, text, sha256(body).hexdigest())


def begin(uow: UnitOfWork, key: Key) -> Any | None:  # noqa: ANN401 - the answer's own JSON
    """Take the key for this request, or return the first answer to it.

    While the first request runs, the database has a second one wait here for its end. Raises
    `InvalidInputError` when the key was used for something else.
    """
    taken = {
        "user_id": key.user_id,
        "route": key.route,
        "key": key.text,
        "request_sha256": key.request_sha256,
    }
    if uow.connection.scalar(statements.TAKE.on(uow.connection), taken) is not None:
        return None
    known = uow.connection.execute(statements.KNOWN, _which(key)).one()
    if known.request_sha256 != key.request_sha256:
        raise InvalidInputError(
            "this key was used for another request",
            field="Idempotency-Key",
            code="idempotency_key_reused",
        )
    if known.body is None:
        raise ConflictError("the first request with this key still runs", code="still_running")
    return known.body


def _which(key: Key) -> dict[str, Any]:
    return {"of_user": key.user_id, "of_route": key.route, "of_key": key.text}


def keep(uow: UnitOfWork, key: Key, answer: Any) -> None:  # noqa: ANN401 - the answer's own JSON
    """Keep the answer of the request that took the key."""
    uow.connection.execute(statements.KEEP, {**_which(key), "body": answer})
