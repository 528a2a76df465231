"""Logging: one chain for our lines and the libraries', readable or JSON."""

from __future__ import annotations

import logging
import sys

import structlog

from vidwiz.masking import mask

_SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def configure(level: str = "info") -> None:
    """Send all log lines to standard error: coloured on a terminal, else one JSON object each."""
    renderer: structlog.types.Processor
    if sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer()
    else:
        renderer = structlog.processors.JSONRenderer()
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
                _without_secrets,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Their info lines tell of every job and every query; ours say what matters of both.
    for noisy in ("rq", "botocore", "boto3", "urllib3", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def _without_secrets(_logger: object, _method: str, line: object) -> str:
    """Mask the secrets of plugins, which libraries of theirs put into addresses and tracebacks."""
    return mask(str(line))
