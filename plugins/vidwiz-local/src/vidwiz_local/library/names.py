"""What a file's name says: which video it belongs to, its format, its language, who made it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from vidwiz_captions import FORMATS, CaptionFormat
from vidwiz_local.library.languages import language_of
from vidwiz_local.library.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import VideoRef

Kind = CaptionFormat | Literal["info.json", "unknown"]

# Captions in formats that are not read; a user wants to know that they were seen.
_UNREAD = "ass ssa sub idx sup smi sami stl scc usf mpl2 dfxp ttml srv1 srv2 srv3 xml tsv docx pdf"
_KINDS = sorted({"info.json", *FORMATS, *_UNREAD.split()}, key=len, reverse=True)
_NAME = re.compile(
    rf"(?P<stem>.+?)\.(?P<kind>{'|'.join(map(re.escape, _KINDS))})(?P<gz>\.gz)?"
    r"(?P<part>\.(?:part|tmp|temp|ytdl|crdownload))?",
    re.IGNORECASE | re.DOTALL,
)
_YOUTUBE_ID = r"[A-Za-z0-9_-]{11}"
_BRACKETED = re.compile(rf"\[(?:(?i:youtube|yt)[:\N{{FULLWIDTH COLON}} _-])?({_YOUTUBE_ID})\]")
_WORD = r"(?:[A-Z]?[a-z]{2,}|[A-Z]{2,})"
# `Switzerland`, `Full-Length`, `Kettle_2024`; of ids that are made by chance, one in a thousand.
_WORDS = re.compile(rf"[A-Za-z_-][a-z_-]+|{_WORD}(?:[_-](?:{_WORD}|\d{{1,4}}))*")
_BEFORE_ID = re.compile(r"[\d\s._-]*")  # a date or a number

_MEDIA = (
    r"mp4|mkv|webm|m4[av]|mp3|opus|og[gav]|flac|wav|avi|mov|aac|wm[av]|flv|3gp|mpe?g"
    r"|f\d{1,4}(?:-\w+)?"  # yt-dlp's formats
)
_FILLERS = (
    r"subs?|subtitles?|captions?|cc|sdh|full|default|transcript(?:ion)?|manual|original"
    r"|tiny|base|small|medium|large(?:-v\d)?|turbo"  # models of speech recognition
)
_AUTOMATIC = (
    r"a|auto|asr|automatic|auto-?generated|generated|ai|machine|(?:faster-)?whisperx?|subgen"
)
_FORCED = r"forced|foreign|signs"
_NEVER = re.compile(r"live_?chat|rechat|chat|comments|danmaku|chapters|annotations", re.IGNORECASE)
_SAYS_NOTHING = re.compile(
    rf"{_MEDIA}|{_FILLERS}|{'|'.join(FORMATS)}|und|zxx|mul|mis", re.IGNORECASE
)
_SAYS_AUTOMATIC = re.compile(rf"{_AUTOMATIC}|orig", re.IGNORECASE)
_SAYS_FORCED = re.compile(_FORCED, re.IGNORECASE)
_COUNTED = re.compile(rf"(?:{_FILLERS}|audio|video|part)\d{{1,4}}", re.IGNORECASE)
_HANGING_ON = {
    re.compile(r"(.+)[-_]orig", re.IGNORECASE): ("is_original", "is_automatic"),
    re.compile(rf"(.+)[-_](?:{_AUTOMATIC})", re.IGNORECASE): ("is_automatic",),
    re.compile(rf"(.+)[-_](?:{_FORCED})", re.IGNORECASE): ("is_forced",),
    re.compile(rf"(.+)[-_](?:{_FILLERS})", re.IGNORECASE): (),
    # `en-eEY6OEpapPo`: one of several tracks of a language.
    re.compile(rf"(.+?)[-_]{_YOUTUBE_ID}"): ("is_track",),
    re.compile(rf"(?:{_FILLERS}|\d{{1,2}})[-_](.+)", re.IGNORECASE): (),
}
"""What stands before or after a language and a hyphen, and what it says."""
_MOST_PARTS = 8
_MOST_TAG_WORDS = 3
_SHORT_WORD = re.compile(r"[A-Z][a-z]{1,2}")  # `It` is a title, `it` and `IT` are Italian


@dataclass(frozen=True, slots=True)
class Tags:
    """What stands between a video's name and the extension."""

    language: str | None = None
    is_original: bool = False
    """Whether it is yt-dlp's `LANG-orig`: speech recognition in the spoken language."""
    is_automatic: bool = False
    is_forced: bool = False  # only what is said in a foreign language, or written on the screen
    is_track: bool = False  # one of several in its language
    is_translated: bool = False  # by a machine; these are automatic, too
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """A file name of a video; `title` is what it says of the title, empty when that is nothing."""

    kind: Kind
    title: str
    tags: Tags = field(default_factory=Tags)
    is_compressed: bool = False
    is_partial: bool = False
    """Whether it is the unfinished file of a download."""
    is_loose: bool = False
    """Whether the id stands where it may only be spoken of: others of the video come first."""

    @property
    def is_understood(self) -> bool:
        """Whether the file can be read for what its name says.

        A word that is not known does no harm beside a language.
        """
        if self.kind == "unknown" or self.is_partial:
            return False
        return not self.tags.unknown or self.tags.language is not None


