"""What is asked of an LLM provider, and what of its answer is kept.

A near miss is repaired here; an answer that cannot be repaired is a classified failure.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vidwiz import prompts
from vidwiz.plugin_api import CompletionOptions, Material, Message, PluginError, Purpose
from vidwiz.services import passages, timestamps
from vidwiz.services.cleaning import clean_text
from vidwiz.tasks.types import OWN_FAILURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import Completion, Segment

SUMMARY_LENGTH = (200, 800)
QUESTION_LENGTH = (20, 120)
NOTE_LENGTH = (40, 120)
QUESTIONS = 3

SUMMARY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "summary": {"type": "string"},
        "questions": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["summary", "questions"],
    "additionalProperties": False,
}
_SENTENCE_END = re.compile(r"[.!?。！？؟…]+[\"'”’)\]]*(?=\s|$)|[。！？]")
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

    def lines(self) -> str:
        """Return it as lines of a prompt."""
        chapters = (f"{timestamps.label(start)} {title}" for start, title in self.chapters)
        return "\n".join(filter(None, (self.title, self.channel, *chapters))) or "(unknown)"


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


def summary_request(about: VideoContext, segments: Sequence[Segment]) -> Request:
    """Ask for the summary and questions of a whole transcript."""
    parts = passages.of_segments(segments)
    prompt = prompts.load("summary")
    text = "\n".join(f"[{part.id}] {part.text}" for part in parts)
    material = Material(
        title=about.title,
        channel=about.channel,
        duration=about.duration,
        language=about.language,
        chapters=about.chapters,
        passages=parts,
    )
    options = CompletionOptions(
        purpose=Purpose.SUMMARY,
        material=material,
        json_schema=SUMMARY_SCHEMA,
        max_output_tokens=1000,
    )
    messages = prompt.fill(about=about.lines(), passages=text)
    return Request(messages, options, f"summary-{prompt.version}")


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


def note_request(about: VideoContext, segments: Sequence[Segment], mark: float) -> Request:
    """Ask for the one line that belongs to a mark."""
    parts = passages.around(segments, mark)
    prompt = prompts.load("note")
    text = "\n".join(f"{timestamps.label(part.start)} {part.text}" for part in parts)
    material = Material(title=about.title, language=about.language, passages=parts, mark=mark)
    options = CompletionOptions(purpose=Purpose.NOTE, material=material, max_output_tokens=200)
    messages = prompt.fill(
        about=about.title or "(unknown)", passages=text, mark=timestamps.label(mark)
    )
    return Request(messages, options, f"note-{prompt.version}")


def summary_from(completion: Completion, *, spoken: int) -> Summary:
    """Return the summary of an answer, repaired where it can be.

    `spoken` is how many characters the transcript has: of a video that says less than a summary's
    200 characters, no longer one is asked for. Raises `PluginError` (`bad_answer`).
    """
    answer = _json_object(completion.text)
    summary, questions = answer.get("summary"), answer.get("questions")
    if not isinstance(summary, str) or not isinstance(questions, list):
        raise PluginError("bad_answer", "The provider's answer has no summary and questions.")
    shortest = min(SUMMARY_LENGTH[0], spoken)
    text = shortened(_one_line(summary), SUMMARY_LENGTH[1])
    if len(text) < shortest:
        raise PluginError("bad_answer", "The provider's summary is too short.")
    return Summary(text, _three(questions))


def _json_object(text: str) -> dict[str, Any]:
    start, end = text.find("{"), text.rfind("}")
    try:
        answer = json.loads(text[start : end + 1])
    except (ValueError, RecursionError) as exc:
        raise PluginError("bad_answer", "The provider's answer is not JSON.") from exc
    return answer if isinstance(answer, dict) else {}


def _three(candidates: Sequence[object]) -> tuple[str, ...]:
    """Return the first three different questions of a fitting length."""
    kept: dict[str, str] = {}
    for candidate in candidates:
        if not isinstance(candidate, str):
            continue
        question = _one_line(_NUMBERING.sub("", candidate))
        if QUESTION_LENGTH[0] <= len(question) <= QUESTION_LENGTH[1]:
            kept.setdefault(re.sub(r"\W+", "", question.casefold()), question)
    if len(kept) < QUESTIONS:
        raise PluginError("bad_answer", "The provider gave fewer than three questions.")
    return tuple(kept.values())[:QUESTIONS]


def note_from(completion: Completion) -> str:
    """Return the one line of an answer; raise `PluginError` (`bad_answer`) when it is too short."""
    text = shortened(_unquoted(_one_line(completion.text)), NOTE_LENGTH[1])
    if len(text) < NOTE_LENGTH[0]:
        raise PluginError("bad_answer", "The provider's note is too short.")
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


def made_by(provider: str, completion: Completion, prompt: str) -> dict[str, Any]:
    """Return what is kept with a text that a provider wrote."""
    usage = completion.usage
    return {
        "provider": provider,
        "model": completion.model,
        "prompt": prompt,
        "usage": None
        if usage is None
        else {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cached_tokens": usage.cached_tokens,
        },
    }
