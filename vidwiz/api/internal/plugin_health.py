"""How plugins are, for operators: states, breakers on each network, and the pace."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from vidwiz.api.blueprints import Blueprint
from vidwiz.api.schemas.health import InternalHealthOut
from vidwiz.http.auth import ADMINS
from vidwiz.http.replies import reply
from vidwiz.http.transactions import read_transaction
from vidwiz.pipeline.submissions import HELPERS
from vidwiz.plugin_host import choice
from vidwiz.runtime import current
from vidwiz.services import fetcher_health

if TYPE_CHECKING:
    from flask import Response

    from vidwiz.plugin_host.registry import Record

blueprint = Blueprint("plugin-health", __name__, description="How plugins are")
_HEALTH = InternalHealthOut()


@blueprint.get("/health", access=ADMINS)
@blueprint.response(200, InternalHealthOut)
def plugin_health() -> Response:
    """Say how each plugin is, and what its site says on each network."""
    runtime = current()
    known: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with read_transaction() as session:
        for state in fetcher_health.states(session):
            known[state.provider].append(fetcher_health.describe(state))
    shown = {
        "network": runtime.config.network,
        "fetch_per_minute": runtime.config.fetch_per_minute,
        "plugins": [
            {**_plugin(record), "health": known.get(record.name, [])}
            for record in runtime.plugins.records
        ],
        "helpers": [
            {"name": name, "health": health}
            for name, health in known.items()
            if name.startswith(HELPERS)
        ],
    }
    return reply(_HEALTH, shown)


def _plugin(record: Record) -> dict[str, Any]:
    order = choice.orders(current().config)[record.role]
    return {
        **{name: getattr(record, name) for name in ("name", "role", "state", "reason", "remedy")},
        "asked": list(order).index(record.name) + 1 if record.name in order else None,
        "paced": record.plugin is not None and record.plugin.info.paced,
    }
