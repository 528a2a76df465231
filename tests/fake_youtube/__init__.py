"""A local YouTube: the real libraries talk to it through a proxy, unchanged, without internet.

    with FakeYouTube() as youtube:
        youtube.add(Video(id="hashmaps001", tracks=[Track(automatic=True)]))
        subprocess.run([...], env=os.environ | youtube.environment())

The shapes are those that the libraries' sources read; nobody compared them with the live site.
"""

from tests.fake_youtube.data_api import REFUSALS
from tests.fake_youtube.messages import Answer, Request, html_page, json_answer, xml_answer
from tests.fake_youtube.server import FakeYouTube, Refusal
from tests.fake_youtube.videos import (
    SPOKEN,
    Channel,
    Line,
    Live,
    Playability,
    Playlist,
    Track,
    Trouble,
    Video,
)

__all__ = [
    "REFUSALS",
    "SPOKEN",
    "Answer",
    "Channel",
    "FakeYouTube",
    "Line",
    "Live",
    "Playability",
    "Playlist",
    "Refusal",
    "Request",
    "Track",
    "Trouble",
    "Video",
    "html_page",
    "json_answer",
    "xml_answer",
]
