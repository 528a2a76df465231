"""Who is asking: accounts and personal tokens, as far as a request needs to know them."""

from __future__ import annotations

import sqlalchemy as sa

from vidwiz.models import ApiToken, QuotaUse, User, now
from vidwiz.statements.dialects import PerDialect

_users = User.__table__.c
_tokens = ApiToken.__table__.c

ACCOUNT = sa.select(_users.id, _users.is_admin).where(_users.id == sa.bindparam("user_id"))
"""The account with the id `:user_id`."""

ACCOUNT_OF_TOKEN = (
    sa.select(_users.id, _users.is_admin, _tokens.scope, _tokens.expires_at)
    .join_from(ApiToken.__table__, User.__table__, _tokens.user_id == _users.id)
    .where(_tokens.token_sha256 == sa.bindparam("digest"))
    .where(sa.or_(_tokens.expires_at.is_(None), _tokens.expires_at > now()))
)
"""The account, scope and end of the token with the hash `:digest`, unless it has expired."""

USE_QUOTA = PerDialect(
    lambda insert: (
        insert(QuotaUse.__table__)
        .values(
            holder=sa.bindparam("holder"),
            kind=sa.bindparam("kind"),
            day=sa.bindparam("day"),
            used=sa.literal(1),
        )
        .on_conflict_do_update(
            index_elements=["holder", "kind", "day"],
            set_={"used": QuotaUse.__table__.c.used + 1},
            where=QuotaUse.__table__.c.used < sa.bindparam("most", type_=sa.Integer),
        )
        .returning(QuotaUse.__table__.c.used)
    )
)
"""Count one of `:most` for `:holder`, `:kind` and `:day`; no row when none was left."""
