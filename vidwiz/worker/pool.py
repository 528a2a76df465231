"""All workers of one machine, forked from one preloaded parent, and their sweeper."""

from __future__ import annotations

import gc
import logging
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from vidwiz.errors import VidwizError
from vidwiz.supervisor import Child, Supervisor, forked

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)

# A work horse that uses up its grace time still has to give its tasks back.
_EXTRA_GRACE = 5.0


def run(slots: Mapping[str, int] | None = None) -> None:
    """Run workers, one queue a process, until SIGTERM or SIGINT.

    `slots` says how many of each queue; the default is what `VIDWIZ_WORKERS` says.
    """
    from vidwiz.pipeline.slots import configured_slots  # noqa: PLC0415
    from vidwiz.queueing.connections import client_for_worker, require_not_refused  # noqa: PLC0415
    from vidwiz.runtime import runtime_of  # noqa: PLC0415
    from vidwiz.worker import entry  # noqa: PLC0415 - errors of the settings are shown by main()
    from vidwiz.worker.rq_worker import Worker, run_sweeper  # noqa: PLC0415

    config = runtime_of(entry.app()).config
    wanted = configured_slots(config) if slots is None else slots
    require_not_refused(config.redis_url)

    def work(queue: str) -> None:
        worker = Worker(
            [queue],
            name=f"{queue}-{os.getpid()}",
            connection=client_for_worker(config.redis_url),
            sweeps=False,
        )
        worker.work(logging_level="WARNING")

    entry.preload(queue for queue, count in wanted.items() if count)
    # What is loaded now is shared by all forks as long as no collection touches it.
    gc.collect()
    gc.freeze()
    supervisor = Supervisor(grace_seconds=config.grace_seconds + _EXTRA_GRACE)
    supervisor.add(Child("sweeper", lambda: forked(run_sweeper)))
    for queue, count in wanted.items():
        for number in range(count):
            supervisor.add(Child(f"{queue}-{number}", partial(forked, partial(work, queue))))
    log.info("workers started", extra={"slots": dict(wanted)})
    supervisor.run()


def main(slots: Mapping[str, int] | None = None) -> None:
    """Run, and say in one sentence what is wrong with the settings, if anything is."""
    try:
        run(slots)
    except VidwizError as exc:
        print(f"vidwiz: {exc.message}", file=sys.stderr)  # noqa: T201 - before logging is set up
        sys.exit(2)


if __name__ == "__main__":
    main()
