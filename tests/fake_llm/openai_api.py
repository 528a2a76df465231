"""The Chat Completions API, as OpenAI and the servers that are compatible with it speak it.

From the error bodies and chunks of api.openai.com, OpenRouter, vLLM and llama.cpp.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, cast

from tests.fake_llm.api import Api, Prompt, RefusedError, Reply, as_event, text_of

ALL_LEVELS = ("json_schema_strict", "json_schema", "json_object")


def error(message: str, kind: str, code: Any = None, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


# OpenRouter says this also when it means that no endpoint keeps a strict schema.
MISLEADING_404 = error(
    "No endpoints available matching your guardrail restrictions and data policy.", "", 404
)


class OpenAIApi(Api):
    """`levels` are the kinds of `response_format` it knows; others end as `unsupported` says.

    That is `refused` (a 400 that names the field), `misleading` (OpenRouter's 404) or `ignored`.
    """

    path = "/v1/chat/completions"
    base = "/v1"
    REFUSALS: ClassVar[Mapping[str, tuple[int, Any]]] = {
        "wrong_key": (
            401,
            error(
                "Incorrect API key provided: sk-secret.", "invalid_request_error", "invalid_api_key"
            ),
        ),
        "forbidden": (
            403,
            error("Country, region, or territory not supported", "request_forbidden"),
        ),
        "no_credit": (
            429,
            error("You exceeded your current quota.", "insufficient_quota", "insufficient_quota"),
        ),
        "rate_limited": (429, error("Rate limit reached.", "requests", "rate_limit_exceeded")),
        "unknown_model": (
            404,
            error("The model `gone` does not exist.", "invalid_request_error", "model_not_found"),
        ),
        "wrong_address": (404, "404 page not found"),
        "too_long": (
            400,
            error(
                "This model's maximum context length is 8000 tokens.",
                "invalid_request_error",
                "context_length_exceeded",
                "messages",
            ),
        ),
        "bad_request": (400, error("Invalid 'messages[0]': {prompt}", "invalid_request_error")),
        "server_error": (500, error("The server had an error.", "server_error")),
        "overloaded": (503, error("The engine is currently overloaded.", "server_error")),
    }

    def __init__(
        self,
        *,
        levels: tuple[str, ...] = ALL_LEVELS,
        unsupported: str = "refused",
        token_field: str | None = None,
        key: str | None = None,
        models: tuple[str, ...] = ("fake-1",),
        tells_usage: bool = True,
    ) -> None:
        self.tells_usage = tells_usage
        self.levels = levels
        self.unsupported = unsupported
        self.token_field = token_field
        self.key = key
        self.models = models

    def key_of(self, headers: Mapping[str, str]) -> str | None:
        return headers.get("authorization", "").removeprefix("Bearer ") or None

    def read(self, body: Mapping[str, Any]) -> Prompt:
        other = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
        if self.token_field and other[self.token_field] in body:
            wrong = other[self.token_field]
            message = f"Unsupported parameter: '{wrong}'. Use '{self.token_field}' instead."
            raise RefusedError(
                400, error(message, "invalid_request_error", "unsupported_parameter", wrong)
            )
        if "stream_options" in body and not self.tells_usage:
            message = "stream_options: Extra inputs are not permitted"
            raise RefusedError(400, error(message, "invalid_request_error"))
        return Prompt(
            text="\n".join(text_of(message["content"]) for message in body["messages"]),
            model=body["model"],
            stream=body.get("stream", False),
            schema=self._schema(body),
            most_output=body.get("max_tokens") or body.get("max_completion_tokens"),
        )

    def _schema(self, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        asked = body.get("response_format")
        level = level_of(asked)
        if asked is not None and level not in self.levels:
            if self.unsupported == "misleading":
                raise RefusedError(404, MISLEADING_404)
            if self.unsupported == "refused":
                message = f"Invalid parameter: 'response_format' of type '{asked['type']}'."
                raise RefusedError(
                    400, error(message, "invalid_request_error", None, "response_format")
                )
            asked = None
        if asked is not None and asked["type"] == "json_schema":
            return cast("Mapping[str, Any]", asked["json_schema"]["schema"])
        return schema_in(text_of(body["messages"][-1]["content"]))

    def other(self, path: str, body: Mapping[str, Any], window: int) -> Any:
        if path != "/v1/models":
            return None
        data = [
            {"id": name, "object": "model", "created": 1, "owned_by": "x"} for name in self.models
        ]
        return {"object": "list", "data": data}

    def whole(self, reply: Reply) -> Any:
        message: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": None}
        if reply.thinking is not None:
            message["reasoning_content"] = reply.thinking
        if reply.cause == "null":
            message["content"] = None
        if reply.cause == "refusal":
            message.update(content=None, refusal="I cannot help with that.")
        choice = {"index": 0, "message": message, "finish_reason": finish(reply)}
        told = {} if reply.cause == "no_usage" else {"usage": usage(reply)}
        choices = [] if reply.cause == "no_choices" else [choice]
        return {**_head(reply, "chat.completion"), "choices": choices, **told}

    def events(self, reply: Reply) -> Iterator[bytes]:
        yield b": OPENROUTER PROCESSING\n\n"
        head = _head(reply, "chat.completion.chunk")
        if reply.cause != "no_choices":
            for delta in _deltas(reply):
                choice = {"index": 0, "delta": delta, "finish_reason": None}
                yield as_event({**head, "choices": [choice]})
            last = {"index": 0, "delta": {}, "finish_reason": finish(reply)}
            yield as_event({**head, "choices": [last]})
        if reply.cause != "no_usage":
            yield as_event({**head, "choices": [], "usage": usage(reply)})
        yield b"data: [DONE]\n\n"

    def closing_events(self) -> int:
        return 3

    def error_event(self) -> bytes:
        return as_event(error("Provider returned error", "server_error", 502))


def _head(reply: Reply, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1_790_000_000, "model": reply.model}


def _deltas(reply: Reply) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": "" if reply.cause != "null" else None}
    if reply.thinking is not None:
        yield {"reasoning_content": reply.thinking}
    if reply.cause == "refusal":
        yield {"refusal": "I cannot help with that."}
    elif reply.cause != "null":
        for piece in reply.pieces():
            yield {"content": piece}


def finish(reply: Reply) -> str:
    return {"filtered": "content_filter", "refusal": "stop"}.get(reply.finish, reply.finish)


def usage(reply: Reply) -> dict[str, Any]:
    return {
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.output_tokens,
        "total_tokens": reply.prompt_tokens + reply.output_tokens,
        "prompt_tokens_details": {"cached_tokens": reply.cached_tokens},
    }


def level_of(asked: Mapping[str, Any] | None) -> str | None:
    if asked is None:
        return None
    if asked["type"] != "json_schema":
        return str(asked["type"])
    return "json_schema_strict" if asked["json_schema"].get("strict") else "json_schema"


def schema_in(text: str) -> Mapping[str, Any] | None:
    """Return a schema that stands at the end of a prompt, as a model would heed it."""
    start = text.rfind('\n{"type": "object"')
    if start < 0:
        return None
    found, _ = json.JSONDecoder().raw_decode(text[start + 1 :])
    return cast("Mapping[str, Any]", found)
