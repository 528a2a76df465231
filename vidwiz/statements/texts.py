"""Statements about what AI texts cost: tokens by day, and parts that are kept."""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa

from vidwiz.models import DailyTokens, TextPart, now
from vidwiz.statements.dialects import PerDialect

_DAILY = cast("sa.Table", DailyTokens.__table__)
_PARTS = cast("sa.Table", TextPart.__table__)
_D, _P = _DAILY.c, _PARTS.c
_KEY = ("day", "user_id", "provider", "model", "purpose")
_COUNTS = ("calls", "input_tokens", "output_tokens", "cached_tokens")

ADD_TOKENS = PerDialect(
    lambda insert: (
        new := insert(_DAILY).values({name: sa.bindparam(name) for name in (*_KEY, *_COUNTS)})
    ).on_conflict_do_update(
        index_elements=list(_KEY),
        set_={name: _D[name] + new.excluded[name] for name in _COUNTS},
    )
)
"""Adds to what was used on a day; several rows are given in the order of their keys."""

TOKENS_OF_DAY = sa.select(
    sa.func.coalesce(sa.func.sum(_D.input_tokens + _D.output_tokens), 0)
).where(_D.day == sa.bindparam("of_day", type_=sa.Date))
"""How many tokens were used on a day, by all."""

PARTS = sa.select(_P.key, _P.text, _P.input_tokens, _P.output_tokens, _P.cached_tokens).where(
    _P.key.in_(sa.bindparam("keys", expanding=True))
)
"""The parts with these keys."""

KEEP_PART = PerDialect(
    lambda insert: (
        insert(_PARTS)
        .values(
            **{name: sa.bindparam(name) for name in ("key", "text", *_COUNTS[1:])},
            created_at=now(),
        )
        .on_conflict_do_nothing()
    )
)
"""Keeps a part, unless it is there already."""
