"""Playlists, channels and searches by yt-dlp: whole, in order, and cheap where that is enough."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.fake_sites import add_ted_playlist
from tests.fake_youtube import Answer, Channel, Playability, Playlist, Refusal, Trouble, Video
from vidwiz.plugin_api import PluginError
from vidwiz_youtube.ytdlp import YtDlpFetcher

CHANNEL = Channel()
HOME = f"https://www.youtube.com/channel/{CHANNEL.id}"
UPLOADS = f"UU{CHANNEL.id[2:]}"
PLAYLIST = "https://www.youtube.com/playlist?list=PLbread"
NOW = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture
def fetcher(youtube):
    return YtDlpFetcher(YtDlpFetcher.Settings())


def name(number):
    return f"bread{number:06}"


def hold(youtube, count):
    """Hold videos and the channel's own list of them, the newest first."""
    youtube.videos.clear()
    for number in range(count):
        published = NOW - timedelta(days=number)
        youtube.add(Video(id=name(number), title=f"Bread {number}", published=published))
    ids = [name(number) for number in range(count)]
    youtube.add_playlist(Playlist(id=UPLOADS, title="Uploads", video_ids=ids))
    return ids


def ids_of(videos):
    return [video.ref.id for video in videos]


def asked(youtube):
    return [request.endpoint for request in youtube.requests]


def test_a_playlist_is_given_whole_and_in_its_order(youtube, fetcher):
    ids = hold(youtube, 200)
    youtube.videos[ids[7]].playability = Playability(status="ERROR", reason="Private video")
    youtube.add_playlist(Playlist(id="PLbread", title="Baking", video_ids=[*ids, "deleted0000"]))

    found = fetcher.expand(PLAYLIST)

    assert (found.key, found.title) == ("youtube:PLbread", "Baking")
    assert ids_of(found.videos) == [*ids, "deleted0000"]
    assert {video.ref.site for video in found.videos} == {"youtube"}
    assert (found.videos[0].title, found.videos[0].duration) == ("Bread 0", 600)
    assert "watch" not in asked(youtube)
    assert "player" not in asked(youtube)


@pytest.mark.parametrize(
    "url",
    [
        HOME,
        f"{HOME}/featured",
        "https://www.youtube.com/@example",
        PLAYLIST.replace("PLbread", UPLOADS),
    ],
    ids=["id", "tab", "handle", "uploads"],
)
def test_all_addresses_of_a_channel_are_one_list(youtube, fetcher, url):
    ids = hold(youtube, 130)

    found = fetcher.expand(url)

    assert found.key == f"youtube:{CHANNEL.id}"
    assert ids_of(found.videos) == ids


def test_the_newest_of_a_channel_come_from_its_feed(youtube, fetcher):
    ids = hold(youtube, 20)

    found = fetcher.expand(HOME, newest=5)

    assert ids_of(found.videos) == ids[:5]
    assert found.key == f"youtube:{CHANNEL.id}"
    assert found.videos[1].published_at == NOW - timedelta(days=1)
    assert asked(youtube) == ["feed"]


@pytest.mark.parametrize(
    "answer",
    [Answer(status=404), Answer(status=500), Answer(body=b""), Answer(body=b"<feed"), Answer()],
    ids=["404", "500", "empty", "cut", "text"],
)
def test_a_feed_that_fails_says_nothing_of_the_channel(youtube, fetcher, answer):
    ids = hold(youtube, 20)
    youtube.troubles = (Trouble(endpoints=frozenset({"feed"}), answer=answer),)

    assert ids_of(fetcher.expand(HOME, newest=5).videos) == ids[:5]
    assert asked(youtube)[0] == "feed"


def test_a_feed_with_entities_is_not_read(youtube, fetcher):
    ids = hold(youtube, 3)
    bomb = b'<!DOCTYPE feed [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed>&b;</feed>'
    youtube.troubles = (Trouble(endpoints=frozenset({"feed"}), answer=Answer(body=bomb)),)

    assert ids_of(fetcher.expand(HOME, newest=5).videos) == ids


def test_more_of_the_newest_than_a_feed_has_come_from_the_list(youtube, fetcher):
    ids = hold(youtube, 60)

    assert ids_of(fetcher.expand(HOME, newest=40).videos) == ids[:40]
    assert "feed" not in asked(youtube)


def test_the_newest_of_a_long_playlist_are_looked_for_at_both_ends(youtube, fetcher):
    ids = hold(youtube, 40)
    youtube.add_playlist(Playlist(id="PLbread", video_ids=ids))

    found = ids_of(fetcher.expand(PLAYLIST, newest=6).videos)

    assert found == [ids[39], ids[0], ids[38], ids[1], ids[37], ids[2]]


def test_a_short_playlist_is_in_its_feed(youtube, fetcher):
    ids = hold(youtube, 4)
    youtube.add_playlist(Playlist(id="PLbread", title="Baking", video_ids=ids))

    found = fetcher.expand(PLAYLIST, newest=10)

    assert (found.key, ids_of(found.videos)) == ("youtube:PLbread", ids)
    assert asked(youtube) == ["feed"]


