"""Begins to write, again and again, and is killed in the middle of one of the transactions."""

import os
import random
import signal
import threading

from vidwiz.config import Config
from vidwiz.runtime import build_app, runtime_of
from vidwiz.services import videos

COMMITTED = 3

app = build_app(Config.from_env())
death = threading.Timer(random.uniform(0.01, 0.1), os.kill, (os.getpid(), signal.SIGKILL))
with app.app_context():
    number = 0
    while True:
        number += 1
        with runtime_of(app).unit_of_work() as uow:
            videos.ensure(uow, f"{os.getpid() % 10000:05d}{number:06d}")
        if number == COMMITTED:
            death.start()
