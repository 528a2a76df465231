"""Answers kept for requests with an Idempotency-Key."""

from __future__ import annotations

import sqlalchemy as sa

from vidwiz.models import IdempotencyRecord
from vidwiz.statements.dialects import PerDialect

_records = IdempotencyRecord.metadata.tables["idempotency_keys"]
_ITS_KEY = (
    _records.c.user_id == sa.bindparam("of_user"),
    _records.c.route == sa.bindparam("of_route"),
    _records.c.key == sa.bindparam("of_key"),
)

_TAKEN = ("user_id", "route", "key", "request_sha256")
TAKE = PerDialect(
    lambda insert: (
        insert(_records)
        .values({name: sa.bindparam(name) for name in _TAKEN})
        .on_conflict_do_nothing()
        .returning(_records.c.user_id)
    )
)
"""Take the key for a request; no row when it was taken."""

KNOWN = sa.select(_records.c.request_sha256, _records.c.body).where(*_ITS_KEY)
"""What the key `:of_user`, `:of_route`, `:of_key` was used for, and the answer."""

KEEP = sa.update(_records).where(*_ITS_KEY).values(body=sa.bindparam("body"))
"""Keep the answer `:body` of the request that took the key."""
