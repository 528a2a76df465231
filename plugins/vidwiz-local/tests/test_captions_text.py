"""What becomes of the text of captions: markup, entities, invisible characters, noise."""

import time

import pytest

from vidwiz.plugin_api import PluginError
from vidwiz_local.captions import parse


def texts(data, caption_format="srt"):
    return [segment.text for segment in parse(data, caption_format)]


def cue(text, times="00:00:01,000 --> 00:00:02,000"):
    return f"1\n{times}\n{text}\n\n"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("<i>so</i> <B>it</B> <u.x>goes</u>", "so it goes"),
        ('<font color="#fff">white</font>', "white"),
        ("<v Mary Ann>Hi</v> <v.loud Bob>hey", "Hi hey"),
        ("<c.colorE5E5E5>we</c><00:00:01.200><c> go</c>", "we go"),
        ("<lang en>yes</lang> <ruby>漢<rt>kan</rt></ruby>", "yes 漢kan"),
        (r"{\an8}on top {\i1}", "on top"),
        ("one<br>two<br/>three", "one two three"),
        ("I <3 you", "I <3 you"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("a <b and c> d", "a <b and c> d"),
        ("the <div> and {x} of <T>", "the <div> and {x} of <T>"),
        ("we&amp;#39;re Tom &amp; Ann&#39;s", "we're Tom & Ann's"),
        ("&lt;3 &gt;&gt; a&nbsp;b\u00a0c", "<3 >> a b c"),
        ("\u200bwo\u200brd\u200e \u202bab\u202c \ufeff", "word ab"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\x00b\x07", "ab"),
        ("much   space\tand\u3000more ", "much space and more"),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";"),
    ],
)
def test_text_is_made_plain(written, plain):
    assert texts(cue(written)) == [plain]


def test_sounds_stay_among_words():
    assert texts(cue("[Music]") + cue("Hello", "00:00:03,000 --> 00:00:04,000")) == [
        "[Music]",
        "Hello",
    ]


@pytest.mark.parametrize(
    ("text", "caption_format"),
    [
        (cue("[Music]") + cue("♪ [Applause] (laughter) ♪"), "srt"),
        (cue("..."), "srt"),
        (cue(""), "srt"),
        ("WEBVTT\n", "vtt"),
        ('{"events": []}', "json3"),
        ('{"events": [{"segs": [{"utf8": "\\n"}]}]}', "json3"),
    ],
)
def test_captions_without_words_are_an_empty_transcript(text, caption_format):
    with pytest.raises(PluginError) as caught:
        parse(text, caption_format, name="x.srt")
    assert caught.value.code == "empty_transcript"
    assert "x.srt" in caught.value.message


@pytest.mark.parametrize(
    "piece",
    ["<", "&", "{\\", "[", "(", " ", "<v ", "<i.", "-->", "&amp;", "\r", "<0", "1:", "\n\n", "9"],
)
def test_hostile_text_is_read_at_once(piece):
    body = f"00:00:01,000 --> 00:00:02,000\nhello {piece * (200_000 // len(piece))}"
    began = time.perf_counter()
    for caption_format in ("srt", "vtt"):
        assert texts(body, caption_format)[0].startswith("hello")
    assert time.perf_counter() - began < 3