class _Parts(NamedTuple):
    stem: str
    kind: Kind
    is_compressed: bool
    is_partial: bool

    def name(self, title: str, tags: Tags) -> Name | None:
        if self.kind == "info.json" and (tags != Tags() or self.is_compressed or self.is_partial):
            return None
        return Name(self.kind, title, tags, self.is_compressed, self.is_partial)


def _split(name: str) -> _Parts | None:
    """Return the parts of a name of captions or of an info.json; None for other files."""
    match = _NAME.fullmatch(name)
    if match is None or name.startswith("._"):  # macOS keeps attributes under such names
        return None
    kind = match["kind"].lower()
    known = kind == "info.json" or kind in FORMATS
    return _Parts(
        match["stem"],
        cast("Kind", kind) if known else "unknown",
        is_compressed=match["gz"] is not None,
        is_partial=match["part"] is not None,
    )


def of_video(name: str, ref: VideoRef) -> Name | None:
    """Return what a name says that carries the video's id; None where it does not."""
    parts = _split(name)
    if parts is None:
        return None
    found = None
    for base, words in _splits(parts.stem):
        beside = _beside_id(base, ref) or _after_title(base, ref)
        if beside is None:
            continue
        tags = read_tags([*beside.words, *words])
        if tags is None or (tags.unknown and _has_other_id(parts.stem, ref.id)):
            return None
        if found is None or not tags.unknown:  # as many of the last words as are understood
            found = parts.name(beside.title, tags)
            found = found and replace(found, is_loose=beside.is_loose)
    return found


def inside_folder(name: str) -> Name | None:
    """Return what a name says that lies in a folder named by a video's id.

    It needs no id of its own, but has none of another video.
    """
    parts = _split(name)
    if parts is None:
        return None
    words = parts.stem.split(".")[-_MOST_PARTS:]
    if _has_other_id(parts.stem) or any(_may_be_id(word) for word in words):
        return None
    if parts.kind == "info.json":
        return parts.name("", Tags())
    for count in range(len(words) + 1):  # as many of the last words as are understood
        tags = read_tags(words[count:])
        if tags is None:
            return None
        if not tags.unknown:
            return parts.name("", tags)
    return None


def beside_info(name: str, info_stem: str) -> Name | None:
    """Return what a caption file's name says that begins like that of an info.json."""
    parts = _split(name)
    if parts is None or parts.kind == "info.json":
        return None
    if parts.stem != info_stem and not parts.stem.startswith(f"{info_stem}."):
        return None
    rest = parts.stem[len(info_stem) + 1 :]
    words = rest.split(".") if rest else []
    tags = read_tags(words) if len(words) <= _MOST_PARTS else None
    if tags is None or any(" " in word for word in tags.unknown):
        return None
    return parts.name("", tags)


def _splits(stem: str) -> list[tuple[str, list[str]]]:
    """Return the ways to cut a stem at its dots, the longest beginning first."""
    words = stem.split(".")
    first = max(1, len(words) - _MOST_PARTS)
    return [(".".join(words[:at]), words[at:]) for at in range(len(words), first - 1, -1)]


class _Beside(NamedTuple):
    """What stands beside the id in a name: the title, and words of the language as in `ID en`."""

    title: str
    words: tuple[str, ...] = ()
    is_loose: bool = False


def title_beside_id(text: str, ref: VideoRef) -> str | None:
    """Return what stands beside the id in a name, or None when the name is another video's."""
    beside = _beside_id(text, ref)
    return None if beside is None else beside.title


def _beside_id(text: str, ref: VideoRef) -> _Beside | None:
    if ref.id not in text:
        return None
    # The last is how yt-dlp writes a colon, which Windows has in no file name.
    keys = [ref.id, f"{ref.site}:{ref.id}", f"{ref.site}\N{FULLWIDTH COLON}{ref.id}"]
    for key in filter(None, keys):
        if text == key:
            return _Beside("")
        if text.endswith(f"[{key}]"):
            return _Beside(_tidy(text[: -len(key) - 2]))
    if ref.site != "youtube" or not re.fullmatch(_YOUTUBE_ID, ref.id):
        return None  # ids of any length and form would be found in titles
    for end in (f"-{ref.id}", f" - {ref.id}", f"({ref.id})", f"{{{ref.id}}}"):
        if text.endswith(end) and not _other_brackets(text, ref.id):
            return _Beside(_tidy(text[: -len(end)]))
    return _in_brackets(text, ref.id) or _before_title(text, ref.id)


def _in_brackets(text: str, video_id: str) -> _Beside | None:
    """Find `Title [ID] whatever` and `2024 [ID] Title`."""
    match = next((hit for hit in _BRACKETED.finditer(text) if hit[1] == video_id), None)
    # Where another video's id stands, too, this one may only be spoken of.
    if match is None or _has_other_id(text, video_id):
        return None
    head, rest = text[: match.start()], text[match.end() :]
    if rest.startswith("."):
        return None  # tags that are not known, which another way to cut the name has
    words = _tag_words(rest)
    if _BEFORE_ID.fullmatch(head) and not words:
        return _Beside(_tidy(rest))
    return _Beside(_tidy(head), words, is_loose=bool(rest) and not words)


