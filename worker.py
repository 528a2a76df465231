"""The RQ workers of this machine: `python worker.py [--queues metadata=1,note=4]`."""

import click

from vidwiz.config import parse_slots
from vidwiz.errors import VidwizError
from vidwiz.pipeline.flow import KINDS
from vidwiz.worker.pool import main


@click.command()
@click.option(
    "--queues",
    metavar="QUEUE=COUNT,...",
    help=f"Only these queues, of {', '.join(KINDS.queues)}; without it what VIDWIZ_WORKERS says.",
)
def run(queues: str | None) -> None:
    """Start the workers of this machine, one queue a process, and their sweeper."""
    if queues is None:
        main()
        return
    try:
        asked = parse_slots(",".join(q if "=" in q else f"{q}=1" for q in queues.split(",")))
        for queue in asked:
            KINDS.of_queue(queue)
    except VidwizError as exc:
        raise click.UsageError(exc.message) from exc
    main(asked)


if __name__ == "__main__":
    run()
