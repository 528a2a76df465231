"""What RQ runs: `rq worker -w vidwiz.jobs.Worker QUEUE` uses the worker of this package."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vidwiz.jobs.worker import Worker

__all__ = ["Worker"]


def __getattr__(name: str) -> object:
    # Imported on demand, so that importing one module of the package does not build the app.
    if name == "Worker":
        from vidwiz.jobs.worker import Worker  # noqa: PLC0415

        return Worker
    raise AttributeError(name)
