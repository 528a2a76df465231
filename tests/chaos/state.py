"""What is left of a run when it is over, read from outside: rows, files, calls, jobs, lines."""

import base64
import json
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from redis import Redis

from tests.chaos import names, provider

# Errors that the plan asks for, or that tell of a server that the run took away.
EXPECTED_ERRORS = ("a planned crash",)
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
            for job_id in client.zrange(f"rq:failed:{queue}", 0, -1):
                reasons.append(_reason(client, job_id.decode()))
    return [why for why in reasons if not any(known in why for known in _EXPECTED_IN_JOBS)]


def _reason(client, job_id):
    newest = client.xrevrange(f"rq:results:{job_id}", count=1)
    if not newest:
        return f"job {job_id} failed without a reason"
    packed = newest[0][1].get(b"exc_string", b"")
    return zlib.decompress(base64.b64decode(packed)).decode()


def _errors(output):
    """Return the lines of the processes that tell of a bug."""
    found = []
    for line in output.splitlines():
        entry = None
        with suppress(ValueError):
            entry = json.loads(line)
        if isinstance(entry, dict) and entry.get("level") in ("error", "critical"):
            found.append(line)
        elif not isinstance(entry, dict) and line.startswith("Traceback"):
            found.append(line)
    return [line for line in found if not any(known in line for known in EXPECTED_ERRORS)]
