"""The operator's file of cookies in all the ways in which people have it; no line is repeated."""

import traceback

import pytest

from tests.fake_youtube import Playability, Track, Video
from vidwiz.plugin_api import PluginError, PluginUnavailableError
from vidwiz_youtube import cookies
from vidwiz_youtube.refs import ref_of
from vidwiz_youtube.settings import RequestSettings
from vidwiz_youtube.transcript_api import TranscriptApiFetcher
from vidwiz_youtube.ytdlp import YtDlpFetcher
from vidwiz_youtube.ytdlp.settings import YtDlpSettings

HEADER = "# Netscape HTTP Cookie File\n"
FIELDS = (".youtube.com", "TRUE", "/", "TRUE", "4102444800", "SID", "secret-of-the-account")
ID = "forgrownups"
WAYS = {
    "as it should be": HEADER + "\t".join(FIELDS) + "\n",
    "of a session": HEADER + "\t".join(FIELDS).replace("4102444800", "0"),
    "of a session, without a time": HEADER + "\t".join(FIELDS).replace("4102444800", ""),
    "not for programs": HEADER + "#HttpOnly_" + "\t".join(FIELDS) + "\n",
    "with a fraction of a second": HEADER + "\t".join(FIELDS).replace("800", "800.52"),
    "with blanks for tabs": HEADER + "    ".join(FIELDS),
    "by an editor of Windows": ("\ufeff" + HEADER + "\t".join(FIELDS) + "\n").replace("\n", "\r\n"),
    "without the first line": "\t".join(FIELDS),
    "with others that are none": HEADER + "SID=another-secret\n{\n\n" + "\t".join(FIELDS),
}
NONE_AT_ALL = {
    "empty": "",
    "a header": "Cookie: SID=secret-of-the-account",
    "json": '[{"name": "SID", "value": "secret-of-the-account"}]',
    "six fields": HEADER + "\t".join(FIELDS[1:]),
    "a bad time": HEADER + "\t".join(FIELDS).replace("4102444800", "tomorrow"),
}


def fetchers(path):
    return [
        TranscriptApiFetcher(RequestSettings(cookies_file=path)),
        YtDlpFetcher(YtDlpSettings(cookies_file=path)),
    ]


@pytest.mark.parametrize("content", WAYS.values(), ids=WAYS)
def test_cookies_are_read_in_every_way_that_they_are_kept(youtube, tmp_path, capfd, content):
    age = Playability(status="LOGIN_REQUIRED", reason="Sign in to confirm your age")
    video = Video(id=ID, playability=age, opens_to_cookies=True, tracks=[Track()])
    youtube.add(video)
    path = tmp_path / "cookies.txt"
    path.write_bytes(content.encode())
    for fetcher in fetchers(path):
        fetcher.check()
        assert fetcher.fetch_transcript(ref_of(ID), ()).segments
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("content", NONE_AT_ALL.values(), ids=NONE_AT_ALL)
def test_no_line_of_an_unreadable_file_is_repeated(youtube, tmp_path, capfd, content):
    path = tmp_path / "cookies.txt"
    path.write_text(content)
    for fetcher in fetchers(path):
        with pytest.raises(PluginError) as caught:
            fetcher.fetch_transcript(ref_of(ID), ())
        assert caught.value.code == "auth_failed"
        assert "secret" not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(PluginUnavailableError) as refused:
        fetchers(path)[1].check()
    assert "secret" not in "".join(traceback.format_exception(refused.value))
    assert capfd.readouterr() == ("", "")
    assert youtube.requests == []


def test_a_cookie_does_not_show_its_value(tmp_path):
    path = tmp_path / "cookies.txt"
    path.write_text(WAYS["as it should be"])
    assert "secret" not in repr(cookies.read(path))
