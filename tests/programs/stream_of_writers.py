"""Writes with eight threads, one transaction after the other, until it is killed."""

import threading
import time

from vidwiz.config import Config
from vidwiz.runtime import build_app, runtime_of
from vidwiz.services import videos

app = build_app(Config.from_env())


def write():
    with app.app_context():
        while True:
            with runtime_of(app).unit_of_work() as uow:
                videos.lock(uow, "breadrise01")
                time.sleep(0.01)


threads = [threading.Thread(target=write) for _ in range(8)]
for thread in threads:
    thread.start()
print("writing", flush=True)
for thread in threads:
    thread.join()
