"""Claims due metadata tasks until none is left, and prints their ids."""

import json
import os

from vidwiz.config import Config
from vidwiz.runtime import build_app, runtime_of
from vidwiz.tasks import claims
from vidwiz.tasks.types import TaskType, WorkerId

app = build_app(Config.from_env())
runtime = runtime_of(app)
found = []
with app.app_context():
    while True:
        with runtime.unit_of_work() as uow:
            claimed = claims.claim(
                uow, TaskType.FETCH_METADATA, WorkerId(f"p{os.getpid()}"), lease_seconds=300
            )
        if not claimed:
            break
        found += [claim.task_id for claim in claimed]
print(json.dumps(found))
