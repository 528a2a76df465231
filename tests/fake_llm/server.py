"""The HTTP server: reads a request, does what the script says, and keeps what was asked."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from typing import Any, Self
from urllib.parse import urlsplit

from tests.fake_llm import writing
from tests.fake_llm.api import CHARACTERS_A_TOKEN, Api, Prompt, RefusedError, Reply, tokens
from tests.fake_llm.faults import Fault

PAGE = b"<!doctype html><title>Welcome</title><p>This is a web page."
OK = 200
ROOM = 256  # tokens that are kept free for an answer whose length the client does not limit
CACHED_STEP = 64  # tokens; what real servers cache comes in steps as well
REMEMBERED = 64  # prompts
THINKING = "The user wants to know what is said. Let me think about the passages."


@dataclass
class Asked:
    """One request, as it came, and what was made of it."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    fault: Fault | None = None
    prompt: Prompt | None = None
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    dropped: threading.Event = field(default_factory=threading.Event)


class _Server(ThreadingHTTPServer):
    """Many may call at once: with the usual backlog of five, the sixth waits for seconds."""

    request_queue_size = 512
    daemon_threads = True
    owner: "FakeLLM"


class FakeLLM:
    """A server of one API; use it with `with`, or call `close` at the end."""

    def __init__(self, api: Api, *, context_tokens: int = 128_000) -> None:
        self.api = api
        self.context_tokens = context_tokens
        self.answer: Callable[[Prompt], str] = writing.answer
        self.requests: list[Asked] = []
        self.closing = threading.Event()
        self._script: deque[Fault | None] = deque()
        self._prompts: deque[str] = deque(maxlen=REMEMBERED)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """Return what a client takes for its base URL."""
        return self.address + self.api.base

    @property
    def prompt_tokens(self) -> int:
        """Return the tokens of all prompts that were answered."""
        return sum(asked.prompt_tokens for asked in self.requests)

    def script(self, *faults: Fault | None) -> None:
        self._script.extend(faults)

    def reset(self) -> None:
        """Forget what was asked, what was to happen, and what is in the cache."""
        self._script.clear()
        self._prompts.clear()
        self.requests.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, asked: Asked) -> Fault | None:
        """Keep a request, and return what is to happen to it."""
        with self._lock:
            self.requests.append(asked)
            asked.fault = self._script.popleft() if self._script else None
            return asked.fault

    def reply_to(self, asked: Asked) -> Reply:
        """Return the reply to a prompt; raise `RefusedError` where the API would refuse it."""
        self._check(asked)
        prompt = self.api.read(asked.body)
        asked.prompt = prompt
        if prompt.model not in self.api.models:
            raise self.api.refusal("unknown_model")
        asked.prompt_tokens = self._fit(prompt)
        asked.cached_tokens, written = self._cache(prompt)
        reply = Reply(
            text=self.answer(prompt),
            model=prompt.model,
            prompt_tokens=asked.prompt_tokens,
            output_tokens=0,
            cached_tokens=asked.cached_tokens,
            written_tokens=written,
            as_tool=asked.body["tools"][0]["name"] if asked.body.get("tools") else None,
        )
        _spoil(reply, asked.fault)
        room = (prompt.window or self.context_tokens) - asked.prompt_tokens
        if self.api.cuts_prompts and 0 < room < tokens(reply.text):
            reply.text, reply.finish = reply.text[: room * CHARACTERS_A_TOKEN], "length"
        asked.output_tokens = reply.output_tokens = tokens(reply.text)
        return reply

    def _check(self, asked: Asked) -> None:
        if self.api.key is not None and self.api.key_of(asked.headers) != self.api.key:
            raise self.api.refusal("wrong_key")
        if asked.fault is not None and asked.fault.cause in self.api.REFUSALS:
            refused = self.api.refusal(asked.fault.cause, asked.fault.headers)
            refused.body = _repeating(refused.body, json.dumps(asked.body.get("messages")))
            raise refused

    def _fit(self, prompt: Prompt) -> int:
        """Return the tokens of the prompt that are read, or refuse it."""
        count = tokens(prompt.text)
        window = min(prompt.window or self.context_tokens, self.context_tokens)
        if self.api.cuts_prompts:
            return min(count, window)
        if count + (prompt.most_output or ROOM) > window:
            raise self.api.refusal("too_long")
        return count

    def _cache(self, prompt: Prompt) -> tuple[int, int]:
        """Return how many tokens were in the cache, and how many were put there now."""
        marked = prompt.cached_prefix
        text = prompt.text if marked is None else marked
        with self._lock:
            known = max((_common(text, other) for other in self._prompts), default=0)
            self._prompts.append(text)
        if marked is None:
            return tokens(text[:known]) // CACHED_STEP * CACHED_STEP, 0
        if known == len(text):
            return tokens(text), 0
        return 0, tokens(text)


