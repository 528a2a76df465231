"""What is left of a run when it is over, read from outside: rows, files, calls, jobs, lines."""

import base64
import json
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from redis import Redis

from tests.chaos import names, provider

# How an exception begins, in its last line, that is no bug: planned, or of a server that was away.
_EXPECTED_EXCEPTIONS = (
    "RuntimeError: a planned crash",
    "redis.exceptions.ConnectionError",
    "redis.exceptions.TimeoutError",
    "sqlalchemy.exc.OperationalError: (psycopg",  # SQLite is never away
)
# The last line of a traceback that names the exception; its message may have more lines.
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(Error|Exception|Interrupt|Exit)(: |$)")
_EXPECTED_EVENTS = ("could not connect to Redis", "redis.sock")
_EXPECTED_IN_JOBS = ("Work-horse terminated unexpectedly", "AbandonedJobError")


@dataclass
class State:
    """The rows by table, and all else that the checker looks at."""

    tables: dict
    audit: list
    calls: list
    objects: dict
    """The SHA-256 of each file of the store, by its key."""
    failed_jobs: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    still_running: list = field(default_factory=list)

    def rows(self, table):
        return self.tables[table]


def read(installation):
    database = installation.database
    return State(
        tables=database.tables(),
        audit=database.audit(),
        calls=provider.calls(installation.calls_folder),
        objects=_objects(installation.data_dir / names.OBJECTS),
        failed_jobs=_failed_jobs(installation.redis.url),
        errors=_errors(installation.stack.output()),
    )


def _objects(folder):
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def _failed_jobs(url):
    """Return why RQ's failed jobs failed, but for those whose process was taken away."""
    reasons = []
    with Redis.from_url(url) as client:
        for queue in names.QUEUES:
            failed = client.zrange(f"rq:failed:{queue}", 0, -1)
            reasons += [_reason(client, job_id.decode()) for job_id in failed]
    return [_exception(why) or why for why in reasons if not _is_outage(why)]


def _reason(client, job_id):
    newest = client.xrevrange(f"rq:results:{job_id}", count=1)
    if not newest:
        return f"job {job_id} failed without a reason"
    packed = newest[0][1].get(b"exc_string", b"")
    return zlib.decompress(base64.b64decode(packed)).decode()


def _errors(output):
    """Return the errors that the processes logged, and that were not brought about by the run."""
    found = []
    for line in output.splitlines():
        with suppress(ValueError):
            entry = json.loads(line)
            if isinstance(entry, dict) and entry.get("level") in ("error", "critical"):
                found.append(entry)
    return [_shown(entry) for entry in found if not _is_expected(entry)]


def _is_expected(entry):
    return _exception(_told(entry)).startswith(_EXPECTED_EXCEPTIONS) or any(
        known in entry["event"] for known in _EXPECTED_EVENTS
    )


def _told(entry):
    """Return the whole text; RQ puts the traceback into its sentence."""
    return f"{entry['event']}\n{entry.get('exception', '')}"


def _shown(entry):
    return f"{entry['event'].splitlines()[0]}: {_exception(_told(entry))}"


def _is_outage(reason):
    """Say whether a job failed as its process or a server was taken away, and not by a bug."""
    return _exception(reason).startswith("redis.exceptions.") or any(
        known in reason for known in _EXPECTED_IN_JOBS
    )


def _exception(traceback):
    """Return the line of a traceback that names its last exception."""
    lines = traceback.strip().splitlines()
    return next((line for line in reversed(lines) if _EXCEPTION.match(line)), "")
