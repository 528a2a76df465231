"""Asks whether a fetcher may be called, again and again, and prints how often it may.

Begins when the file that the first argument names is there, and ends after the seconds that the
second one says.
"""

import sys
import time
from pathlib import Path

from vidwiz.config import Config
from vidwiz.runtime import build_app, runtime_of
from vidwiz.worker.database_ledger import DatabaseHealth

app = build_app(Config.from_env())
with app.app_context():
    health = DatabaseHealth(runtime_of(app))
    print("ready", flush=True)
    while not Path(sys.argv[1]).exists():
        time.sleep(0.005)
    until = time.monotonic() + float(sys.argv[2])
    allowed = 0
    while time.monotonic() < until:
        allowed += health.may_call("site") is None
print(allowed)
