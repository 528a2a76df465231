"""Sees a video and is killed after the commit, when the first notification should be sent."""

import os
import signal
import sys

from vidwiz.config import Config
from vidwiz.runtime import build_app, runtime_of
from vidwiz.services import videos


class DeadlyQueue:
    def notify(self, task_type, task_ids):
        os.kill(os.getpid(), signal.SIGKILL)

    def pass_on(self, task_type, *, network):
        raise AssertionError("this process works on nothing")

    def is_reachable(self):
        return True


app = build_app(Config.from_env(), queue=DeadlyQueue())
with app.app_context(), runtime_of(app).unit_of_work() as uow:
    videos.ensure(uow, sys.argv[1])
