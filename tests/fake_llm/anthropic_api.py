"""The Messages API of Anthropic: typed events, marks for the cache, forced tools, output formats.

From its documentation and the types of its SDK 2.14.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, cast

from tests.fake_llm.api import Api, Prompt, RefusedError, Reply, as_event, text_of


def error(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


class AnthropicApi(Api):
    """`formats`: whether it takes `output_config.format`, which older models do not."""

    path = "/v1/messages"
    REFUSALS: ClassVar[Mapping[str, tuple[int, Any]]] = {
        "wrong_key": (401, error("authentication_error", "invalid x-api-key sk-secret")),
        "forbidden": (403, error("permission_error", "Your API key may not use this.")),
        "no_credit": (402, error("billing_error", "Your credit balance is too low.")),
        "rate_limited": (429, error("rate_limit_error", "Number of tokens has exceeded.")),
        "unknown_model": (404, error("not_found_error", "model: gone")),
        "wrong_address": (404, "404 page not found"),
        "too_long": (400, error("invalid_request_error", "prompt is too long: 9 tokens > 8")),
        "bad_request": (400, error("invalid_request_error", "messages.0: {prompt}")),
        "server_error": (500, error("api_error", "Internal server error")),
        "overloaded": (529, error("overloaded_error", "Overloaded")),
    }

    def __init__(
        self,
        *,
        key: str | None = None,
        models: tuple[str, ...] = ("fake-1",),
        formats: bool = True,
        tools: bool = True,
    ) -> None:
        self.key = key
        self.models = models
        self.formats = formats
        self.tools = tools

    def key_of(self, headers: Mapping[str, str]) -> str | None:
        # The library sends either, by its version.
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        return headers.get("x-api-key") or bearer or None

    def read(self, body: Mapping[str, Any]) -> Prompt:
        texts, cached = [], None
        parts = [body["system"]] if body.get("system") else []
        parts += [message["content"] for message in body["messages"]]
        for content in parts:
            blocks = [{"text": content}] if isinstance(content, str) else content
            for block in blocks:
                if not text_of([block]).strip():
                    # The real API refuses them so.
                    raise RefusedError(
                        400,
                        error("invalid_request_error", "text content blocks must be non-empty"),
                    )
                texts.append(text_of([block]))
                if "cache_control" in block:
                    cached = "\n".join(texts)
        return Prompt(
            text="\n".join(texts),
            model=body["model"],
            stream=body.get("stream", False),
            schema=self._schema(body),
            most_output=body["max_tokens"],
            cached_prefix=cached or "",
        )

    def _schema(self, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        wanted = (body.get("output_config") or {}).get("format")
        if wanted is not None:
            if not self.formats:
                message = "output_config.format: not supported by this model"
                raise RefusedError(400, error("invalid_request_error", message))
            return cast("Mapping[str, Any]", wanted["schema"])
        if body.get("tools"):
            if not self.tools:
                message = "tools: Extra inputs are not permitted"
                raise RefusedError(400, error("invalid_request_error", message))
            return cast("Mapping[str, Any]", body["tools"][0]["input_schema"])
        return None

    def whole(self, reply: Reply) -> Any:
        return {**_head(reply), "content": _blocks(reply), "stop_reason": _reason(reply)}

    def events(self, reply: Reply) -> Iterator[bytes]:
        start: dict[str, Any] = {**_head(reply), "content": [], "stop_reason": None}
        yield as_event({"type": "message_start", "message": start}, "message_start")
        yield as_event({"type": "ping"}, "ping")
        for index, block in enumerate(_blocks(reply)):
            empty, kind, pieces = _opened(block)
            yield _event("content_block_start", index=index, content_block=empty)
            for piece in pieces:
                delta = {"type": kind, _FIELDS[kind]: piece}
                yield _event("content_block_delta", index=index, delta=delta)
            yield _event("content_block_stop", index=index)
        end: dict[str, Any] = {"stop_reason": _reason(reply), "stop_sequence": None}
        yield _event("message_delta", delta=end, usage={"output_tokens": reply.output_tokens})
        yield _event("message_stop")

    def closing_events(self) -> int:
        return 2

    def error_event(self) -> bytes:
        return as_event(error("overloaded_error", "Overloaded"), "error")


_FIELDS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
}


def _event(name: str, **data: Any) -> bytes:
    return as_event({"type": name, **data}, name)


def _head(reply: Reply) -> dict[str, Any]:
    uncached = reply.prompt_tokens - reply.cached_tokens - reply.written_tokens
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "stop_sequence": None,
        "usage": {
            "input_tokens": uncached,
            "cache_read_input_tokens": reply.cached_tokens,
            "cache_creation_input_tokens": reply.written_tokens,
            "output_tokens": reply.output_tokens,
        },
    }


def _blocks(reply: Reply) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if reply.thinking is not None:
        blocks.append({"type": "thinking", "thinking": reply.thinking, "signature": "s"})
    if reply.cause in ("no_choices", "null", "refusal", "only_thinking"):
        return blocks
    if reply.as_tool is not None:
        try:
            given = json.loads(reply.text)
        except ValueError:
            given = {}
        call = {"type": "tool_use", "id": "toolu_1", "name": reply.as_tool, "input": given}
        return [*blocks, call]
    return [*blocks, {"type": "text", "text": reply.text}]


def _opened(block: Mapping[str, Any]) -> tuple[dict[str, Any], str, list[str]]:
    """Return a block as its start tells it, the kind of its pieces, and the pieces."""
    if block["type"] == "tool_use":
        given = json.dumps(block["input"])
        return {**block, "input": {}}, "input_json_delta", [given[:9], given[9:]]
    if block["type"] == "thinking":
        return {**block, "thinking": ""}, "thinking_delta", [block["thinking"]]
    text = block["text"]
    return {**block, "text": ""}, "text_delta", [text[i : i + 24] for i in range(0, len(text), 24)]


def _reason(reply: Reply) -> str:
    if reply.finish == "stop" and reply.as_tool is not None:
        return "tool_use"
    names = {"stop": "end_turn", "length": "max_tokens", "filtered": "refusal"}
    return names.get(reply.finish, reply.finish)
