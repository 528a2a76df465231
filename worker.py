"""The RQ workers of this machine: `python worker.py [--queues metadata=1,note=4]`."""

import click

from vidwiz.config import DEFAULT_SLOTS, parse_slots
from vidwiz.errors import ConfigError
from vidwiz.jobs.pool import main


@click.command()
@click.option(
    "--queues",
    metavar="QUEUE=COUNT,...",
    help=f"Only these queues, of {', '.join(DEFAULT_SLOTS)}; without it what VIDWIZ_WORKERS says.",
)
def run(queues: str | None) -> None:
    """Start the workers of this machine, one queue a process, and their sweeper."""
    if queues is None:
        main()
        return
    try:
        asked = parse_slots(",".join(q if "=" in q else f"{q}=1" for q in queues.split(",")))
    except ConfigError as exc:
        raise click.UsageError(exc.message) from exc
    named = {part.partition("=")[0].strip() for part in queues.split(",")}
    main({queue: count for queue, count in asked.items() if queue in named})


if __name__ == "__main__":
    run()
