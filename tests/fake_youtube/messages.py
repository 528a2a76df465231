"""Requests as handlers see them, and the answers that they give."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping


@dataclass(kw_only=True)
class Request:
    """One request; `network` says where it came from (`FakeYouTube.block`).

    `headers` have lower-case names. `endpoint` and `match` are those of the route that took it.
    """

    method: str
    host: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    network: str = "127.0.0.1"
    secure: bool = False
    endpoint: str = "unknown"
    match: re.Match[str] | None = None
    video_id: str | None = None
    at: float = field(default_factory=time.monotonic)

    @cached_property
    def arguments(self) -> dict[str, str]:
        """The query, the last of equal names."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @cached_property
    def json(self) -> dict[str, Any]:
        """The body, or nothing when it is no JSON object."""
        try:
            content = json.loads(self.body)
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}

    @cached_property
    def cookies(self) -> dict[str, str]:
        try:
            jar = SimpleCookie(self.headers.get("cookie", ""))
        except CookieError:
            return {}
        return {name: morsel.value for name, morsel in jar.items()}

    @property
    def is_signed_in(self) -> bool:
        """Whether it has the cookies of an account, as a browser's cookie file holds them."""
        return "SID" in self.cookies or "__Secure-3PSID" in self.cookies

    @property
    def client(self) -> str:
        """The innertube client that it says to be, such as ANDROID."""
        context = self.json.get("context", {})
        return str(context.get("client", {}).get("clientName", "WEB"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back. `cut` bytes of the body are promised and never sent."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    cut: int = 0


if TYPE_CHECKING:
    Handler = Callable[[Request], Answer]


def html_page(text: str, status: int = 200) -> Answer:
    return Answer(status=status, body=text.encode(), content_type="text/html; charset=utf-8")


def json_answer(content: object, status: int = 200) -> Answer:
    body = json.dumps(content, ensure_ascii=False).encode()
    return Answer(status=status, body=body, content_type="application/json; charset=UTF-8")


def xml_answer(text: str) -> Answer:
    return Answer(body=text.encode(), content_type="text/xml; charset=UTF-8")


NOT_FOUND = Answer(status=404, body=b"Not Found")
EMPTY = Answer(content_type="text/html; charset=UTF-8")
"""What YouTube says of captions that it will not give: 200 without a word."""
