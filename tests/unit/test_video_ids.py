"""Video ids: what is taken from ids and addresses, and what is refused."""

import string
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vidwiz.errors import InvalidInputError
from vidwiz.plugin_api import VideoRef
from vidwiz.services import video_ids

ID = "dQw4w9WgXcQ"
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
MARKS = string.ascii_letters + string.digits + "_-"
# Two names of pages in the embedded player have 11 such characters, too.
ids = st.text(MARKS, min_size=11, max_size=11).filter(
    lambda text: text not in ("videoseries", "live_stream")
)
sites = st.text(string.ascii_lowercase + string.digits, min_size=2, max_size=20)
others = st.builds("{}:{}".format, sites, st.text(MARKS + ".", min_size=1, max_size=100))
WAYS = (
    "{}",
    "  {}\n",
    "https://www.youtube.com/watch?v={}",
    "http://youtube.com/watch?v={}",
    "HTTPS://WWW.YouTube.COM/watch?v={}",
    "youtube.com/watch?v={}",
    "www.youtube.com/watch?v={}&t=42s",
    "https://m.youtube.com/watch?feature=share&v={}#t=1",
    "https://music.youtube.com/watch?v={}&list=RDAMVM",
    "https://www.youtube.com/watch/?v={}",
    "https://www.youtube.com./watch?v={}",
    "https://www.youtube.com:443/watch?v={}",
    "https://www.youtube.com/watch?v={}&list=PLx&index=3",
    "https://youtu.be/{}",
    "youtu.be/{}?si=abc&t=30",
    "https://youtu.be/{}/",
    "https://www.youtube.com/shorts/{}",
    "https://www.youtube.com/live/{}?feature=share",
    "https://www.youtube.com/embed/{}/",
    "https://www.youtube-nocookie.com/embed/{}?rel=0",
    "https://youtube-nocookie.com/embed/{}",
    "https://www.youtube.com/v/{}?fs=1",
    "https://www.youtube.com/e/{}",
    "https://www.youtube.com/watch/{}",
    "https://www.youtube.com/watch_popup?v={}",
    "https://www.youtube.com//watch?v={}",
    "https://www.youtube.com/?v={}",
    "https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3D{}%26feature%3Dshare",
    "https://www.youtube.com/watch?v={}?si=abcdef",
    "https://www.youtube.com/watch?v={}%3Fsi%3Dabc",
    "https://www.youtube.com/watch?list=PLx&amp;v={}",
    "https://www.youtube.com/shorts/{}&feature=share",
    "https://youtu.be/{}&t=5",
    "https://www.youtu.be/{}",
    "//www.youtube.com/watch?v={}",
    "https://youtu.be/{}\u200b",
    "<https://www.youtube.com/watch?v={}>",
    " <{}> ",
    '"https://youtu.be/{}"',
    "“https://youtu.be/{}”",
    "(https://www.youtube.com/watch?v={}&t=5)",
    "<\u200bhttps://youtu.be/{}\n>",
    "\ufeffhttps://youtu.be/{}",
    "\u2068https://www.youtube.com/watch?v={}\u2069",
    "\u200b{}\u200e",
)
EVIL = (
    "https://youtube.com.evil.example/watch?v={}",
    "https://evilyoutube.com/watch?v={}",
    "https://evil.example/watch?v={}",
    "https://evil.example/youtube.com/watch?v={}",
    "https://evil.example/?u=https://youtube.com/watch?v={}",
    "https://youtube.com@evil.example/watch?v={}",
    "https://youtube.com:x@evil.example/watch?v={}",
    "https://evil.example#youtube.com/watch?v={}",
    "https://youtube.com\\@evil.example/watch?v={}",
    "https://notyoutu.be/{}",
    "https://youtu.be.evil.example/{}",
    "https://xn--yutube-wqf.com/watch?v={}",
    "https://youtube。com.evil.example/watch?v={}",
    "//youtube.com.evil.example/watch?v={}",
    "javascript:alert(1)//youtube.com/watch?v={}",
    "file:///youtube.com/watch?v={}",
    "ftp://youtube.com/watch?v={}",
    "http://127.0.0.1/watch?v={}",
    "http://[::1]/watch?v={}",
    "http://[/watch?v={}",
    "https:///watch?v={}",
)


def refusal(text):
    with pytest.raises(InvalidInputError) as caught:
        video_ids.parse(text)
    assert (caught.value.field, caught.value.code) == ("video", "invalid_video")
    assert "\n" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("video_id", [ID, "-_dash_star", "0123456789_"])
def test_an_id_is_found_in_every_spelling_of_its_address(way, video_id):
    assert video_ids.parse(way.format(video_id)) == video_id


@unhurried
@given(ids, st.sampled_from(WAYS))
def test_any_youtube_id_comes_back_from_any_address(video_id, way):
    assert video_ids.parse(way.format(video_id)) == video_id


@pytest.mark.parametrize("video_id", ["videoseries", "live_stream"])
def test_an_id_may_be_a_word_that_the_player_uses(video_id):
    assert video_ids.parse(video_id) == video_id
    assert video_ids.parse(f"https://www.youtube.com/watch?v={video_id}") == video_id


