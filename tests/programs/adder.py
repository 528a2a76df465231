"""Reads a number from a row and writes it back one higher, many times."""

import sys

from vidwiz.config import Config
from vidwiz.models import Video
from vidwiz.runtime import build_app, runtime_of
from vidwiz.services import videos

app = build_app(Config.from_env())
with app.app_context():
    for _ in range(int(sys.argv[1])):
        with runtime_of(app).unit_of_work() as uow:
            video = videos.lock(uow, "breadrise01")
            count = int(video.title or 0)
            uow.session.flush()
            uow.session.get(Video, video.id)
            video.title = str(count + 1)
