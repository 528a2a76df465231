"""What is known of a language: its words in data files, stop words and stems from libraries."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import snowballstemmer
import stopwordsiso

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nl": "dutch", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish",
    "tr": "turkish",
}  # fmt: skip
_TAG = re.compile(r"[a-z]{2,3}(?![a-z])")
_SAMPLE_TOKENS = 3000
SURE = 0.12
"""The share of words that are stop words of its language in any real speech; about 0.4 is usual."""
_FEWEST_WORDS = 8
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
)
"""Scripts that tell a language; kana before Han, as Japanese has both."""
CANDIDATES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ru", "uk", "ar", "fa", "hi")
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\u0900-\u0963\u064b-\u0652'’][^\W\d_]*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The words of one language by what they do in a sentence; all in lower case.

    `stop` carry no topic; `vague` carry none as a key phrase though they may stand in one;
    `dangling` cannot end a clause; `leading` can be cut from a sentence's start; `leaning` at its
    start point to the sentence before; `fragile` at the start of a clause show that it is only a
    part of one; `openers` (one to three words) begin sentences where there is no punctuation, but
    not after words that are `taking` a clause; `asking` begin questions; `fillers` say nothing;
    `articles` stand before things; `signals` mark what matters. `phrases` are the few sentences
    that are not taken from a transcript; `{…}` in them are filled with `str.format`.
    """

    code: str
    stop: frozenset[str] = frozenset()
    vague: frozenset[str] = frozenset()
    dangling: frozenset[str] = frozenset()
    leading: frozenset[str] = frozenset()
    leaning: frozenset[str] = frozenset()
    fragile: frozenset[str] = frozenset()
    openers: frozenset[str] = frozenset()
    asking: frozenset[str] = frozenset()
    fillers: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    taking: frozenset[str] = frozenset()
    signals: tuple[str, ...] = ()
    phrases: Mapping[str, Any] = field(default_factory=dict)
    stem: Callable[[str], str] = str

    @property
    def is_spaceless(self) -> bool:
        """Whether its words have no spaces between them."""
        return self.code in {"ja", "zh", "th"}


@cache
def language(code: str) -> Language:
    """Return what is known of a language; of one without a data file its stop words and stems."""
    data = _data(code)
    sets = (
        *("stop", "vague", "dangling", "leading", "leaning", "fragile", "asking", "fillers"),
        *("articles", "taking"),
    )
    words = {name: frozenset(data.get(name, "").split()) for name in sets}
    listed = {name: _listed(data.get(name, "")) for name in ("openers", "signals")}
    words["stop"] |= stop_words(code) - frozenset(data.get("not_stop", "").split())
    return Language(
        code=code,
        **words,
        openers=frozenset(listed["openers"]),
        signals=tuple(listed["signals"]),
        phrases=data.get("phrases") or _without_words(),
        stem=_stemmer(code),
    )


def _without_words() -> dict[str, Any]:
    """Return the phrases of a language of which none are known.

    What is quoted stands there alone, with a time; only to say that there is nothing takes English.
    """
    english = _data("en")["phrases"]
    signs = {"about": ["“{a}” ({time}) …?"], "says": "", "short": "", "at": "{time}:"}
    return {**english, **signs}


def _data(code: str) -> dict[str, Any]:
    file = resources.files(__package__) / "data" / f"{code}.toml"
    return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}


def _listed(text: str) -> list[str]:
    return [" ".join(item.split()) for item in text.split("|") if item.strip()]


@cache
def stop_words(code: str) -> frozenset[str]:
    """Return the stop words of a language as the library has them."""
    return frozenset(stopwordsiso.stopwords(code)) if stopwordsiso.has_lang(code) else frozenset()


def _stemmer(code: str) -> Callable[[str], str]:
    if code not in _SNOWBALL:
        return str
    stem: Callable[[str], str] = cache(snowballstemmer.stemmer(_SNOWBALL[code]).stemWord)
    return stem


def detect(tokens: Sequence[str], named: str | None) -> Language:
    """Return the language of a text, which `named` is said to be in.

    A given language is believed unless the text is plainly in another one: captions are
    mislabelled, and the label may be the video's language while the text is a translation.
    """
    match = _TAG.match((named or "").casefold())
    tag = match[0] if match else ""
    sample = tokens[:: max(1, len(tokens) // _SAMPLE_TOKENS)]
    text = " ".join(sample)
    letters = sum(map(str.isalpha, text))
    for code, script in _SCRIPTS:
        if len(script.findall(text)) * 3 > letters > 0:
            return language("zh" if code == "zh" and tag == "ja" else code)
    counts = Counter(_WORD.findall(text.casefold().replace("’", "'")))
    total = counts.total()
    shares = {code: share(counts, code) for code in dict.fromkeys((tag, *CANDIDATES))}
    likeliest = max(shares, key=lambda code: shares[code])
    if shares[likeliest] < SURE or total < _FEWEST_WORDS:
        return language(tag or "en")
    return language(tag if shares[tag] * 2 > shares[likeliest] else likeliest)


def share(counts: Counter[str], code: str) -> float:
    """Return the share of words that are stop words of a language, 0 to 1."""
    stop = stop_words(code)
    return sum(counts[word] for word in counts.keys() & stop) / (counts.total() or 1)
