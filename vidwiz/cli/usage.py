"""`vidwiz usage`: how many tokens AI texts used, day by day, and what that cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vidwiz.cli import tables
from vidwiz.cli.opening import open_runtime
from vidwiz.db.transactions import read_transaction
from vidwiz.services import prices, token_use

if TYPE_CHECKING:
    from vidwiz.models import DailyTokens
    from vidwiz.services.prices import Prices


@click.command()
@click.option("--days", type=click.IntRange(1, 3660), default=7, show_default=True)
def usage(*, days: int) -> None:
    """Show the tokens of AI texts by day (UTC), user, model and purpose."""
    with open_runtime() as runtime:
        known = prices.known(runtime.config.llm_prices)
        with read_transaction() as session:
            rows = token_use.since(session, days)
            today = token_use.used_today(session)
        tables.show(
            (
                "day",
                "user",
                "provider",
                "model",
                "for",
                "calls",
                "input",
                "cached",
                "output",
                "cost",
            ),
            [_row(row, known) for row in rows],
            empty="No tokens were used.",
        )
        budget = runtime.config.llm_daily_tokens
        of_budget = "" if budget is None else f" of {budget:,}"
        click.echo(f"Today: {today:,}{of_budget} tokens.", err=True)


def _row(row: DailyTokens, known: Prices) -> tuple[object, ...]:
    cost = known.cost(
        *(row.provider, row.model, row.input_tokens, row.output_tokens, row.cached_tokens)
    )
    return (
        *(row.day, row.user_id or "all", row.provider, row.model, row.purpose, row.calls),
        *(row.input_tokens, row.cached_tokens, row.output_tokens, known.shown(cost)),
    )