@unhurried
@given(ids | others)
def test_an_id_is_itself_and_stays_so(video_id):
    assert video_ids.is_valid(video_id)
    assert video_ids.check(video_id) == video_id
    assert len(video_id) <= video_ids.LONGEST


@unhurried
@given(others)
def test_a_video_of_another_site_does_not_become_known_by_its_bare_id(video_id):
    refusal(video_id)
    with pytest.raises(InvalidInputError) as caught:
        video_ids.named(video_id).check_new()
    assert "address" in caught.value.message
    assert video_ids.named(video_id).video_id == video_id


@pytest.mark.parametrize("address", EVIL)
def test_other_hosts_and_schemes_are_refused(address):
    refusal(address.format(ID))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "short",
        ID + "x",
        ID[:-1] + "ö",
        ID[:-1] + "\n",
        ID[:5] + " " + ID[6:],
        ID[:-1] + "\u0661",
        "youtube:" + ID,
        "x:y",
        "site:",
        "site:a/b",
        "Site:abc",
        "site:" + "x" * 101,
        "s" * 21 + ":x",
        "../../etc/x",
        "https://www.youtube.com/",
        "https://www.youtube.com/watch",
        "https://www.youtube.com/watch?v=",
        "https://www.youtube.com/watch?v=tooshort",
        f"https://www.youtube.com/watch?v={ID}x",
        f"https://www.youtube.com/watch?v=../{ID}",
        f"https://www.youtube.com/watch?x={ID}",
        f"https://www.youtube.com/shorts/{ID}/x",
        f"https://www.youtube.com/@channel/{ID}",
        f"https://youtu.be/{ID}/x",
        "https://youtu.be/",
        f"https://youtu.be/{ID}x&t=5",
        f"https://www.youtube.com/watch?v={ID}x?si=abc",
        f"https://www.youtube.com/attribution_link?u=%2Fwatch%3Fv%3D{ID}x",
        f"https://www.youtube.com/attribution_link?u=%2Fattribution_link%3Fv%3D{ID}",
        "https://www.youtube.com/embed/live_stream?channel=UCx",
        f"https://nocookie.com/embed/{ID}",
        f"https://youtube-nocookie.com.evil.example/embed/{ID}",
    ],
)
def test_what_names_no_video_is_refused(text):
    refusal(text)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/playlist?list=PLx",
        "youtube.com/playlist/?list=PLx",
        "https://www.youtube.com/embed/videoseries?list=PLx",
    ],
)
def test_a_playlist_is_refused_with_what_to_do(address):
    assert "playlist" in refusal(address)


def test_the_sentence_fits_what_is_wrong():
    assert "11 characters" in refusal("short")
    assert "https://" in refusal(f"ftp://youtube.com/watch?v={ID}")
    assert "no plugin here" in refusal("https://vimeo.com/12345")
    assert "2048" in refusal("https://youtu.be/" + "x" * 3000)


@unhurried
@given(st.text(max_size=80) | st.sampled_from((*WAYS, *EVIL)))
@example("http://[")
@example("https://\x00youtube.com/watch?v=\ud800")
@example("https://youtu.be/\u2100")
def test_any_text_is_a_valid_id_or_a_classified_refusal(text):
    try:
        found = video_ids.parse(text)
    except InvalidInputError:
        return
    assert video_ids.is_valid(found)


@pytest.mark.parametrize(
    "piece",
    ["a", "-", "/", "/shorts/", "?v=", "v=&", "youtube.com", "[", "%00", ":", " ", "\t", "@"],
)
@pytest.mark.parametrize("start", ["", "https://www.youtube.com/", "https://youtu.be/", "abc:"])
def test_a_hundred_kilobytes_are_refused_at_once(start, piece):
    text = start + piece * (100_000 // len(piece))
    begun = time.perf_counter()
    refusal(text)
    assert time.perf_counter() - begun < 0.25


def test_check_takes_no_address():
    with pytest.raises(InvalidInputError):
        video_ids.check(f"https://youtu.be/{ID}")


def test_a_fetcher_is_given_the_site_the_id_there_and_an_address():
    address = f"https://www.youtube.com/watch?v={ID}"
    assert video_ids.ref(ID) == VideoRef("youtube", ID, address)
    other = video_ids.ref("vimeo:123.x", "https://vimeo.com/123.x")
    assert other == VideoRef("vimeo", "123.x", "https://vimeo.com/123.x")


@unhurried
@given(ids | others)
def test_the_two_names_of_a_video_give_its_id_back(video_id):
    found = video_ids.ref(video_id)
    assert video_ids.id_of(found) == video_id
    assert video_ids.site(video_id) == found.site


@pytest.mark.parametrize(
    ("site", "site_id"),
    [
        ("youtube", "short"),
        ("youtube", ID + "x"),
        ("youtube", ""),
        ("", ID),
        ("Vimeo", "1"),
        ("v", "1"),
        ("vimeo", ""),
        ("vimeo", "a/b"),
        ("vimeo", "x" * 101),
        ("vimeo", "1\n"),
        ("vimeo:x", "1"),
        ("s" * 21, "1"),
    ],
)
def test_names_that_are_none_give_no_id(site, site_id):
    assert video_ids.id_of(VideoRef(site, site_id, "")) is None
