"""What one process needs to work on tasks: a ledger, providers, and a thread for the leases."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rq.timeouts import BaseTimeoutException

from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.providers import Providers
from vidwiz.plugin_host.chain import Chain
from vidwiz.runtime import runtime_of
from vidwiz.tasks.types import WorkerId
from vidwiz.worker import presence
from vidwiz.worker.database_ledger import DatabaseHealth, DatabaseLedger
from vidwiz.worker.database_texts import DatabaseParts, DatabaseTokens
from vidwiz.worker.leases import LeaseKeeper
from vidwiz.worker.runner import Runner

if TYPE_CHECKING:
    from typing import Self

    from flask import Flask

    from vidwiz.pipeline.kinds import TaskKinds


class WorkerContext:
    """All that a job works with, in the process of a job or in one that works without RQ."""

    def __init__(self, app: Flask, worker_name: str, *, kinds: TaskKinds = KINDS) -> None:
        runtime = runtime_of(app)
        config = runtime.config
        worker = WorkerId(presence.ledger_name(worker_name), network=config.network)
        tokens = DatabaseTokens(runtime)
        ledger = DatabaseLedger(runtime, worker, kinds, tokens)
        interrupts = (BaseTimeoutException,)
        providers = Providers(
            runtime.metadata_fetchers(),
            runtime.transcript_fetchers(),
            runtime.llm_provider(),
            Chain(DatabaseHealth(runtime), interrupts, runtime.pace),
            tokens,
            DatabaseParts(tokens),
            config.user_daily_videos,
            config.sites,
        )
        self._leases = LeaseKeeper(
            ledger,
            lease_seconds=config.lease_seconds,
            context=app.app_context,
            end_process=lambda: os._exit(1),
        )
        self.runner = Runner(ledger, kinds, providers, self._leases, interrupts=interrupts)

    @property
    def holds_tasks(self) -> bool:
        """Whether a task is still this process's."""
        return bool(self._leases.held())

    def __enter__(self) -> Self:
        self._leases.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._leases.__exit__(*exc)
