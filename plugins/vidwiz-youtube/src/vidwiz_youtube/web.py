"""The requests of all fetchers here: a session with time limits that remembers what came back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import requests

from vidwiz_youtube import cookies
from vidwiz_youtube.settings import ACCEPT_LANGUAGE

if TYPE_CHECKING:
    from pathlib import Path

    from vidwiz_youtube.settings import RequestSettings


class Session(requests.Session):
    """A session of one call: with the settings' proxy, cookies and time limit.

    `last` is the answer to the last request, `answers` are all by the last part of their path,
    such as `watch` or `timedtext`. Libraries hide what a site answered; it is looked up here.
    Not thread-safe, as those libraries are not: make one a call and close it.
    """

    def __init__(self, settings: RequestSettings) -> None:
        super().__init__()
        self._timeout = settings.timeout_seconds
        proxy = settings.proxy.reveal()
        # As arguments of each request: the environment's proxies go before those of a session.
        self._proxies = {"http": proxy, "https": proxy} if proxy else None
        self.headers["Accept-Language"] = ACCEPT_LANGUAGE
        bundle = os.environ.get("SSL_CERT_FILE")
        if bundle:  # which requests does not read; REQUESTS_CA_BUNDLE, which it does, goes before
            self.verify = bundle
        if settings.cookies_file:
            self.cookies.update(_jar(settings.cookies_file))
        self.last: requests.Response | None = None
        self.answers: dict[str, requests.Response] = {}

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - the signature is requests'
        """Send a request, with the time limit and the proxy unless it has its own."""
        kwargs.setdefault("timeout", self._timeout)
        kwargs.setdefault("proxies", self._proxies)
        self.last = None
        answer = super().request(*args, **kwargs)
        self.last = answer
        name = (answer.request.path_url or "").partition("?")[0].rpartition("/")[2]
        self.answers[name] = answer
        return answer


def _jar(path: Path) -> requests.cookies.RequestsCookieJar:
    jar = requests.cookies.RequestsCookieJar()
    for each in cookies.read(path):
        cookie = requests.cookies.create_cookie(  # type: ignore[no-untyped-call]
            each.name,
            each.value,
            domain=each.domain,
            path=each.path,
            secure=each.secure,
            expires=each.expires,
            discard=each.expires is None,
        )
        jar.set_cookie(cookie)
    return jar
