"""How plugins are and what their sites say, on the wire."""

from __future__ import annotations

from marshmallow import fields

from vidwiz.api.schemas.common import Out
from vidwiz.services import fetcher_health


class FetcherHealthOut(Out):
    """How a fetcher does on one network."""

    network = fields.String()
    breaker = fields.String(metadata={"enum": list(fetcher_health.BREAKERS)})
    refusals = fields.Integer()
    code = fields.String(allow_none=True)
    next_probe_at = fields.DateTime(attribute="open_until", allow_none=True)
    successes = fields.Integer()
    failures = fields.Integer()
    counted_since = fields.DateTime(allow_none=True)
    last_success_at = fields.DateTime(allow_none=True)
    last_failure_at = fields.DateTime(allow_none=True)
    last_failure_code = fields.String(allow_none=True)


class PluginOut(Out):
    """A plugin in one role."""

    name = fields.String()
    role = fields.String()
    state = fields.String()
    reason = fields.String()
    remedy = fields.String()
    asked = fields.Integer(
        allow_none=True, metadata={"description": "Its place in the order; null when never asked"}
    )
    paced = fields.Boolean()
    health = fields.List(fields.Nested(FetcherHealthOut))


class HelpersOut(Out):
    """How helpers with one kind of work do."""

    name = fields.String()
    health = fields.List(fields.Nested(FetcherHealthOut))


class InternalHealthOut(Out):
    """How plugins and helpers do; `fetch_per_minute` is 0 where nothing is paced."""

    network = fields.String()
    fetch_per_minute = fields.Integer()
    plugins = fields.List(fields.Nested(PluginOut))
    helpers = fields.List(fields.Nested(HelpersOut))
