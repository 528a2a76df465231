"""Words as text that can be read alone: no fillers, no stutter, a capital, and an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz_extractive.sentences import CLOSERS, ENDERS, bare
from vidwiz_extractive.speech import is_spaceless, joined, word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz_extractive.languages import Language

_PHRASE_FILLERS = {("you", "know"), ("i", "mean")}
"""English words that only fill where commas set them off, and are meant elsewhere."""
_BEFORE_FILLERS = frozenset(("so", "and", "but", "well", "um", "uh", "er"))
_DOUBLED = word_set(
    """
    i the a and to of we you it is in so but if this for what they he she are can on my your
    with let's it's i'm we're you're le la les de der die das und el y que et en
    """
)
_TRIMMED = " ,;:–—-·•、،؛/|"
_PAIRS = (("“", "”"), ("„", "“"), ("«", "»"), ("(", ")"), ("[", "]"), ("「", "」"), ("（", "）"))
_FEWEST_LEFT = 5  # a short sentence may need its "and"


def spoken(tokens: Sequence[str], language: Language) -> list[str]:
    """Return the tokens of a sentence without what only fills, stutters or stammers."""
    kept: list[str] = []
    forms = [bare(token) for token in tokens]
    at = 0
    while at < len(tokens):
        if forms[at] in language.fillers:
            _pass_on_end(kept, tokens[at])
            at += 1
        elif language.code == "en" and _is_phrase_filler(forms, at, tokens):
            _pass_on_end(kept, tokens[at + 1])
            at += 2
        elif kept and _is_stutter(kept[-1], forms[at]):
            kept[-1] = kept[-1].rstrip(",")
            at += 1
        else:
            kept.append(tokens[at])
            at += 1
    return kept


def _is_stutter(before: str, word: str) -> bool:
    """Say whether a word is said twice: "the the", "I, I", but not "you, you know better"."""
    if bare(before) != word or word not in _DOUBLED:
        return False
    return before[-1].isalnum() or word in {"i", "the", "a", "and"}


def _pass_on_end(kept: list[str], dropped: str) -> None:
    """Keep the end of a sentence whose last word is dropped, and no comma that stood before it."""
    if kept and dropped[-1] == "," == kept[-1][-1]:
        kept[-1] = kept[-1][:-1]
    elif kept and dropped[-1] in ENDERS and kept[-1][-1] not in ENDERS:
        kept[-1] = kept[-1].rstrip(_TRIMMED) + dropped[-1]


def _is_phrase_filler(forms: Sequence[str], at: int, tokens: Sequence[str]) -> bool:
    return (
        tuple(forms[at : at + 2]) in _PHRASE_FILLERS
        and tokens[at + 1].endswith(",")
        and (at == 0 or tokens[at - 1].endswith(",") or forms[at - 1] in _BEFORE_FILLERS)
    )


def sentence(tokens: Sequence[str], language: Language) -> str:
    """Return tokens as a sentence: nothing leading over, a capital and a full stop."""
    said = spoken(tokens, language)
    said = said[leading(said, language) :]
    whole = without_dangling(said, language) if said and not ends(said[-1]) else said
    text = finished(joined(whole)) if whole else ""
    return text if len(whole) == len(said) else opened(text)


def without_dangling(tokens: list[str], language: Language) -> list[str]:
    """Return tokens without the words at their end that wait for another one."""
    end = len(tokens)
    while end > 1 and bare(tokens[end - 1]) in language.dangling:
        end -= 1
    return tokens[:end]


def leading(tokens: Sequence[str], language: Language) -> int:
    """Return how many tokens at the start only lead over from what was said before."""
    count = 0
    while count + _FEWEST_LEFT < len(tokens):
        word = bare(tokens[count])
        if word and word not in language.leading:
            break
        if word == "then" and count == 0 and not tokens[0].endswith(","):
            break
        count += 1
    return count


def clause(tokens: Sequence[str], language: Language) -> str:
    """Return tokens as part of a sentence: like it, but with an ellipsis where it goes on."""
    said = spoken(tokens, language)
    said = without_dangling(said[leading(said, language) :], language)
    text = finished(joined(said)) if said else ""
    return text if not said or ends(said[-1]) else opened(text)


def opened(text: str) -> str:
    """Return a text that goes on, which an ellipsis says in place of a full stop."""
    return text.rstrip(".。… ") + "…"


def ends(text: str) -> bool:
    """Say whether a text ends as a sentence does."""
    return text.rstrip(CLOSERS)[-1:] in tuple(ENDERS)


def finished(text: str) -> str:
    """Return `text` with a capital at its start and an end, and without half a pair of quotes."""
    text = text.strip(_TRIMMED)
    for opening, closing in _PAIRS:
        if opening in "“„" and (opening == "„") != ("„" in text):
            continue
        if text.count(opening) != text.count(closing):
            text = text.replace(opening, "").replace(closing, "")
    if text.count('"') % 2:
        text = text.replace('"', "")
    text = " ".join(text.split()).strip(_TRIMMED)
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    if ends(text):
        return text
    if is_spaceless(text[-1]):
        return f"{text}。"
    return f"{text}।" if "\u0900" <= text[-1] < "\u0980" else f"{text}."


def shortened(text: str, length: int) -> str:
    """Return `text` cut at a word so that it has at most `length` characters."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    if not is_spaceless(cut) and " " in cut[length // 2 :]:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:.-–—|") + "…"


def clock(time: float) -> str:
    """Return seconds as `1:05` or `1:02:05`."""
    minutes, rest = divmod(int(time), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
