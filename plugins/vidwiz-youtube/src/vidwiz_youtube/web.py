"""The requests of all fetchers here: a session with time limits that remembers what came back."""

from __future__ import annotations

import http.cookiejar
import os
from typing import TYPE_CHECKING, Any

import requests

from vidwiz.plugin_api import Handling, PluginError
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
            self.cookies.update(read_cookies(settings.cookies_file))
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


def read_cookies(path: Path) -> http.cookiejar.CookieJar:
    """Return the cookies of a file in Netscape's format; raise `PluginError` when it is none."""
    jar = http.cookiejar.MozillaCookieJar()
    try:
        jar.load(str(path), ignore_discard=True, ignore_expires=True)
    except (OSError, ValueError) as exc:
        message = (
            "The file of cookies that the settings name cannot be read: it must be there, and in"
            " the format of Netscape, as browsers' add-ons write it."
        )
        raise PluginError("auth_failed", message, handling=Handling.OPERATOR) from exc
    return jar
