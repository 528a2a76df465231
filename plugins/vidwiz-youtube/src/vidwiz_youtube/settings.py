"""Settings that all fetchers of this distribution have: how their requests are made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - the host reads the annotations
from urllib.parse import urlsplit

from vidwiz.plugin_api import Secret

ACCEPT_LANGUAGE = "en-US"
"""Reasons and dates are read as text, so they have to come in one language."""

LONGEST_TIMEOUT_SECONDS = 120.0
PROXY_SCHEMES = ("http", "https")
NO_SECRET = Secret("")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSettings:
    """How requests are made; raises `ValueError` when a value cannot work.

    `proxy` is the address of an HTTP proxy and may hold its password; without one the variables
    HTTPS_PROXY and NO_PROXY count. `cookies_file` is in Netscape's format, as browsers' add-ons
    write it. `timeout_seconds` is how long one request may wait for the next bytes.
    """

    proxy: Secret = NO_SECRET
    cookies_file: Path | None = None
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        if not 0 < self.timeout_seconds <= LONGEST_TIMEOUT_SECONDS:
            most = f"{LONGEST_TIMEOUT_SECONDS:g}"
            raise ValueError(f"TIMEOUT_SECONDS must be above 0 and at most {most}")
        if self.proxy and not _is_proxy(self.proxy.reveal()):
            # The value is not repeated: it may hold a password.
            raise ValueError("PROXY must look like http://user:password@host:port")


def _is_proxy(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in PROXY_SCHEMES and bool(parts.hostname) and port != 0
