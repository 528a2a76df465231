"""What may stand in Redis: signed JSON that names one allowed function, and nothing else.

RQ's own serializers let whoever can write to Redis run any importable function in a worker,
also through the JSON one and through callbacks (docs/architecture.md, "Messages").
"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from rq.exceptions import NoSuchJobError
from rq.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRY_POINT = "vidwiz.jobs.entry.run_tasks"
_SIGNATURE_BYTES = 32


class SignedJson:
    """An RQ serializer: JSON behind an HMAC-SHA-256, so that a stranger's bytes are refused."""

    _key = b""

    @classmethod
    def use_key(cls, secret_key: str) -> None:
        """Derive the signing key; RQ takes a serializer as a class, so it is kept here."""
        cls._key = hmac.new(secret_key.encode(), b"vidwiz rq messages", sha256).digest()

    @classmethod
    def dumps(cls, message: object, *_: object, **__: object) -> bytes:
        """Return the signed bytes of `message`."""
        body = json.dumps(message, separators=(",", ":")).encode()
        return hmac.new(cls._key, body, sha256).digest() + body

    @classmethod
    def loads(cls, data: bytes, *_: object, **__: object) -> Any:  # noqa: ANN401
        """Return the message; raise ValueError when we did not sign it."""
        signature, body = bytes(data[:_SIGNATURE_BYTES]), bytes(data[_SIGNATURE_BYTES:])
        if not cls._key or not hmac.compare_digest(
            signature, hmac.new(cls._key, body, sha256).digest()
        ):
            raise ValueError("the message is not signed by this installation")
        return json.loads(body)


class PokeJob(Job):
    """A job that can only be our entry point: no other function, no callback, no webhook."""

    def restore(self, raw_data: Any) -> Any:  # noqa: ANN401 - as RQ declares it
        """Take over what stands in Redis; what cannot be read is no job.

        RQ's worker stops at such a hash, and again at each start as long as it is there.
        """
        try:
            return super().restore(raw_data)
        except Exception as exc:
            raise NoSuchJobError(f"what stands in {self.key} is no job") from exc

    @property
    def func(self) -> Callable[..., Any]:
        """Return the entry point; raise PermissionError for any other name."""
        if self.func_name != ENTRY_POINT or self.instance is not None:
            raise PermissionError(f"{self.func_name} is not a job of VidWiz")
        function: Callable[..., Any] = super().func
        return function

    @property
    def success_callback(self) -> None:
        """None: callbacks named in Redis are never run."""

    @property
    def failure_callback(self) -> None:
        """None: callbacks named in Redis are never run."""

    @property
    def stopped_callback(self) -> None:
        """None: callbacks named in Redis are never run."""

    def send_webhooks(self, *_: object, **__: object) -> None:
        """Send nothing: webhooks named in Redis are never called."""
