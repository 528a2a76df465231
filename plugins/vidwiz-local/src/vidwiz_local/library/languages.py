"""Languages in file names: which words are tags of languages, and which language is nearest."""

from __future__ import annotations

import re
from functools import lru_cache

import langcodes

_SHAPE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{1,8})*", re.IGNORECASE)
_NONE = {"und", "zxx", "mul", "mis"}  # "not known", "no words", "several", "not in the list"
# As people write them in file names: in English, and in the languages that such names come in.
_NAMES = {
    name: tag
    for tag, names in {
        "ar": "arabic",
        "bg": "bulgarian",
        "cs": "czech čeština",
        "da": "danish dansk",
        "de": "german deutsch",
        "el": "greek",
        "en": "english",
        "es": "spanish español espanol castellano",
        "fa": "persian farsi",
        "fi": "finnish suomi",
        "fr": "french français francais",
        "he": "hebrew",
        "hi": "hindi",
        "hu": "hungarian magyar",
        "id": "indonesian",
        "it": "italian italiano",
        "ja": "japanese 日本語",
        "ko": "korean 한국어",
        "nl": "dutch nederlands",
        "no": "norwegian norsk",
        "pl": "polish polski",
        "pt": "portuguese português portugues",
        "ro": "romanian română",
        "ru": "russian русский",
        "sv": "swedish svenska",
        "th": "thai",
        "tr": "turkish türkçe turkce",
        "uk": "ukrainian українська",
        "vi": "vietnamese",
        "zh": "chinese 中文",
    }.items()
    for name in names.split()
}
SAME = 5
"""The most that two tags of one language, or of two that all their speakers read, differ by in the
distances of CLDR's language matching, which langcodes has."""
OTHER_SCRIPT = 40
"""What CLDR counts at least where a reader may not know the script."""


@lru_cache(maxsize=1024)
def language_of(word: str) -> str | None:
    """Return the BCP 47 tag that a word is, in its usual spelling; None when it is none.

    `eng` is `en`, `iw` is `he`, `pt_br` is `pt-BR`, `German` is `de`.
    """
    if name := _NAMES.get(word.lower()):
        return name
    if not _SHAPE.fullmatch(word) or not langcodes.tag_is_valid(word):
        return None
    tag = langcodes.standardize_tag(word)
    return None if tag.partition("-")[0] in _NONE else tag


def distance(asked: str, there: str) -> int | None:
    """Return how far a language is from the one that was asked for; None where it is another."""
    asked_tag, own_tag = language_of(asked), language_of(there)
    if asked_tag is None or own_tag is None:
        return None
    far: int = langcodes.tag_distance(asked_tag, own_tag)
    alike = asked_tag.partition("-")[0] == own_tag.partition("-")[0]
    return far if alike or far <= SAME else None
