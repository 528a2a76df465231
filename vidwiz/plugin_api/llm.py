"""Who writes text: what is asked of a provider and what it answers."""

from __future__ import annotations

import abc
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from vidwiz.plugin_api.base import Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Purpose(StrEnum):
    """What the text is for.

    `PART` is what a stretch of a transcript says, when the whole is longer than the model reads.
    """

    SUMMARY = "summary"
    PART = "part"
    NOTE = "note"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt. Text from strangers is only ever in a user message.

    `shared_prefix` is how many of the first characters of `content` are the same in every prompt
    about this video, as is all that comes before this message. A provider that has to mark what
    is to be cached marks it there; most cache by themselves.
    """

    role: Literal["system", "user", "assistant"]
    content: str
    shared_prefix: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the transcript, 20 to 40 s of speech, in seconds; cited by its id."""

    id: str
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the messages speak of, as data, for providers that work without reading prompts.

    For a summary `passages` is the whole transcript; for a note it is the surroundings of `mark`
    (seconds); for a chat it is what the answer may be taken from, and `question` is the question.
    """

    title: str | None = None
    channel: str | None = None
    duration: float | None = None
    language: str | None = None
    passages: tuple[Passage, ...] = ()
    chapters: tuple[tuple[float, str], ...] = ()
    mark: float | None = None
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionOptions:
    """How the answer should be.

    `json_schema`, where given, is what the answer's text must be an instance of, in the subset
    that all providers accept (no lengths, patterns or counts: the caller checks those).
    """

    purpose: Purpose
    material: Material = field(default_factory=Material)
    json_schema: Mapping[str, Any] | None = None
    max_output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a call used; cached ones are part of the input."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """A provider's whole answer."""

    text: str
    model: str
    usage: Usage | None = None


class LLMProvider(Plugin):
    """Writes text about given material."""

    @property
    def max_input_tokens(self) -> int | None:
        """The most tokens that its model reads in one prompt, or None when there is no limit.

        A prompt that certainly has more fails as `too_long` without a call of `complete`. The host
        judges by characters, six a token, which no language reaches on average: what is a little
        too long is left to the provider to refuse.
        """
        return None

    @abc.abstractmethod
    def complete(self, messages: Sequence[Message], options: CompletionOptions) -> Completion:
        """Return the whole answer, or raise `PluginError`. Called from several threads at once."""

    def stream(
        self, messages: Sequence[Message], options: CompletionOptions
    ) -> Iterator[str | Completion]:
        """Yield pieces of the answer as they come, and the `Completion` last."""
        completion = self.complete(messages, options)
        yield completion.text
        yield completion
