"""`vidwiz redo`: have texts of another provider made anew by the present one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vidwiz.cli.opening import open_runtime
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import ConfigError
from vidwiz.plugin_host.chain import Chain
from vidwiz.services import prices, redoing

if TYPE_CHECKING:
    from vidwiz.plugin_api import LLMProvider
    from vidwiz.runtime import Runtime
    from vidwiz.services.redoing import Estimate


@click.command()
@click.option("--made-by", metavar="PROVIDER", required=True, help="Whose texts, as extractive.")
@click.option("--dry-run", is_flag=True, help="Only say how much there is and what it will cost.")
def redo(*, made_by: str, dry_run: bool) -> None:
    """Make summaries and AI notes anew that PROVIDER made.

    Each text stays until the new one is there; what its owner has changed stays for good. The
    command only asks for the work; it may be given again at any time and goes on where it was.
    """
    with open_runtime() as runtime:
        writer = _present(runtime, made_by)
        with read_transaction() as session:
            found = redoing.estimate(session, made_by)
            others = [] if found.summaries or found.notes else redoing.makers(session)
        if not found.summaries and not found.notes:
            click.echo(_nothing(made_by, [name for name in others if name != made_by]))
            return
        click.echo(_described(runtime, writer, found))
        if dry_run:
            return
        after: tuple[int, int] | None = (0, 0)
        while after is not None:
            with runtime.unit_of_work() as uow:
                after = redoing.schedule(uow, made_by, after=after)
        click.echo(
            "The workers make them anew, after all other work. `vidwiz tasks list` shows it."
        )


def _present(runtime: Runtime, made_by: str) -> LLMProvider:
    writer = runtime.llm_provider()
    if writer is None:
        raise ConfigError("nothing writes texts here; see `vidwiz plugins list`")
    if writer.info.name == made_by:
        raise ConfigError(
            f"{made_by} is the provider that writes now; set VIDWIZ_LLM_PROVIDER to another one"
        )
    return writer


def _nothing(made_by: str, others: list[str]) -> str:
    by_others = f" Texts here are by {', '.join(others)}." if others else ""
    return f"There is no text by {made_by} that may be made anew.{by_others}"


def _described(runtime: Runtime, writer: LLMProvider, found: Estimate) -> str:
    known = prices.known(runtime.config.llm_prices)
    model = Chain.describe(writer).get("model", "")
    cost = known.cost(writer.info.name, model, found.input_tokens, found.output_tokens)
    price = f", about {known.shown(cost)}" if cost is not None else ""
    return (
        f"{found.summaries} summaries and {found.notes} notes by {writer.info.name}: about"
        f" {found.input_tokens + found.output_tokens:,} tokens{price}."
    )
