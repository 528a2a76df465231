"""`python -m tests.fake_youtube [FOLDER]`: a YouTube on this machine, to try VidWiz with."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from tests.fake_youtube import Channel, FakeYouTube, Playlist, Track, Video
from tests.fake_youtube.folder import videos_of


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_youtube", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="files of yt-dlp: *.info.json, *.srt")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    with FakeYouTube(port=options.port) as youtube:
        youtube.add(*(videos_of(options.folder) if options.folder else _examples()))
        everything = Playlist(id="PLeverything", title="All", video_ids=list(youtube.videos))
        youtube.add_playlist(everything)
        for name, value in youtube.environment().items():
            print(f"export {name}={value}")
        for video in youtube.videos.values():
            print(f"# https://www.youtube.com/watch?v={video.id}  {video.title}")
        print(f"# https://www.youtube.com/playlist?list={everything.id}", flush=True)
        _wait()


def _examples() -> list[Video]:
    return [
        Video(
            id="hashmaps001",
            chapters=((0, "Intro"), (60, "Collisions"), (300, "Growing")),
            tracks=[Track(automatic=True), Track(language="de")],
        ),
        Video(
            id="german00001",
            title="Nur auf Deutsch",
            channel=Channel.named("Beispiel"),
            tracks=[Track(language="de", automatic=True)],
        ),
        Video(id="nocaption01", title="No captions"),
    ]


def _wait() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