def _repeating(body: Any, prompt: str) -> Any:
    """Put the prompt into an error's words, as some servers do."""
    return json.loads(json.dumps(body).replace("{prompt}", json.dumps(prompt)[1:-1]))


def _common(one: str, other: str) -> int:
    """Return the length of the longest common beginning, by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _spoil(reply: Reply, fault: Fault | None) -> None:
    """Change a reply as the fault says."""
    if fault is None:
        return
    reply.cause = fault.cause
    if fault.cause in ("length", "filtered", "refusal"):
        reply.finish = fault.cause
        reply.text = reply.text[: len(reply.text) // 2]
    if fault.cause in ("thinking", "only_thinking"):
        reply.thinking = THINKING
    if fault.cause in ("empty", "only_thinking"):
        reply.text = ""
    texts = {
        "thinks_aloud": f"<think>\n{THINKING} {{}}\n</think>\n\n{reply.text}",
        "fenced": f"```json\n{reply.text}\n```",
        "preamble": f"Here is a summary of what is said:\n\n{reply.text}\n\nI hope this helps!",
    }
    reply.text = texts.get(fault.cause, reply.text)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement
    server: _Server

    def log_message(self, *args: object) -> None:
        """Write nothing: what was asked is kept."""

    def do_GET(self) -> None:
        try:
            self._other({})
        except RefusedError as refused:
            self._refuse(refused)

    def do_POST(self) -> None:
        fake = self.server.owner
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            # A client with a proxy sends the whole address.
            self.path = urlsplit(self.path).path
            if self.path != fake.api.path:
                self._other(body)
                return
            asked = Asked(self.path, headers, body)
            self._do(asked, fake.take(asked))
        except RefusedError as refused:
            self._refuse(refused)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _other(self, body: Mapping[str, Any]) -> None:
        fake = self.server.owner
        found = fake.api.other(self.path, body, fake.context_tokens)
        if found is None:
            raise fake.api.refusal("wrong_address")
        self._send(200, json.dumps(found).encode())

    def _do(self, asked: Asked, fault: Fault | None) -> None:
        cause = fault.cause if fault else None
        if cause == "no_answer":
            self.close_connection = True
            return
        if fault is not None and cause == "slow":
            self.server.owner.closing.wait(fault.seconds)
        if fault is not None and cause == "body":
            stream = bool(asked.body.get("stream")) and fault.status == OK
            self._answer_with(fault.status, fault.body, stream=stream)
        elif cause in ("html", "bad_gateway"):
            self._send(200 if cause == "html" else 502, PAGE, content_type="text/html")
        elif cause == "broken_json":
            self._send(200, b'{"id": "1", "choices": [{"mess')
        else:
            self._reply(asked, cause)

    def _answer_with(self, status: int, body: bytes, *, stream: bool) -> None:
        kind = self.server.owner.api.content_type_of_streams
        if not stream:
            self._send(status, body)
        elif kind == "text/event-stream":
            self._send(200, b"data: %b\n\ndata: [DONE]\n\n" % body, content_type=kind)
        else:
            self._send(200, body + b"\n", content_type=kind)

    def _reply(self, asked: Asked, cause: str | None) -> None:
        api = self.server.owner.api
        reply = self.server.owner.reply_to(asked)
        if asked.prompt is not None and asked.prompt.stream:
            self._stream(asked, _told(api, list(api.events(reply)), cause), broken=cause == "cut")
        else:
            self._send(200, json.dumps(api.whole(reply)).encode(), cut=cause == "cut")

    def _refuse(self, refused: RefusedError) -> None:
        if isinstance(refused.body, str):
            self._send(refused.status, refused.body.encode(), content_type="text/plain")
        else:
            self._send(refused.status, json.dumps(refused.body).encode(), headers=refused.headers)

    def _send(
        self,
        status: int,
        data: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        cut: bool = False,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        self.close_connection = cut

    def _stream(self, asked: Asked, events: Iterable[bytes], *, broken: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", self.server.owner.api.content_type_of_streams)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for event in events:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
        except OSError:
            asked.dropped.set()
            raise
        if broken:
            self.wfile.write(b"ff\r\nthe beginning of a chunk")
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")


def _told(api: Api, events: list[bytes], cause: str | None) -> Iterator[bytes]:
    """Return the events that are sent when a stream goes wrong in this way."""
    middle = max(1, (len(events) - api.closing_events()) // 2 + 1)
    if cause in ("cut", "stops"):
        return iter(events[:middle])
    if cause == "error_within":
        return iter([*events[:middle], api.error_event()])
    if cause == "endless":
        return chain(events[:middle], repeat(events[middle - 1]))
    return iter(events)
