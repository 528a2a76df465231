"""What becomes of the text of captions: markup, entities, invisible characters, noise."""

import time

import pytest

from vidwiz.plugin_api import PluginError
from vidwiz_captions import parse
from vidwiz_captions.text import clean


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
        ("<div>", "<div>"),
        ("<div> holds a <p>", "<div> holds a <p>"),
        ("write <div>hello</div> here", "write <div>hello</div> here"),
        ("<div><p>one</p><p>two</p></div>", "one two"),
        ('<p align="start"><strong>the kettle</strong> is <em>on</em></p>', "the kettle is on"),
        ("<font color=#ffff00 size=14>tea<br/>takes</font><!-- note -->", "tea takes"),
        ("&lt;i&gt;so&lt;/i&gt; &amp;lt;b&amp;gt;it&amp;lt;/b&amp;gt; goes", "so it goes"),
        ("< i >so< / i > it </i>", "so it"),
        ("< the kettle is on", "< the kettle is on"),
        ("tea<0:00:14.900000><c> time</c> <00:01>now<1:02:03,4>", "tea time now"),
        ("<|en|><|0.00|>so<|2.50|>", "so"),
        (r"the kettle\Nis\non\hnow\h", "the kettle is on now"),
        (r"tea takes\nfour minutes", "tea takes four minutes"),
        (r"the \nabla and \Nu and $\hbar$ symbols", r"the \nabla and \Nu and $\hbar$ symbols"),
        (r"let \alpha \neq \nu", r"let \alpha \neq \nu"),
        (r"look\hat it, now \nu or \Nhat", "look at it, now u or hat"),
        (r"open src\new\main or docs\notes.txt", r"open src\new\main or docs\notes.txt"),
        (r"open C:\new\Notes and \\\\host\new", r"open C:\new\Notes and \\\\host\new"),
        ("{y:i}so {an8}{i1}it{i0} {c:$0000ff}{pos(1,2)}goes{\\k20}", "so it goes"),
        (r"{\pos(192,230)\fad(200,0)}tea", "tea"),
        (r"a{\p1}m 0 0 l 100 0 100 100 0 100{\p0} b", "a b"),
        ("{p1}m 0 0 l 100 0 100 100{p0}", None),
        ("m 0 0 l 100 0 100 100 0 100.", None),
        ("m 5 is a road", "m 5 is a road"),
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
    others = cue("more", "00:00:03,000 --> 00:00:04,000")
    assert texts(cue(written) + others) == [*([plain] if plain else []), "more"]


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


def test_a_name_with_codes_is_one_line():
    assert clean("a\\Nb <br> <p class='x'>c</p>\n d") == "a b c d"


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<!--",
            "<b ",
            "<b =",
            "</p>",
            "<p>",
            "{\\p1",
            "{y:",
            "m 0 0 ",
            "\\N",
            "C:\\",
            "<0:",
            "<|",
        ),
        *("0:0 -", "00:00:01,000 -->", "1 -> ", "- > ", "0:", "&gt;", "nan:", "[0:00", "1:2 --> "),
        *(
            "<",
            "&",
            "{\\",
            "[",
            "(",
            " ",
            "<v ",
            "<i.",
            "-->",
            "&amp;",
            "\r",
            "<0",
            "1:",
            "\n\n",
            "9",
        ),
    ],
)
def test_hostile_text_is_read_at_once(piece):
    body = f"00:00:01,000 --> 00:00:02,000\nhello {piece * (200_000 // len(piece))}"
    began = time.perf_counter()
    for caption_format in ("srt", "vtt"):
        assert texts(body, caption_format)[0].startswith("hello")
    assert time.perf_counter() - began < 3


def test_a_long_gap_between_arrows_is_read_at_once():
    body = f"00:00:01,000 --> 00:00:02,000\nhello{' ' * 900_000}there --> -->"
    began = time.perf_counter()
    assert texts(body) == ["hello there --> -->"]
    assert time.perf_counter() - began < 3
