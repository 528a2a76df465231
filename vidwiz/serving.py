"""Settings of gunicorn: `gunicorn -c python:vidwiz.serving "vidwiz.app:create_app()"`."""

from __future__ import annotations

import gc
import threading
import time
from typing import TYPE_CHECKING

from vidwiz import log
from vidwiz.config import Config
from vidwiz.processes import die_with_parent, keep_files_private
from vidwiz.request_reading import end_limit, limit_body, raise_file_limit

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

_POLL_SECONDS = 0.5
# gunicorn executes this module in its main process, from which all others are forked.
keep_files_private()
raise_file_limit()
_config = Config.from_env()

bind = f"127.0.0.1:{_config.port}"
worker_class = "vidwiz.request_reading.ThreadWorker"
# The most that gunicorn allows, in bytes; its own 4094 is less than what browsers send.
limit_request_line = 8190
# gunicorn would believe SCRIPT_NAME and PATH_INFO as headers of any local client. A path prefix
# comes from the environment, or from a trusted proxy's X-Forwarded-Prefix.
forwarder_headers = ""
# SQLite has one writer; a second process would only add waiting.
workers = 1 if _config.uses_sqlite else _config.web_concurrency or 2
# Imported once and shared; for a single worker that would only cost the arbiter memory.
preload_app = workers > 1
# A thread is made when it is needed; an open event stream keeps one.
threads = 64
# Of each process; those over it wait, and who has waited longest for a request is sent away.
worker_connections = 1000
graceful_timeout = int(_config.grace_seconds)
keepalive = 5
# gunicorn's own lines tell of starts and stops; ours say what matters of requests.
loglevel = "debug" if _config.log_level == "debug" else "warning"
accesslog = None
# Its control socket is one for all instances of a user, in the home folder.
control_socket_disable = True


def when_ready(_server: Arbiter) -> None:
    """Before the first fork: what no collection touches stays shared."""
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Worker) -> None:
    """End long polls once the worker is asked to stop; they would hold it up."""
    threading.Thread(target=_end_polls, args=(worker,), daemon=True).start()


def _end_polls(worker: Worker) -> None:
    while worker.alive:
        time.sleep(_POLL_SECONDS)
    worker.wsgi.extensions["vidwiz.polls"].close()  # type: ignore[attr-defined]


pre_request = limit_body
post_request = end_limit


def worker_exit(_server: Arbiter, worker: Worker) -> None:
    """Let plugins free what they hold."""
    app = getattr(worker, "wsgi", None)
    if app is not None:
        app.extensions["vidwiz"].plugins.close()


def post_fork(_server: Arbiter, worker: Worker) -> None:
    """Have the worker log as all do, and end with its arbiter, also with streams open."""
    die_with_parent(worker.ppid)
    log.configure(_config.log_level)
