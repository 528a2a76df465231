"""What of an LLM provider's answer is kept; what is asked of it is in `asking`.

A near miss is repaired here; an answer that cannot be repaired is a classified failure.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vidwiz.plugin_api import PluginError
from vidwiz.services import passages, sanitising, tokens
from vidwiz.services.cleaning import clean_text, is_blank
from vidwiz.tasks.types import OWN_FAILURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import Completion, CompletionOptions, Message, Segment, Usage

SUMMARY_LENGTH = (200, 800)
QUESTION_LENGTH = (20, 120)
NOTE_LENGTH = (40, 120)
QUESTIONS = 3
PART_TOKENS = 320
"""What is kept of what a part of a long transcript says: 120 words, and some more."""

SUMMARY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "summary": {"type": "string"},
        "questions": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["summary", "questions"],
    "additionalProperties": False,
}
# A run of marks is looked at once, from its beginning: a text may be nothing but marks.
_SENTENCE_END = re.compile(r"(?<![.!?。！？؟…])[.!?。！？؟…]++[\"'”’)\]]*+(?=\s|$)|[。！？]")
_QUOTES = {'""', "''", "“”", "‘’", "«»", "»«", "„“", "„”", "‚‘", "「」", "『』"}
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_NUMBERING = re.compile(r"^\s*(?:[-*•]|\(?\d+[.)])\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoContext:
    """What is known of the video besides its transcript."""

    title: str | None = None
    channel: str | None = None
    duration: float | None = None
    language: str | None = None
    chapters: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a provider, and how its prompt is named with the result."""

    messages: tuple[Message, ...]
    options: CompletionOptions
    prompt: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary that keeps the rules."""

    text: str
    questions: tuple[str, ...]


def check_mark(about: VideoContext, segments: Sequence[Segment], mark: float) -> None:
    """Raise `PluginError` when a note at this mark (seconds) could only be made of other words.

    `after_the_end` when the video is known to end before, `nothing_said` when nobody speaks
    within 15 s of the mark. The note stays its owner's then.
    """
    code = None
    if about.duration and mark > about.duration:
        code = "after_the_end"
    elif not passages.is_spoken_near(segments, mark):
        code = "nothing_said"
    if code is not None:
        row = OWN_FAILURES[code]
        raise PluginError(code, row.message, handling=row.handling)


@dataclass(frozen=True, slots=True)
class Reading:
    """How an answer is read: a time in it has to stand in one of the texts that are `said`.

    `by_model` is False for a provider that takes its words and times from the material: the words
    are still those of strangers, and lead nowhere.
    """

    said: Sequence[str] = ()
    by_model: bool = True

    def text(self, text: str) -> str:
        """Return what of a provider's text may be shown, as one line."""
        # A model that repeats the words of the video may repeat the times that they name.
        return _one_line(
            sanitising.shown(text, self.said) if self.by_model else sanitising.plain(text)
        )


def summary_from(completion: Completion, *, spoken: int, reading: Reading = Reading()) -> Summary:
    """Return the summary of an answer, repaired where it can be.

    `spoken` is how many characters the transcript has: of a video that says less than a summary's
    200 characters, no longer one is asked for. Raises `PluginError` (`bad_answer`), whose message
    says what is wrong.
    """
    answer = _json_object(completion.text)
    summary, questions = answer.get("summary"), answer.get("questions")
    if not isinstance(summary, str) or not isinstance(questions, list):
        raise PluginError("bad_answer", "The provider's answer has no summary and questions.")
    shortest = min(SUMMARY_LENGTH[0], spoken)
    text = shortened(reading.text(summary), SUMMARY_LENGTH[1])
    if len(text) < shortest:
        raise PluginError("bad_answer", "The provider's summary is too short.")
    return Summary(text, _three(questions, reading))


def _json_object(text: str) -> dict[str, Any]:
    start, end = text.find("{"), text.rfind("}")
    try:
        answer = json.loads(text[start : end + 1])
    except (ValueError, RecursionError) as exc:
        raise PluginError("bad_answer", "The provider's answer is not JSON.") from exc
    return answer if isinstance(answer, dict) else {}


def _three(candidates: Sequence[object], reading: Reading) -> tuple[str, ...]:
    """Return the first three different questions of a fitting length."""
    kept: dict[str, str] = {}
    for candidate in candidates:
        if not isinstance(candidate, str):
            continue
        question = reading.text(_NUMBERING.sub("", candidate))
        if QUESTION_LENGTH[0] <= len(question) <= QUESTION_LENGTH[1]:
            kept.setdefault(re.sub(r"\W+", "", question.casefold()), question)
    if len(kept) < QUESTIONS:
        raise PluginError("bad_answer", "The provider gave fewer than three questions.")
    return tuple(kept.values())[:QUESTIONS]


def note_from(completion: Completion, *, reading: Reading = Reading()) -> str:
    """Return the one line of an answer; raise `PluginError` (`bad_answer`) when it is too short."""
    text = shortened(_unquoted(reading.text(completion.text)), NOTE_LENGTH[1])
    if len(text) < NOTE_LENGTH[0]:
        raise PluginError("bad_answer", "The provider's note is too short.")
    return text


def part_from(completion: Completion) -> str:
    """Return what a part of a transcript says; raise `PluginError` (`bad_answer`) for nothing."""
    text = tokens.cut(clean_text(sanitising.plain(completion.text)), PART_TOKENS)
    if is_blank(text):
        raise PluginError("bad_answer", "The provider wrote nothing about a part of the video.")
    return text


def _unquoted(text: str) -> str:
    """Take off quotation marks around the whole, not those of its first and last words."""
    while len(text) > 1 and text[0] + text[-1] in _QUOTES:
        inner = _APOSTROPHE.sub("", text[1:-1])
        if text[0] in inner or text[-1] in inner:
            break
        text = text[1:-1].strip()
    return text


def _one_line(text: str) -> str:
    # Half a surrogate pair and NUL, which cannot be stored, are among what cleaning removes.
    return " ".join(clean_text(text).split())


def shortened(text: str, longest: int) -> str:
    """Cut after the last whole sentence that fits, or, where none does, after a word."""
    if len(text) <= longest:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text) if match.end() <= longest]
    if ends and ends[-1] >= longest // 3:
        return text[: ends[-1]].rstrip()
    room = text[: longest - 1]
    words, space, _ = room.rpartition(" ")
    return (words if space and len(words) >= longest // 2 else room).rstrip(" ,;:-") + "…"


def made_by(
    provider: str, model: str, prompt: str, *, usage: Usage | None, parts: int = 0
) -> dict[str, Any]:
    """Return what is kept with a text that a provider wrote.

    `usage` is of all its calls, those for the `parts` of a long transcript among them.
    """
    made: dict[str, Any] = {"provider": provider, "model": model, "prompt": prompt}
    if parts:
        made["parts"] = parts
    return {
        **made,
        "usage": None
        if usage is None
        else {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cached_tokens": usage.cached_tokens,
        },
    }
