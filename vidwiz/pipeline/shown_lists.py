"""What the API and commands show of imports and follows, from rows, progress and estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz.plugin_host import choice
from vidwiz.services import prices
from vidwiz.services.importing import follows, imports, progress
from vidwiz.services.importing.entries import Unreadable
from vidwiz.services.importing.estimate import Rates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from vidwiz.config import Config
    from vidwiz.models import Follow, VideoImport
    from vidwiz.pipeline.import_requests import ImportRequest
    from vidwiz.services.importing.progress import Progress

_COUNTS = ("total", "known", "new", "done", "failed", "cancelled")
PLANNED = "planned"


def rates(config: Config, per_minute: float) -> Rates:
    """Return that so many videos a minute are fetched, and what reading them costs here."""
    provider = next(iter(choice.orders(config)["llm_providers"]), "")
    model = config.plugin_settings.get(f"{provider.upper().replace('-', '_')}_MODEL", "")
    known = prices.known(config.llm_prices)

    def price(tokens: int) -> float | None:
        return known.cost(provider, model, tokens, 0)

    return Rates(per_minute, price)


def present_imports(
    session: Session, found: Sequence[VideoImport], rates: Rates
) -> list[dict[str, Any]]:
    """Return what a list shows of imports."""
    so_far = progress.of_imports(session, found)
    return [_present(each, so_far[each.id], rates) for each in found]


def present_import(session: Session, found: VideoImport, rates: Rates) -> dict[str, Any]:
    """Return all that is shown of an import."""
    (shown,) = present_imports(session, [found], rates)
    return {**shown, "failures": progress.failures(session, found.id)}


def _present(found: VideoImport, so_far: Progress, rates: Rates) -> dict[str, Any]:
    estimate = rates.estimate(so_far.left)
    return {
        **{name: getattr(found, name) for name in ("id", "kind", "url", "title")},
        **{name: getattr(so_far, name) for name in ("state", *_COUNTS)},
        "seconds_left": estimate.seconds_left,
        "tokens": estimate.tokens,
        "cost": estimate.cost,
        "code": so_far.waits.code,
        "message": so_far.waits.message,
        "next_try_at": so_far.waits.next_try_at,
        "left_out": found.unreadable_count,
        "left_out_first": found.unreadable or [],
        "lists": None,
        "failures": None,
        "created_at": found.created_at,
        "finished_at": found.finished_at,
    }


def present_plan(
    session: Session, user_id: int, request: ImportRequest, rates: Rates
) -> dict[str, Any]:
    """Return what an import would do; `request` has its videos."""
    named = request.named
    plan = imports.forecast(session, user_id, [] if named is None else named.videos)
    left_out = Unreadable() if named is None else named.unreadable
    estimate = rates.estimate(plan.to_fetch)
    nothing = ("id", "code", "message", "next_try_at", "failures", "created_at", "finished_at")
    return {
        **dict.fromkeys(nothing),
        **dict.fromkeys(("done", "failed", "cancelled"), 0),
        **{name: getattr(plan, name) for name in ("total", "known", "new")},
        "kind": request.kind.value,
        "url": request.url,
        "title": request.title,
        "state": PLANNED,
        "seconds_left": estimate.seconds_left,
        "tokens": estimate.tokens,
        "cost": estimate.cost,
        "left_out": left_out.count,
        "left_out_first": left_out.shown,
        "lists": [{"url": each.text, "title": each.title} for each in request.lists],
    }


_FOLLOW = ("id", "url", "title", "every_hours", "last_check_at", "next_check_at", "created_at")


def present_follows(session: Session, found: Sequence[Follow]) -> list[dict[str, Any]]:
    """Return what is shown of follows."""
    checks = follows.stages(session, found)
    return [
        {
            **{name: getattr(follow, name) for name in _FOLLOW},
            # Nothing is unavailable for good: the next check comes all the same.
            "state": checks[follow.id].state.replace("unavailable", "failed"),
            "code": checks[follow.id].code,
            "message": checks[follow.id].message,
        }
        for follow in found
    ]
