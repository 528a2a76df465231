"""The library's client of this process, and the model that is asked."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, Final

from vidwiz.plugin_api.answers import client_limits
from vidwiz_openai import failures
from vidwiz_openai.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    import openai

    from vidwiz_openai.settings import OpenAISettings

_CONNECT_SECONDS: Final = 10.0
_NO_KEY: Final = "none"  # the library wants one, also for servers that want none


class Connection:
    """Makes the client when it is first needed; may be used by several threads at once."""

    def __init__(self, settings: OpenAISettings) -> None:
        self.settings = settings
        self.named_model = settings.model or (DEFAULT_MODEL if settings.is_openai else None)
        self._found_model: str | None = None
        self._client: openai.OpenAI | None = None
        self._process = 0
        self._lock = threading.Lock()

    def client(self) -> openai.OpenAI:
        """Return this process's client, whose connections no other process has."""
        with self._lock:
            if self._client is None or self._process != os.getpid():
                keep_quiet()
                self._client, self._process = self._made(), os.getpid()
            return self._client

    def model(self) -> str:
        """Return the model to ask: the one that was set, or the only one that the server has."""
        model = self.named_model or self._found_model
        if model is None:
            with failures.translated(model=""):
                names = [model.id for model in self.client().models.list().data]
            if len(names) != 1:
                raise failures.failure(failures.NO_MODEL_CHOSEN)
            model = self._found_model = names[0]
        return model

    def close(self) -> None:
        """Close the connections of this process."""
        with self._lock:
            # A client that was made before a fork belongs to the other process.
            if self._client is not None and self._process == os.getpid():
                self._client.close()
            self._client = None

    def _made(self) -> openai.OpenAI:
        import httpx2  # noqa: PLC0415 - loaded with the library
        import openai  # noqa: PLC0415 - half a second

        timeout = openai.Timeout(self.settings.timeout_seconds, connect=_CONNECT_SECONDS)
        proxy = self.settings.proxy
        return openai.OpenAI(
            api_key=self.settings.key or _NO_KEY,
            base_url=self.settings.url,
            timeout=timeout,
            max_retries=self.settings.max_retries,
            http_client=openai.DefaultHttpxClient(
                timeout=timeout, proxy=proxy.reveal() if proxy else None, **client_limits(httpx2)
            ),
        )


def keep_quiet() -> None:
    """Have the libraries log no requests: those hold prompts, and addresses of proxies."""
    for name in ("openai", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)
