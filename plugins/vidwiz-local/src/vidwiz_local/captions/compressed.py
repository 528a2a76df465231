"""Files that were compressed with gzip, unpacked up to a limit."""

from __future__ import annotations

import zlib

_GZIP = 31  # what zlib calls the form with gzip's head and checksum


class NotGzipError(Exception):
    """The bytes are no whole gzip file."""


def gunzip(data: bytes, limit: int) -> bytes:
    """Return the content, cut after `limit` + 1 bytes; raise `NotGzipError`.

    No more than that is ever unpacked, however large the content claims to be. Several gzip files
    one after the other are one content, as for gzip itself.
    """
    content = bytearray()
    rest = data
    while True:
        unpacker = zlib.decompressobj(_GZIP)
        try:
            content += unpacker.decompress(rest, limit + 1 - len(content))
        except zlib.error as exc:
            raise NotGzipError from exc
        if len(content) > limit:
            return bytes(content)
        if not unpacker.eof:
            raise NotGzipError
        rest = unpacker.unused_data.lstrip(b"\0")  # tapes are filled up with zeros
        if not rest:
            return bytes(content)
