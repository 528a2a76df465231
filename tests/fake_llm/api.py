"""What the three APIs have in common: a prompt as it was read, a reply before it is told."""

import abc
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

CHARACTERS_A_TOKEN = 4
PIECE = 24  # characters of an answer in one event of a stream


@dataclass(frozen=True)
class Prompt:
    """What was asked, whichever API it came through."""

    text: str
    model: str
    stream: bool = False
    schema: Mapping[str, Any] | None = None
    most_output: int | None = None
    cached_prefix: str | None = None
    """The text up to the last mark for the cache, where the API has such marks."""
    window: int | None = None
    """How many tokens the client asked to be read, where the API lets it say so."""


@dataclass
class Reply:
    """What is answered, before it is put into an API's words."""

    text: str
    model: str
    prompt_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    written_tokens: int = 0
    """Tokens that were put into the cache by this request."""
    finish: str = "stop"
    thinking: str | None = None
    cause: str | None = None
    as_tool: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def pieces(self) -> Iterator[str]:
        for start in range(0, len(self.text), PIECE):
            yield self.text[start : start + PIECE]


class RefusedError(Exception):
    """The request is refused with this status and body."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


class Api(abc.ABC):
    """The words of one API; a server is given one."""

    path: ClassVar[str]
    content_type_of_streams: ClassVar[str] = "text/event-stream"
    REFUSALS: ClassVar[Mapping[str, tuple[int, Any]]]
    base: ClassVar[str] = ""

    models: tuple[str, ...] = ("fake-1",)
    key: str | None = None
    cuts_prompts: ClassVar[bool] = False

    @abc.abstractmethod
    def key_of(self, headers: Mapping[str, str]) -> str | None: ...

    @abc.abstractmethod
    def read(self, body: Mapping[str, Any]) -> Prompt: ...

    @abc.abstractmethod
    def whole(self, reply: Reply) -> Any: ...

    @abc.abstractmethod
    def events(self, reply: Reply) -> Iterator[bytes]: ...

    @abc.abstractmethod
    def error_event(self) -> bytes: ...

    @abc.abstractmethod
    def closing_events(self) -> int:
        """Return how many of the last events tell that the answer has ended."""

    def refusal(self, cause: str, headers: Mapping[str, str] | None = None) -> RefusedError:
        status, body = self.REFUSALS[cause]
        return RefusedError(status, body, headers)

    def other(self, path: str, body: Mapping[str, Any], window: int) -> Any:
        """Return what another address than that of chats answers, or None."""
        return None


def tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_A_TOKEN)


def text_of(content: Any) -> str:
    """Return the text of a message's content, which may be in blocks."""
    if isinstance(content, str):
        return content
    return "".join(block.get("text", "") for block in content or ())


def as_event(data: Any, name: str | None = None) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()
