"""Ends answers without end: what a server may send, before the library has read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz.plugin_api.answers import limited

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2


def of_client() -> dict[str, Any]:
    """Return the arguments of a client that reads no more of an answer than a text may have.

    It asks for answers that are not compressed, as few bytes may become very many.
    """
    return {
        "event_hooks": {"response": [_limit]},
        "headers": {"Accept-Encoding": "identity"},
    }


def _limit(response: httpx2.Response) -> None:
    import httpx2  # noqa: PLC0415 - large, and loaded with the library

    class Limited(httpx2.SyncByteStream):
        """The body of an answer, which ends with an error when it is too long."""

        def __init__(self, body: httpx2.SyncByteStream) -> None:
            self._body = body

        def __iter__(self) -> Iterator[bytes]:
            try:
                yield from limited(self._body)
            except ValueError as exc:
                raise httpx2.RemoteProtocolError(str(exc)) from None

        def close(self) -> None:
            self._body.close()

    if response.headers.get("content-encoding", "identity") != "identity":
        raise httpx2.RemoteProtocolError("the answer is compressed, which was not asked for")
    if isinstance(response.stream, httpx2.SyncByteStream):
        response.stream = Limited(response.stream)
