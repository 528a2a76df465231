"""The lines with the times of captions, in all the ways in which people and programs write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from vidwiz_captions.cues import LATEST, UNKNOWN
from vidwiz_captions.text import clean, unescaped, visible

_LENGTH = 250  # a line with times needs no more, and a line may be endless
_DASHES = "\uff5e\u301c\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d\u2500\u2501\u30fc"
_ARROWS = "→⇒⇨⇾⟶⟹⭢⮕➔➙➛➜➝➞➟➡➤➥➧➨➭➲➳➼➽►▶▸▷»›\uff1e\ufe65"
SIGNS = str.maketrans(
    {
        **{chr(ord("\uff10") + digit): str(digit) for digit in range(10)},
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_ARROWS, ">"),
        **dict.fromkeys("\uff1a\ufe55\ufe13\u2236\ua789\u02d0", ":"),
        **dict.fromkeys("\uff0e\u3002\ufe52", "."),
        **dict.fromkeys("\uff0c\u3001\ufe50\u066b\u060c", ","),
        **dict.fromkeys("\uff1b\u061b", ";"),
        **dict.fromkeys("\u3010\uff3b", "["),
        **dict.fromkeys("\u3011\uff3d", "]"),
    }
)
"""What other scripts and translators write for the signs in a time, each for one character."""

_MAYBE = re.compile(
    rf"[>{_ARROWS}]|\d[:\uff1a]\d\d[:\uff1a.,]|&(?:amp;)?(?:gt|\#)|^[^\w\n]*(?:<[^<>]*>)?\d[\d\s.)#]{{0,9}}[:;\uff1a\u2236]",
    re.IGNORECASE,
)
_TIDY = re.compile(  # as nearly all are
    r"(\d\d):(\d\d):(\d\d)[,.](\d{3}) --> (\d\d):(\d\d):(\d\d)[,.](\d{3})"
    r"(?: (?:align|line|position|size|region):\S+)*$"
)
# An arrow as Markdown, web addresses and JSON spell it.
_ESCAPED = re.compile(r"(?:\\u003e|%3e)|\\(?=[->])", re.IGNORECASE)
_ARROW = r"(?:[-=~]\s{0,2}){0,4}>{1,3}"
_SURE_ARROW = re.compile(r"(?:[-=~]\s{0,2}){1,4}>", re.IGNORECASE)
_CLOCK = (
    r"(?:-?\d{1,9}(?:\s{0,2}[:;]\s{0,2}-?\s?\d{1,9}){1,3}"
    r"(?:\s{0,2}[.,]\s{0,2}-?\d{0,40}(?:[.,]\d{0,40})?)?"
    r"|\d{1,4}\.\d{1,2}\.\d{1,2}(?:[.,]\d{1,9})?)"
)
_PRECISE = r"\d{1,4}:\d{1,2}(?::\d{1,2})?[.,]\d{1,9}"
_LEAD = (
    r"\s*(?:<[^<>]{1,40}>\s*)*(?:[-+*\u2022\u2023\u25e6\u25aa\u25cf\xb7#]{1,6}\s+)?(?:speaker[\s_]?\w{1,20}:?\s+|[^\W\d_]{1,12}:\s*)?"
    r"(?:\#?\d{1,6}\s?[-.)\]|]?\s+)?[\[({\"'`*_|>\s]*"
)
_JUNK = r"[^\s<>&=~\[\]()-]{0,20}"
_RANGE = re.compile(
    rf"{_LEAD}(?P<start>{_CLOCK})[:;.,]*(?P<junk>{_JUNK})[\s\"'`]*{_ARROW}[\s\"'`]*"
    rf"(?:(?P<end>{_CLOCK})[:;.,]*)?",
    re.IGNORECASE,
)
_PAIR = re.compile(
    rf"{_LEAD}(?P<start>{_CLOCK})(?:\s*[-=~|/,<>)]+\s*|\s+(?:[^\W\d_]{{1,5}}\s+)?)(?P<end>{_CLOCK})[\s\])}}:;.,]*$",
    re.IGNORECASE,
)
_SECONDS = re.compile(
    rf"\s*\[\s*(?P<start>\d{{1,6}}\.\d{{1,6}})\s?s?\s*{_ARROW}\s*(?P<end>\d{{1,6}}\.\d{{1,6}})\s?s?\]"
)
_LONE = re.compile(rf"[\s\[(]*(?P<start>{_PRECISE})[\s\])]*$")
_ARROW_FIRST = re.compile(rf"\s*{_ARROW}\s*(?P<end>{_CLOCK})")
# What no line but one with times likely has: two of these, or one and an arrow.
_EXACT = re.compile(
    r"(?<![\d.,:])\d{1,4}(?::\d{1,2}){1,2}(?:(?<=:\d\d:\d\d)(?![.,\d])|[.,]\d{1,9})"
)
_DANGLING = re.compile(r"\s*(?:[-=~]\s?){1,4}>?\s*$")
_TOO_MANY = 3  # times for a caption
_FEW_WORDS = 3  # before times, such as `Scene 2:`
_CLOSED = re.compile(r"(?:\s?s)?\s*[\])}]+\s*:?")
_SETTING = re.compile(
    r"\b(?:align|line|position|size|region|vertical|[XYLTDAS]\d?)\s?[:=]\s?\S+", re.IGNORECASE
)
_NULL = r"(?:nan|undefined|null|none|infinity|inf|invalid(?:\s+date)?|error)"
_NOTHING = re.compile(rf"\W*{_NULL}\W*|[-_?.*0\W]*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_DIGIT = re.compile(r"\d")
_HAS_SIGN = re.compile(r"[^\W_]")
_LETTER = re.compile(r"[^\W\d_]")
# Fields of digits, with wrong signs among them, or of what programs write for no number.
_FIELD = rf"(?:[-+]?\w{{0,2}}\d\w{{0,9}}|-?\d?{_NULL}|[-_?*x]{{1,3}}|\d?[ol]{{1,2}})"
_LIKE_CLOCK = re.compile(
    rf"[\s\[({{\"'-]*(?:\#?\d{{1,6}}\s+)?{_FIELD}(?:\s?[:;]\s?{_FIELD}?){{1,4}}[\w.,:;\s+-]{{0,40}}",
    re.IGNORECASE,
)
# What programs that read pictures of captions take for digits.
_LETTERS_FOR_DIGITS = re.compile(r"(?<!\S)[\dOolI.,]{1,9}[:;][\dOolI:;.,]{1,30}(?!\S)")
_DIGITS = str.maketrans("OolI", "0011")
_SECOND = re.compile(r"\s*(\d{1,6}[.,]\d{1,6})\s*")
_DOTTED = re.compile(r"(?:\d\d\.){3}\d{3}")
_FIELDS = re.compile("[:;]")
_POINT = re.compile("[.,]")
_FEWEST_DIGITS = 3  # of milliseconds, where `1:02:500` is a minute and not an hour
_FULL = 2  # signs between the fields of a time with hours


@dataclass(frozen=True, slots=True)
class Timing:
    """The times of a cue in milliseconds, either of which may be unknown, and words beside them.

    `doubt` is how little it looks like one: NONE; BESIDE, when words stand beside the times; BARE
    (`10:30 -> 11:45`, which may be speech where the other times of the file are more precise);
    WEAK, which is one only where a line with times is due; or LOOSE, when other words stand before
    or between the times, which is then one only outside comments. `is_listed` says that it stood in
    brackets with its words, `is_rest` that it may be the second half of one that was broken.
    """

    start: int
    end: int
    words: str = ""
    doubt: int = 0
    is_listed: bool = False
    is_rest: bool = False


NONE, BESIDE, BARE, WEAK, LOOSE = range(5)


def read_timing(line: str) -> Timing | None:
    """Return the times when `line` is or was meant as a line with times.

    A line that says something and mentions times is none.
    """
    if line.isascii() and not (">" in line or ":" in line or ";" in line):
        return None  # as nearly all lines are, and there are very many
    tidy = _TIDY.match(line)
    return _read_tidy(tidy) if tidy else _read_untidy(line)


def _read_untidy(line: str) -> Timing | None:
    head = line[:_LENGTH]
    if not _MAYBE.search(head) or "<!--" in head:  # an arrow ends comments, too
        return None
    if "&" in head:
        line = unescaped(line)
    if "\\" in head or "%" in head:
        line = _ESCAPED.sub(_arrow_head, line)
    plain = line[:_LENGTH]
    if not plain.isascii():
        line = visible(line)
        plain = line[:_LENGTH].translate(SIGNS)
    plain = _LETTERS_FOR_DIGITS.sub(_digits, plain)
    return (
        _read_range(plain, line)
        or _read_pair(plain)
        or _read_seconds(plain, line)
        or _read_damaged(plain, line)
        or _read_loose(plain)
    )


def _read_tidy(match: re.Match[str]) -> Timing:
    hours, minutes, seconds, *others = map(int, match.groups())
    start = ((hours * 60 + minutes) * 60 + seconds) * 1000 + others[0]
    end = ((others[1] * 60 + others[2]) * 60 + others[3]) * 1000 + others[4]
    return Timing(start, end)


def _arrow_head(match: re.Match[str]) -> str:
    return ">" if len(match[0]) > 1 else ""


def _digits(match: re.Match[str]) -> str:
    return match[0].translate(_DIGITS)


def _read_range(plain: str, line: str) -> Timing | None:
    """Two times with an arrow between them, or the first and an arrow."""
    found = _RANGE.match(plain)
    if found is None:
        return None
    start, end = found["start"], found["end"]
    # Of `00:00:xx,000` only the hours can be read.
    is_cut = not _is_precise(start) and _LETTER.search(found["junk"]) is not None
    begins = UNKNOWN if is_cut else clock(start)
    if end is None:
        words = _words_beside(line[found.end() :])
        if not (_is_precise(start) or is_cut):
            return None
        return Timing(begins, UNKNOWN, words, BESIDE if words else NONE)
    closed = _CLOSED.match(plain, found.end())
    words = clean(line[closed.end() :]) if closed else _words_beside(line[found.end() :])
    if words and not closed and not (_is_precise(start) and _is_precise(end)):
        return None
    if words and not closed and (_is_version(start) or _is_version(end)):
        return None
    ends = clock(end)
    if ends < begins and _LETTER.match(plain, found.end()):
        ends = UNKNOWN
    if words and not closed:
        doubt = BESIDE
    else:
        doubt = NONE if closed or is_cut else _doubt_of(start, end, plain)
    return Timing(begins, ends, words, doubt, is_listed=closed is not None)


def _doubt_of(start: str, end: str, plain: str) -> int:
    """Tell how little two times look like those of a caption when nothing else is on the line."""
    if _is_version(start) or _is_version(end):
        return WEAK
    if _is_precise(start) or _is_precise(end):
        return NONE
    return BARE if _SURE_ARROW.search(plain) else WEAK


def _read_pair(plain: str) -> Timing | None:
    """Two times with something else between them, or one alone."""
    if found := _PAIR.match(plain):
        start, end = found["start"], found["end"]
        if _has_fraction(start) and _has_fraction(end):
            return Timing(clock(start), clock(end))
        if _is_precise(start) and _is_precise(end):
            return Timing(clock(start), clock(end), doubt=WEAK)
    if found := _LONE.match(plain):
        return Timing(clock(found["start"]), UNKNOWN, doubt=WEAK, is_rest=True)
    return None


def _read_seconds(plain: str, line: str) -> Timing | None:
    """`[0.00s -> 2.50s] words`, as some speech recognisers print."""
    found = _SECONDS.match(plain)
    if found is None:
        return None
    start, end = (round(float(found[name]) * 1000) for name in ("start", "end"))
    return Timing(start, end, clean(line[found.end() :]), is_listed=True)


def _read_damaged(plain: str, line: str) -> Timing | None:
    """Digits and colons around an arrow: of what can be read the times are taken."""
    arrow = _SURE_ARROW.search(plain)
    if arrow is None:
        return None
    left, right = plain[: arrow.start()], _SETTING.sub("", plain[arrow.end() :])
    first = _ARROW_FIRST.match(plain[arrow.start() :])
    after = first["end"] if first and _is_precise(first["end"]) else None
    after = None if after and _is_version(after) else after
    is_nothing = not _WORD.search(left) or _NOTHING.fullmatch(left)
    if not _LIKE_CLOCK.fullmatch(left) and not (is_nothing and (after or _LIKE_CLOCK.match(right))):
        return _read_arrow(left, plain[arrow.start() : arrow.end()], right)
    words = _words_after(line[arrow.end() :])
    is_sure = after or len(_FIELDS.findall(plain)) > _FULL or re.search(_NULL, left, re.IGNORECASE)
    if words and not is_sure:
        return None
    doubt = WEAK if not is_sure else BESIDE if words else NONE
    end = clock(after) if after else UNKNOWN
    return Timing(UNKNOWN, end, words, doubt, is_rest=not left.strip())


def _read_loose(plain: str) -> Timing | None:
    """Two exact times, or one and the rest of an arrow, among at most a few other words."""
    if len(plain) == _LENGTH or plain.startswith("NOTE"):
        return None
    found = list(islice(_EXACT.finditer(plain), _TOO_MANY))
    if not found or len(_WORD.findall(plain[: found[0].start()])) > _FEW_WORDS:
        return None
    start, rest = clock(found[0][0]), plain[found[0].end() :]
    if len(found) == 1:
        return Timing(start, UNKNOWN, doubt=LOOSE) if _DANGLING.match(rest) else None
    between = plain[found[0].end() : found[1].start()]
    says_more = len(_WORD.findall(between)) > 1 or _LETTER.search(plain, found[1].end())
    if says_more or len(found) == _TOO_MANY:
        return None
    return Timing(start, clock(found[1][0]), doubt=LOOSE)


def _read_arrow(left: str, arrow: str, right: str) -> Timing | None:
    """Judge an arrow with no words beside it: alone, or between numbers or what means none."""
    if not left.strip():
        is_alone = not _LETTER.search(right) and not right.strip(" .:;,-<>")
        return Timing(UNKNOWN, UNKNOWN, doubt=WEAK) if is_alone else None
    if arrow.count("-") > 1 and _are_no_words(left, right):
        starts, ends = _SECOND.fullmatch(left), _SECOND.fullmatch(right)
        return Timing(_seconds(starts), _seconds(ends), doubt=WEAK)
    return None


def _are_no_words(*sides: str) -> bool:
    """Tell whether both are numbers, in whatever form, or what stands for none."""
    return any(map(_HAS_SIGN.search, sides)) and all(
        _NOTHING.fullmatch(side) or (_DIGIT.search(side) and not _spoken_words(side))
        for side in sides
    )


def _spoken_words(side: str) -> list[str]:
    return [
        token
        for token in side.split()
        if _WORD.search(token) and not _DIGIT.search(token) and not _NOTHING.fullmatch(token)
    ]


def _seconds(match: re.Match[str] | None) -> int:
    return round(float(match[1].replace(",", ".")) * 1000) if match else UNKNOWN


def _words_after(rest: str) -> str:
    """Return what follows the pieces of a time that cannot be read."""
    tokens = _SETTING.sub("", rest).split()
    while tokens and (
        _DIGIT.search(tokens[0])
        or not _LETTER.search(tokens[0])
        or _NOTHING.fullmatch(tokens[0])
        or _LIKE_CLOCK.fullmatch(tokens[0])
    ):
        del tokens[0]
    return clean(" ".join(tokens))


def _words_beside(rest: str) -> str:
    """Return the words after a time, without the signs that belong to it and without settings."""
    if not _LETTER.search(rest):
        return ""
    junk, _, others = rest.partition(" ") if rest[:1].strip() else ("", "", rest)
    words = clean(_SETTING.sub("", others))
    glued = clean(junk)
    if glued.isalpha() and len(glued) >= _FEWEST_DIGITS and not _NOTHING.fullmatch(glued):
        words = f"{glued} {words}".rstrip()
    return words if _LETTER.search(words) and not _NOTHING.fullmatch(words) else ""


def _is_precise(time: str) -> bool:
    return _has_fraction(time) or len(_FIELDS.findall(time)) >= _FULL or time.count(".") >= _FULL


def _is_version(time: str) -> bool:
    """Tell whether it may be the number of a program or a computer rather than a time."""
    return not (_FIELDS.search(time) or "," in time or _DOTTED.fullmatch(time))


def _has_fraction(time: str) -> bool:
    return len(_POINT.findall(time.rstrip(".,"))) > 0


def clock(time: str) -> int:
    """Return milliseconds of `1:02:03,4`, of `2:03`, or of one with other signs between.

    A negative time is 0, and so is a negative part of one.
    """
    compact = "".join(time.split()).rstrip(":;.,")
    if compact.startswith("-"):
        return 0
    *fields, last = _FIELDS.split(compact)
    whole, *fraction = _POINT.split(last)
    if not fields and len(fraction) >= _FULL:
        fields, whole, fraction = [whole, fraction[0]], fraction[1], fraction[2:]
    if len(fields) > _FULL:
        fields, whole, fraction = fields[:2], fields[2], [whole]
    elif len(fields) == _FULL and not fraction and len(whole) >= _FEWEST_DIGITS:
        fields, whole, fraction = fields[:1], fields[1], [whole]
    seconds = 0
    for field in (*fields, whole):
        seconds = seconds * 60 + max(0, int(field or 0))
    digits = fraction[0] if fraction and not fraction[0].startswith("-") else ""
    return min(seconds * 1000 + int((digits or "0")[:3].ljust(3, "0")), LATEST)
