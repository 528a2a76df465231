"""What one process needs to work: a ledger, tools, and a thread that keeps the leases."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from rq.timeouts import BaseTimeoutException

from vidwiz.jobs.handlers import Handlers, Tools
from vidwiz.jobs.leases import LeaseKeeper
from vidwiz.jobs.ledger import DatabaseHealth, DatabaseLedger
from vidwiz.jobs.runner import Runner
from vidwiz.plugin_host.chain import Chain
from vidwiz.runtime import runtime_of
from vidwiz.services.claims import WorkerId

if TYPE_CHECKING:
    from typing import Self

    from flask import Flask


class Bench:
    """A place to work at, in the process of a job or in one that works without RQ."""

    def __init__(self, app: Flask, worker_name: str) -> None:
        runtime = runtime_of(app)
        config = runtime.config
        worker = WorkerId(f"{socket.gethostname()}:{worker_name}"[:128], network=config.network)
        ledger = DatabaseLedger(runtime, worker)
        interrupts = (BaseTimeoutException,)
        tools = Tools(
            runtime.metadata_fetchers(),
            runtime.transcript_fetchers(),
            runtime.llm_provider(),
            Chain(DatabaseHealth(runtime), interrupts),
        )
        self._leases = LeaseKeeper(
            ledger,
            lease_seconds=config.lease_seconds,
            context=app.app_context,
            end_process=lambda: os._exit(1),
        )
        self.runner = Runner(ledger, Handlers(ledger, tools), self._leases, interrupts=interrupts)

    def __enter__(self) -> Self:
        self._leases.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._leases.__exit__(*exc)
