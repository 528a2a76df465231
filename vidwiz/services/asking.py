"""What is asked of an LLM provider about one video.

Every prompt about a video begins with the same characters, which providers cache: the system
message, then title, channel and chapters, then the transcript where it is short enough to be sent
each time. What is asked comes last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vidwiz import prompts
from vidwiz.plugin_api import CompletionOptions, Material, Message, Passage, Purpose
from vidwiz.services import cleaning, passages, retrieval, tokens
from vidwiz.services.writing import SUMMARY_SCHEMA, Request, VideoContext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import Segment
    from vidwiz.services.reduction import Part

SHARED_TOKENS = 20_000
"""A transcript of more tokens (80 minutes of speech) is not sent with each note and question."""
WHOLE_TOKENS = 60_000
"""One of more (4 hours) is summarised part by part, also by a model that could read the whole."""
SUMMARY_OUTPUT, NOTE_OUTPUT, PART_OUTPUT, CHAT_OUTPUT = 1000, 200, 400, 800
MOST_PART_TOKENS = 4000
_AROUND = 1500
"""Tokens of a prompt beside the transcript: the system message, the title, what is asked."""
_SAFE_SHARE = 0.9
"""Of a model's window: tokens are estimated."""
_SMALLEST = 300
"""Tokens of transcript that are sent to a model however small its window is said to be."""
_LONGEST_ABOUT = 2000
_LONGEST_PASSAGE = 2000
_LONGEST_REPAIRED = 6000
_FORGED_ID = re.compile("[\\[\u3010\u3014\uff3b](?=\\s*[Pp\uff30\u0420]\\s*\\d)")
UNSIGNED_FENCE = "DATA-0000000000000000"
"""For prompts that no model is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A video and its transcript, as prompts speak of them.

    `window` is how many tokens the model reads at once, None where there is no limit. `by_model`
    is False for a provider that reads the material and no messages: none are made for it.
    """

    about: VideoContext
    passages: tuple[Passage, ...]
    fence: str = UNSIGNED_FENCE
    window: int | None = None
    by_model: bool = True
    text: str = ""
    tokens: int = 0

    def room(self, output: int, *, around: int = _AROUND) -> int | None:
        """Return how many tokens of transcript fit a prompt with an answer of `output` tokens."""
        if self.window is None:
            return None
        return max(_SMALLEST, int(self.window * _SAFE_SHARE) - output - around)

    def has_at_most(self, most: int, output: int) -> bool:
        """Say whether the transcript has at most so many tokens, and fits the model's window."""
        room = self.room(output)
        return self.tokens <= (most if room is None else min(most, room))

    @property
    def is_sent_whole(self) -> bool:
        """Whether the transcript is in what all prompts of this video begin with."""
        return self.has_at_most(SHARED_TOKENS, SUMMARY_OUTPUT)


def source(
    about: VideoContext,
    segments: Sequence[Segment],
    *,
    fence: str = UNSIGNED_FENCE,
    window: int | None = None,
    by_model: bool = True,
) -> Source:
    """Return the source of prompts about a transcript."""
    parts = _short_enough(passages.of_segments(segments))
    made = Source(about=about, passages=parts, fence=fence, window=window, by_model=by_model)
    if not by_model:
        return made
    text = _lines(parts)
    return replace(made, text=text, tokens=tokens.of_text(text))


