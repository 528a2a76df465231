"""What may stand in Redis: signed JSON that names one allowed function, and nothing else.

RQ's own serializers let whoever can write to Redis run any importable function in a worker,
also through the JSON one and through callbacks (docs/architecture.md, "Messages").
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from itsdangerous import BadSignature, Signer
from rq.exceptions import NoSuchJobError
from rq.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRY_POINT = "vidwiz.worker.entry.run_tasks"


class SignedJson:
    """An RQ serializer: JSON signed with HMAC-SHA-256, so that a stranger's bytes are refused."""

    _signer: Signer | None = None

    @classmethod
    def use_key(cls, secret_key: str) -> None:
        """Derive the signing key; RQ takes a serializer as a class, so it is kept here."""
        cls._signer = Signer(
            secret_key, salt=b"vidwiz rq messages", key_derivation="hmac", digest_method=sha256
        )

    @classmethod
    def dumps(cls, message: object, *_: object, **__: object) -> bytes:
        """Return the signed bytes of `message`."""
        return cls._require_signer().sign(json.dumps(message, separators=(",", ":")).encode())

    @classmethod
    def loads(cls, data: bytes, *_: object, **__: object) -> Any:  # noqa: ANN401
        """Return the message; raise ValueError when this installation did not sign it."""
        try:
            return json.loads(cls._require_signer().unsign(bytes(data)))
        except BadSignature as exc:
            raise ValueError("the message is not signed by this installation") from exc

    @classmethod
    def _require_signer(cls) -> Signer:
        if cls._signer is None:
            raise ValueError("no key for messages has been set")
        return cls._signer


class NotificationJob(Job):
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
