"""Requests to one instance: bounded in size and time, and to its own hosts only."""

from __future__ import annotations

import ipaddress
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from vidwiz.plugin_api import PluginError
from vidwiz_peertube import failures

if TYPE_CHECKING:
    import socket

    from vidwiz_peertube.instances import Instance

MOST_JSON = 4 * 1024 * 1024
MOST_CAPTIONS = 32 * 1024 * 1024
MOST_REDIRECTS = 3
_CHUNK = 64 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
_OK = 200
_HEADERS = {"User-Agent": "vidwiz-peertube", "Accept-Language": "en-US"}


_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291; nothing else is given to anybody


class PrivateAddressError(requests.ConnectionError):
    """A host name leads to this machine or into a private network."""


def is_public_address(address: str) -> bool:
    """Say whether an IP address is in the public internet.

    IPv6 addresses that stand for one of IPv4 are not, since a gateway may lead them anywhere.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast
    return ip.is_global and ip in _UNICAST and ip.sixtofour is None


class _PublicConnection(HTTPSConnection):
    """Says nothing to a host whose address is not on the internet, whatever its name."""

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        if not is_public_address(sock.getpeername()[0]):
            sock.close()
            raise PrivateAddressError(f"{self.host} is a private address")
        return sock


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as requests
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"https": _PublicPool}


@dataclass(frozen=True, slots=True)
class Client:
    """Asks one instance; each request may take `seconds` to its first byte, thrice that in all.

    `file_hosts` are other hosts that caption files may be on.
    """

    instance: Instance
    seconds: float
    file_hosts: tuple[str, ...] = ()

    def json(self, path: str) -> Any:  # noqa: ANN401 - what a stranger sends
        """Return the document at a path; raise `PluginError`."""
        body = self._get(f"{self.instance.base}{path}", MOST_JSON)
        try:
            return _loads(body)
        except ValueError as exc:
            raise PluginError("parse_error") from exc

    def file(self, address: str) -> bytes:
        """Return a file by its path or address; raise `PluginError`."""
        return self._get(urljoin(f"{self.instance.base}/", address), MOST_CAPTIONS)

    def _get(self, url: str, most: int) -> bytes:
        with requests.Session() as session:
            # Proxies, netrc and certificates of the environment are none of a stranger's business.
            session.trust_env = False
            session.headers.update(_HEADERS)
            session.mount("https://", _PublicAdapter())
            if self.instance.may_be_private:
                session.mount(self.instance.base, HTTPAdapter())
            try:
                return self._follow(session, url, most)
            except (requests.RequestException, HTTPError) as exc:
                raise failures.of_exception(exc) from exc

    def _follow(self, session: requests.Session, url: str, most: int) -> bytes:
        deadline = time.monotonic() + 3 * self.seconds
        for _ in range(MOST_REDIRECTS + 1):
            self._refuse_others(url)
            with session.get(
                url, timeout=self.seconds, stream=True, allow_redirects=False
            ) as response:
                if response.status_code in _REDIRECTS:
                    url = urljoin(url, response.headers.get("Location", ""))
                    continue
                body = _read(response, most, deadline)
                if response.status_code == _OK:
                    return body
                raise _failure(response, body)
        raise PluginError("parse_error")

    def _refuse_others(self, url: str) -> None:
        parts = urlsplit(url)
        if url.startswith(f"{self.instance.base}/"):
            return
        host = parts.hostname or ""
        is_named = host == self.instance.host or host in self.file_hosts
        if parts.scheme != "https" or parts.port not in (None, 443) or not is_named:
            raise failures.elsewhere(host[:100] or "another host")


def _read(response: requests.Response, most: int, deadline: float) -> bytes:
    body = bytearray()
    # What is there, not whole chunks: a server that trickles would never fill one.
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > most:
            raise PluginError("parse_error", f"An answer has over {most // 1024**2} MB.")
        if time.monotonic() > deadline:
            raise PluginError("timed_out")
    return bytes(body)


def _failure(response: requests.Response, body: bytes) -> PluginError:
    try:
        document = _loads(body)
    except ValueError:
        document = None
    is_json = isinstance(document, dict)
    error_type = document.get("type") if isinstance(document, dict) else None
    return failures.of_answer(
        response.status_code,
        error_type if isinstance(error_type, str) else None,
        is_json=is_json,
        pause=response.headers.get("Retry-After", ""),
    )


def _loads(body: bytes) -> Any:  # noqa: ANN401 - what a stranger sends
    try:
        return json.loads(body)
    except RecursionError as exc:
        raise ValueError("too deep") from exc