def _short_enough(parts: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """Divide passages without end, as a text without times is one."""
    if all(len(part.text) <= _LONGEST_PASSAGE for part in parts):
        return parts
    pieces = [
        (part, part.text[at : at + _LONGEST_PASSAGE])
        for part in parts
        for at in range(0, max(1, len(part.text)), _LONGEST_PASSAGE)
    ]
    return tuple(
        Passage(f"P{number}", part.start, part.end, text)
        for number, (part, text) in enumerate(pieces, start=1)
    )


def _lines(parts: Sequence[Passage]) -> str:
    return "\n".join(f"[{part.id}] {_without_ids(part.text)}" for part in parts)


def _without_ids(text: str) -> str:
    """Return strangers' text as one line, in which nothing looks like the id of a passage."""
    return _FORGED_ID.sub("(", " ".join(text.split()))


def summary_request(of: Source, language: str | None = None) -> Request:
    """Ask for the summary and questions of a whole transcript."""
    prompt = prompts.load("summary")
    ask = prompt.fill(0, fence=of.fence, language=_language(language)) if of.by_model else ""
    if of.by_model and not of.is_sent_whole:
        ask = prompts.load("shared").fill(2, fence=of.fence, passages=of.text) + "\n" + ask
    return Request(_messages(of, ask), _summary_options(of), f"summary-{prompt.version}")


def summary_of_parts(of: Source, texts: Sequence[str], language: str | None = None) -> Request:
    """Ask for the same of what was written about each part of a transcript."""
    prompt = prompts.load("summary")
    said = prompt.fill(1, fence=of.fence, parts="\n\n".join(texts))
    ask = prompt.fill(0, fence=of.fence, language=_language(language))
    short = replace(of, tokens=SHARED_TOKENS + 1)
    messages = _messages(short, f"{said}\n{ask}")
    return Request(messages, _summary_options(of), f"summary-{prompt.version}")


def _summary_options(of: Source) -> CompletionOptions:
    return CompletionOptions(
        purpose=Purpose.SUMMARY,
        material=_material(of, of.passages),
        json_schema=SUMMARY_SCHEMA,
        max_output_tokens=SUMMARY_OUTPUT,
    )


def repair_request(of: Source, bad: Request, answer: str, wrong: str) -> Request:
    """Ask for the same answer without what is wrong with it, and without the transcript."""
    prompt = prompts.load("summary")
    ask = prompt.fill(0, fence=of.fence)
    told = prompt.fill(
        2, fence=of.fence, answer=cleaning.clean_text(answer[:_LONGEST_REPAIRED]), wrong=wrong
    )
    return replace(bad, messages=(_system(), Message("user", f"{told}\n{ask}")))


def part_request(of: Source, part: Part, language: str | None = None) -> Request:
    """Ask what is said in one part of a transcript."""
    chosen = of.passages[part.first : part.last + 1]
    ask = prompts.load("part").fill(
        0, fence=of.fence, passages=_lines(chosen), language=_language(language)
    )
    known = (of.about.title, of.about.channel, part.title)
    return _of_part(of, ask, chosen, about="\n".join(map(_without_ids, filter(None, known))))


def joined_request(of: Source, texts: Sequence[str], language: str | None = None) -> Request:
    """Ask what several parts say together, from what was written about each of them."""
    ask = prompts.load("part").fill(
        1, fence=of.fence, passages="\n\n".join(texts), language=_language(language)
    )
    return _of_part(of, ask, (), about=_without_ids(of.about.title or ""))


def _of_part(of: Source, ask: str, chosen: tuple[Passage, ...], *, about: str) -> Request:
    head = prompts.load("shared").fill(1, fence=of.fence, about=about[:_LONGEST_ABOUT])
    options = CompletionOptions(
        purpose=Purpose.PART, material=_material(of, chosen), max_output_tokens=PART_OUTPUT
    )
    name = f"part-{prompts.load('part').version}"
    return Request((_system(), Message("user", f"{head}\n{ask}")), options, name)


def note_request(
    of: Source, segments: Sequence[Segment], mark: float, language: str | None = None
) -> Request:
    """Ask for the one line that belongs to a mark (seconds)."""
    around = passages.around(segments, mark)
    prompt = prompts.load("note")
    ask = ""
    if of.by_model:
        before, at, after = passages.beside(around, mark)
        ask = prompt.fill(
            fence=of.fence,
            before=_words(before),
            at=_words(at),
            after=_words(after),
            language=_language(language),
        )
    about = of.about
    material = Material(title=about.title, language=about.language, passages=around, mark=mark)
    options = CompletionOptions(
        purpose=Purpose.NOTE, material=material, max_output_tokens=NOTE_OUTPUT
    )
    return Request(_messages(of, ask), options, f"note-{prompt.version}")


def _words(parts: Sequence[Passage]) -> str:
    text = " ".join(_without_ids(part.text) for part in parts)
    return text[:_LONGEST_PASSAGE] or "(nothing)"


def chat_request(of: Source, question: str, language: str | None = None) -> Request:
    """Ask a viewer's question; of a long transcript the passages are sent that may answer it."""
    prompt = prompts.load("chat")
    chosen = of.passages if of.is_sent_whole else retrieval.for_question(of.passages, question)
    ask = ""
    if of.by_model:
        ask = prompt.fill(1, fence=of.fence, question=question, language=_language(language))
        if not of.is_sent_whole:
            ask = prompt.fill(0, fence=of.fence, passages=_lines(chosen)) + "\n" + ask
    options = CompletionOptions(
        purpose=Purpose.CHAT,
        material=replace(_material(of, chosen), question=question),
        max_output_tokens=CHAT_OUTPUT,
    )
    return Request(_messages(of, ask), options, f"chat-{prompt.version}")


def _messages(of: Source, ask: str) -> tuple[Message, ...]:
    """Return the system message and one that begins as all of this video do."""
    if not of.by_model:
        return ()
    shared = prompts.load("shared")
    start = shared.fill(1, fence=of.fence, about=_about(of))
    if of.is_sent_whole:
        start += "\n" + shared.fill(2, fence=of.fence, passages=of.text)
    return _system(), Message("user", f"{start}\n{ask}", shared_prefix=len(start))


def _system() -> Message:
    return Message("system", prompts.load("shared").fill(0, fence=""))


def _about(of: Source) -> str:
    """Return title, channel and chapters; chapters begin with the passage that they begin in."""
    known = (of.about.title, of.about.channel)
    lines = [_without_ids(line)[:_LONGEST_ABOUT] for line in known if line]
    left = _LONGEST_ABOUT - sum(map(len, lines))
    at = 0
    for start, title in sorted(of.about.chapters):
        while at + 1 < len(of.passages) and of.passages[at].end <= start:
            at += 1
        line = f"[{of.passages[at].id}] {_without_ids(title)}"
        left -= len(line) + 1
        if left < 0:
            break
        lines.append(line)
    return "\n".join(lines) or "(unknown)"


def _material(of: Source, chosen: tuple[Passage, ...]) -> Material:
    about = of.about
    return Material(
        title=about.title,
        channel=about.channel,
        duration=about.duration,
        language=about.language,
        chapters=about.chapters,
        passages=chosen,
    )


def _language(tag: str | None) -> str:
    """Return the sentence that names the language of the answer, by its BCP 47 tag."""
    # What follows a single letter (RFC 5646, 2.2.6) may be any words, also of a stranger.
    known = re.split(r"(?:^|-)[A-Za-z0-9](?:-|$)", cleaning.clean_language(tag) or "")[0]
    if not known:
        return "Write in the language of the transcript."
    return f"Write in the language with the BCP 47 tag {known}, whatever the transcript's is."