def _before_title(text: str, video_id: str) -> _Beside | None:
    """Find `ID - Title`, `ID (English)` and `ID_en`."""
    rest = text.removeprefix(video_id)
    if rest == text or not rest.startswith((" ", "_", "-", "(", "[")):
        return None
    if words := _tag_words(rest):
        return _Beside("", words)
    if not rest.startswith((" ", "_-_")) or _has_other_id(rest):
        return None
    return _Beside(_tidy(rest))


def _after_title(text: str, ref: VideoRef) -> _Beside | None:
    """Find `Title ID` and `Title_ID` where no other id stands in the name."""
    head = text.removesuffix(ref.id)
    if ref.site != "youtube" or not re.fullmatch(_YOUTUBE_ID, ref.id) or head == text:
        return None
    if not head.endswith((" ", "_")) or _has_other_id(text, ref.id):
        return None
    bounded = re.finditer(rf"(?<![A-Za-z0-9])(?=({_YOUTUBE_ID})(?![A-Za-z0-9]))", head)
    return (
        None if any(_may_be_id(hit[1]) for hit in bounded) else _Beside(_tidy(head), is_loose=True)
    )


def _tag_words(rest: str) -> tuple[str, ...]:
    """Return the words after an id when they say the language, or that it is a transcript."""
    cut = (word.strip("-_") for word in re.split(r"[\s()\[\]{},]+", rest))
    words = tuple(word for word in cut if word)
    tags = read_tags(words) if len(words) <= _MOST_TAG_WORDS else Tags(unknown=words)
    if tags is None:
        return words
    each = [read_tags([word]) for word in words]
    several = sum(bool(says and says.language) for says in each) > 1  # `it is so`
    if tags.unknown or several or any(_SHORT_WORD.fullmatch(word) for word in words):
        return ()
    return words if tags.language or rest.islower() else ()


def _may_be_id(word: str) -> bool:
    """Tell whether a word has the form of an id, and not that of words or of `Transcript1`."""
    if not re.fullmatch(_YOUTUBE_ID, word):
        return False
    return not _WORDS.fullmatch(word) and not _COUNTED.fullmatch(word)


def _other_brackets(text: str, own: str | None) -> list[str]:
    """Return the ids of other videos that stand in brackets."""
    return [found for found in _BRACKETED.findall(text) if found != own and _may_be_id(found)]


def _has_other_id(text: str, own: str | None = None) -> bool:
    """Tell whether another video's id stands in brackets, or at the end as in `Title-ID`."""
    ends = (end for end in [text, *text.split(".")] if end[-12:-11] == "-")
    dashed = any(end[-11:] != own and _may_be_id(end[-11:]) for end in ends)
    return dashed or bool(_other_brackets(text, own))


def _tidy(title: str) -> str:
    return one_line(title).strip(" -_|\N{EN DASH}\N{EM DASH}")


def read_tags(words: Sequence[str]) -> Tags | None:
    """Return what the words between a video's name and the extension say.

    None when they say that the file is something else, such as a live chat.
    """
    found: dict[str, bool] = {}
    language = None
    unknown = []
    for word in words:
        if _NEVER.fullmatch(word):
            return None
        if _SAYS_AUTOMATIC.fullmatch(word):
            found["is_automatic"] = True
        elif _SAYS_FORCED.fullmatch(word):
            found["is_forced"] = True
        elif _SAYS_NOTHING.fullmatch(word) or (word.lower() == "hi" and language):
            continue  # `en.hi`: for the hard of hearing
        elif (tag := _read_language(word, found)) is not None:
            language = tag or language
        else:
            unknown.append(one_line(word))
    return Tags(language, unknown=tuple(unknown), **found)


def _read_language(word: str, found: dict[str, bool]) -> str | None:
    """Return the language that a word names, and note in `found` what hangs on to it."""
    if (language := language_of(word)) is not None:
        return language
    for pattern, flags in _HANGING_ON.items():
        match = pattern.fullmatch(word)
        if match and (language := language_of(match[1])) is not None:
            found |= dict.fromkeys(flags, True)
            return language
    if (language := _translated_into(word)) is not None:
        found |= {"is_automatic": True, "is_translated": True}
    return language


def _translated_into(word: str) -> str | None:
    """Return the language before the key of the track that yt-dlp had YouTube translate.

    `de-en-US` is German made of `en-US`, `en-en-uYU-mmqFLq8` English made of one of several tracks.
    """
    for hyphen in list(re.finditer("-", word))[:_MOST_PARTS]:
        source = word[hyphen.end() :]
        target = language_of(word[: hyphen.start()])
        sources = [source, *([source[:-12]] if source[-12:-11] == "-" else [])]
        if target and any(language_of(each) for each in sources):
            return target
    return None
