"""The one way in which yt-dlp reaches the network here: public hosts only, at every redirect.

Pages of strangers decide which addresses yt-dlp asks next. Each request, each hop of a redirect
and each caption file passes here, and what leads into a private network is refused before
anything is sent. This module imports yt-dlp.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from yt_dlp.networking._requests import RequestsHTTPAdapter, RequestsRH, RequestsSession
from yt_dlp.networking.exceptions import RequestError

from vidwiz_youtube.ytdlp.addresses import is_public_address, is_public_name

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from requests import PreparedRequest, Response

MOST_BYTES = 64 * 1024 * 1024
"""Of one answer, unpacked. Pages and lists have a few megabytes, caption files at most 32."""

_SCHEMES = ("http", "https")


class PrivateAddressError(RequestError):  # type: ignore[misc]
    """A request was to leave for a private network; it did not.

    Not a `TransportError`, or yt-dlp's extractors would pass over it.
    """


class AnswerTooLargeError(RequestError):  # type: ignore[misc]
    """An answer went on beyond `MOST_BYTES`."""


def require_public_url(url: str) -> None:
    """Raise `PrivateAddressError` unless `url` names a public host by its form."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as exc:
        raise PrivateAddressError("an address that cannot be read") from exc
    if parts.scheme not in _SCHEMES:
        raise PrivateAddressError(f"an address of the kind {parts.scheme[:20]!r}")
    if not (is_public_name(host) or is_public_address(host)):
        raise PrivateAddressError("an address in a private network")


def public_addresses(
    host: str, port: int, look_up: Callable[..., list[Any]] | None = None
) -> list[str]:
    """Return the IP addresses of a host; raise `PrivateAddressError` when one is not public.

    Connecting to these, not to the name, leaves no second look-up that could say otherwise.
    """
    found = (look_up or socket.getaddrinfo)(host, port, 0, socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    if not all(map(is_public_address, addresses)):
        raise PrivateAddressError("a name that leads into a private network")
    return addresses


class _PublicConnection(HTTPConnection):
    """Connects to public addresses only; used where no proxy does the connecting."""

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        try:
            addresses = public_addresses(name, self.port)
        except OSError:
            return super()._new_conn()  # the name is not known; urllib3 says so in its own words
        try:
            for address in addresses[:-1]:
                self._dns_host = address
                try:
                    return super()._new_conn()
                except urllib3.exceptions.HTTPError:
                    continue
            self._dns_host = addresses[-1]
            return super()._new_conn()
        finally:
            self._dns_host = name


class _PublicTLSConnection(_PublicConnection, HTTPSConnection):
    pass


class _PublicPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicTLSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _PublicTLSConnection


class _PublicAdapter(RequestsHTTPAdapter):  # type: ignore[misc]
    """Looks at each request before it leaves; requests calls it once for every hop."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        self._answers: list[Response] = []
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PublicPool, "https": _PublicTLSPool}

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        require_public_url(request.url or "")
        response: Response = super().send(request, *args, **kwargs)
        self._answers.append(response)
        if response.is_redirect:
            _leave_unread(response)
        else:
            _limit(response)
        return response

    def close(self) -> None:
        # yt-dlp leaves those unread that it takes for errors, and their connections open.
        for response in self._answers:
            response.close()
        self._answers.clear()
        super().close()


def _leave_unread(response: Response) -> None:
    """Drop a redirect's page, which requests would read to its end, wherever that is."""
    response.close()
    response._content = b""  # noqa: SLF001
    response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001


def _limit(response: Response) -> None:
    """Have reading end with an error where an answer goes on and on."""
    read, taken = response.raw.read, 0

    def read_limited(*args: Any, **named: Any) -> bytes:  # noqa: ANN401
        nonlocal taken
        piece: bytes = read(*args, **named)
        taken += len(piece)
        if taken > MOST_BYTES:
            raise AnswerTooLargeError("an answer without an end")
        return piece

    response.raw.read = read_limited  # type: ignore[method-assign]


class GuardedRH(RequestsRH):  # type: ignore[misc]
    """yt-dlp's handler on `requests`, with the guard in it; its session is made as there.

    The name ends as yt-dlp demands of a request handler.
    """

    def _create_instance(self, cookiejar: Any, legacy_ssl_support: Any = None) -> Any:  # noqa: ANN401
        session = RequestsSession()
        session.adapters.clear()
        adapter = _PublicAdapter(
            ssl_context=self._make_sslcontext(legacy_ssl_support=legacy_ssl_support),
            source_address=self.source_address,
            max_retries=urllib3.util.retry.Retry(False),
        )
        session.mount("", adapter)  # also what is not http(s), to be refused
        session.headers.clear()
        session.cookies = cookiejar
        session.trust_env = False  # yt-dlp has read the proxies from there
        return session

    def _make_sslcontext(self, legacy_ssl_support: Any = None) -> ssl.SSLContext:  # noqa: ANN401
        context: ssl.SSLContext = super()._make_sslcontext(legacy_ssl_support)
        # Beside certifi's certificates those of the machine and of SSL_CERT_FILE count, as they
        # do for other programs: a company's proxy signs with its own.
        context.load_default_certs()
        return context