@pytest.mark.parametrize("newest", [1, 0, -3, 10**9])
def test_odd_numbers_of_newest_videos_are_taken_as_meant(youtube, fetcher, newest):
    ids = hold(youtube, 3)

    assert ids_of(fetcher.expand(HOME, newest=newest).videos) == ids[: max(newest, 1)]


def test_a_tab_of_a_channel_is_a_list_of_its_own(youtube, fetcher):
    ids = hold(youtube, 70)

    found = fetcher.expand("https://www.youtube.com/@example/videos")

    assert found.key == f"youtube:{CHANNEL.id}/videos"
    assert ids_of(found.videos) == ids


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("https://www.youtube.com/playlist?list=RDdQw4w9WgXcQ", "mix"),
        ("https://www.youtube.com/playlist?list=WL", "owner"),
        ("https://www.youtube.com/results?search_query=bread", "search"),
        ("https://www.youtube.com/@example/playlists", "page of lists"),
        ("https://unknown.org/playlist", "No list"),
        ("https://vimeo.com/76979871", "No list"),
        ("http://127.0.0.1/playlist?list=PLbread", "No list"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(youtube, fetcher, url, word):
    with pytest.raises(PluginError) as caught:
        fetcher.expand(url)

    assert caught.value.code == "invalid_request"
    assert word in caught.value.message
    assert caught.value.message.endswith(".")
    assert youtube.requests == []


def test_a_list_of_another_site_names_its_videos(youtube, fetcher):
    url = add_ted_playlist(youtube, "171/all_about_tea", ["tea_one", "tea_two", "tea_one"])

    found = fetcher.expand(url)

    assert (found.key, found.title) == ("tedplaylist:all_about_tea", "On tea")
    assert [(video.ref.site, video.ref.id) for video in found.videos] == [
        ("ted", "tea_one"),
        ("ted", "tea_two"),
    ]
    assert len(fetcher.expand(url, newest=1).videos) == 1
    assert {request.path for request in youtube.requests} == {"/playlists/171/all_about_tea"}


@pytest.mark.parametrize("url", [PLAYLIST, HOME, "https://www.youtube.com/@nobody"])
def test_a_list_that_is_not_there_is_gone_and_no_video_is_spoken_of(youtube, fetcher, url):
    youtube.videos.clear()
    with pytest.raises(PluginError, match="removed") as caught:
        fetcher.expand(url)
    assert caught.value.message == "There is no such list or channel, or it is private."


def test_a_private_playlist_is_said_to_be_so(youtube, fetcher):
    youtube.add_playlist(Playlist(id="PLbread", is_private=True))
    with pytest.raises(PluginError) as caught:
        fetcher.expand(PLAYLIST)
    assert (caught.value.code, caught.value.message) == ("private", "This list is private.")


def test_a_channel_of_shorts_alone_is_found_by_its_name(youtube, fetcher):
    """YouTube shows the home of such a channel where its `/videos` is asked for."""
    ids = hold(youtube, 3)
    found = fetcher.expand("https://www.youtube.com/@example")
    assert ids_of(found.videos) == ids
    assert not [request for request in youtube.requests if request.path.endswith("/videos")]


def test_a_part_that_a_channel_does_not_have_is_said(youtube, fetcher):
    hold(youtube, 3)
    with pytest.raises(PluginError, match="invalid_request") as caught:
        fetcher.expand("https://www.youtube.com/@example/shorts")
    assert caught.value.message == "The channel has no such videos."


def test_private_and_deleted_entries_of_a_list_spoil_no_other(youtube, fetcher):
    ids = hold(youtube, 4)
    private = Playability(status="LOGIN_REQUIRED", reason="This video is private")
    youtube.videos[ids[1]].playability = private
    del youtube.videos[ids[2]]
    youtube.add_playlist(Playlist(id="PLbread", title="Bread", video_ids=ids))
    listed = fetcher.expand(PLAYLIST).videos
    assert ids_of(listed) == ids
    assert [video.duration for video in listed] == [600.0, None, None, 600.0]


def test_a_block_is_said_by_lists_and_searches_too(youtube, fetcher):
    hold(youtube, 3)
    youtube.block(how=Refusal.TOO_MANY_REQUESTS)

    for ask in (
        lambda: fetcher.expand(PLAYLIST),
        lambda: fetcher.expand("https://www.youtube.com/@example"),
        lambda: fetcher.search("bread", 3),
    ):
        with pytest.raises(PluginError, match="ip_blocked"):
            ask()


def test_a_search_finds_the_best_first(youtube, fetcher):
    hold(youtube, 30)
    youtube.add(Video(id="soup0000001", title="Soup"))

    found = fetcher.search("Bread 7", 5)

    assert len(found) == 5
    assert (found[0].ref.id, found[0].title, found[0].duration) == (name(7), "Bread 7", 600)


def test_a_search_for_more_than_a_page_goes_on(youtube, fetcher):
    hold(youtube, 60)
    assert len(fetcher.search("bread", 35)) == 35


@pytest.mark.parametrize(("title", "limit"), [("", 5), ("  \n ", 5), ("bread", 0), ("bread", -1)])
def test_a_search_for_nothing_asks_nobody(youtube, fetcher, title, limit):
    assert list(fetcher.search(title, limit)) == []
    assert youtube.requests == []
