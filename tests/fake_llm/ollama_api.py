"""Ollama's own API (`/api/chat`): lines of JSON, and a prompt that is too long is cut silently.

From its server's source (routes.go, runner.go) and documentation of 0.32.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from tests.fake_llm.api import Api, Prompt, RefusedError, Reply, text_of
from tests.fake_llm.openai_api import schema_in

DEFAULT_WINDOW = 4096


class OllamaApi(Api):
    """`window` is what its model was trained for; what a client asks for beyond it is not given."""

    path = "/api/chat"
    cuts_prompts = True
    content_type_of_streams = "application/x-ndjson"
    REFUSALS: ClassVar[Mapping[str, tuple[int, Any]]] = {
        "wrong_key": (401, {"error": "unauthorized"}),
        "forbidden": (403, {"error": "this model requires a subscription"}),
        "no_credit": (402, {"error": "you have reached your usage limit"}),
        "rate_limited": (429, {"error": "too many requests"}),
        "unknown_model": (404, {"error": 'model "gone" not found, try pulling it first'}),
        "wrong_address": (404, "404 page not found"),
        "too_long": (400, {"error": "the input length exceeds the context length"}),
        "bad_request": (400, {"error": "invalid message content: {prompt}"}),
        "server_error": (500, {"error": "llama runner process has terminated: signal: killed"}),
        "overloaded": (503, {"error": "server busy, please try again. maximum pending requests"}),
    }

    def __init__(
        self,
        *,
        key: str | None = None,
        models: tuple[str, ...] = ("fake-1",),
        window: int = 131_072,
        knows_think: bool = True,
        formats: tuple[str, ...] = ("schema", "json"),
    ) -> None:
        """`formats` are those that it takes: before 0.5 there was no schema."""
        self.key = key
        self.models = models
        self.window = window
        self.knows_think = knows_think
        self.formats = formats

    def key_of(self, headers: Mapping[str, str]) -> str | None:
        return headers.get("authorization", "").removeprefix("Bearer ") or None

    def read(self, body: Mapping[str, Any]) -> Prompt:
        if "think" in body and not self.knows_think:
            raise RefusedError(400, {"error": f'"{body["model"]}" does not support thinking'})
        options = body.get("options") or {}
        asked = body.get("format")
        if asked and ("json" if asked == "json" else "schema") not in self.formats:
            words = "json: cannot unmarshal object into Go struct field ChatRequest.format"
            raise RefusedError(400, {"error": words})
        text = "\n".join(text_of(message["content"]) for message in body["messages"])
        return Prompt(
            text=text,
            model=body["model"],
            stream=body.get("stream", True),
            schema=asked if isinstance(asked, dict) else schema_in(text),
            most_output=options.get("num_predict"),
            window=min(options.get("num_ctx", DEFAULT_WINDOW), self.window),
        )

    def other(self, path: str, body: Mapping[str, Any], window: int) -> Any:
        if path == "/api/tags":
            return {"models": [{"model": name, "name": name} for name in self.models]}
        if path != "/api/show":
            return None
        if body["model"] not in self.models:
            raise self.refusal("unknown_model")
        info = {"general.architecture": "fake", "fake.context_length": self.window}
        return {"model_info": info, "capabilities": ["completion"]}

    def whole(self, reply: Reply) -> Any:
        message = {"role": "assistant", "content": reply.text}
        if reply.thinking is not None:
            message["thinking"] = reply.thinking
        if reply.cause in ("no_choices", "null", "refusal"):
            message["content"] = ""
        return {**_head(reply), "message": message, **_end(reply)}

    def events(self, reply: Reply) -> Iterator[bytes]:
        messages: list[dict[str, Any]] = []
        if reply.thinking is not None:
            messages.append({"role": "assistant", "content": "", "thinking": reply.thinking})
        if reply.cause not in ("no_choices", "null", "refusal"):
            messages += ({"role": "assistant", "content": piece} for piece in reply.pieces())
        for message in messages:
            yield _line({**_head(reply), "message": message, "done": False})
        yield _line(
            {**_head(reply), "message": {"role": "assistant", "content": ""}, **_end(reply)}
        )

    def closing_events(self) -> int:
        return 1

    def error_event(self) -> bytes:
        return _line({"error": "an error was encountered while running the model"})


def _head(reply: Reply) -> dict[str, Any]:
    return {"model": reply.model, "created_at": "2026-11-25T10:00:00Z"}


def _end(reply: Reply) -> dict[str, Any]:
    reason = "length" if reply.finish == "length" else "stop"
    counts = {"prompt_eval_count": reply.prompt_tokens, "eval_count": reply.output_tokens}
    return {"done": True, "done_reason": reason} | ({} if reply.cause == "no_usage" else counts)


def _line(data: Any) -> bytes:
    return (json.dumps(data) + "\n").encode()
