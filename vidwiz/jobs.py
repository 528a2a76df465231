"""The name by which RQ's commands find our worker: `rq worker -w vidwiz.jobs.Worker QUEUE`."""

from vidwiz.worker.rq_worker import Worker

__all__ = ["Worker"]
