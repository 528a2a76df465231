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
from yt_dlp.networking._requests import RequestsHTTPAdapter, RequestsRH
from yt_dlp.networking.exceptions import RequestError

from vidwiz_youtube.ytdlp.addresses import is_public_address, is_public_name

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from requests import PreparedRequest, Response

_SCHEMES = ("http", "https")


class PrivateAddressError(RequestError):  # type: ignore[misc]
    """A request was to leave for a private network; it did not.

    Not a `TransportError`, or yt-dlp's extractors would pass over it.
    """


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

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PublicPool, "https": _PublicTLSPool}

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        require_public_url(request.url or "")
        response: Response = super().send(request, *args, **kwargs)
        return response


class GuardedRH(RequestsRH):  # type: ignore[misc]
    """yt-dlp's handler on `requests`, with the guard in it.

    The name ends as yt-dlp demands of a request handler.
    """

    def _create_instance(self, cookiejar: Any, legacy_ssl_support: Any = None) -> Any:  # noqa: ANN401
        session = super()._create_instance(cookiejar, legacy_ssl_support)
        adapter = _PublicAdapter(
            ssl_context=self._make_sslcontext(legacy_ssl_support=legacy_ssl_support),
            source_address=self.source_address,
            max_retries=urllib3.util.retry.Retry(False),
        )
        session.adapters.clear()
        session.mount("", adapter)  # also what is not http(s), to be refused
        return session

    def _make_sslcontext(self, legacy_ssl_support: Any = None) -> ssl.SSLContext:  # noqa: ANN401
        context: ssl.SSLContext = super()._make_sslcontext(legacy_ssl_support)
        # Beside certifi's certificates those of the machine and of SSL_CERT_FILE count, as they
        # do for other programs: a company's proxy signs with its own.
        context.load_default_certs()
        return context
