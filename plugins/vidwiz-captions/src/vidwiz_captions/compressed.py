"""Files that were compressed with gzip, unpacked up to a limit."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO

_MAGIC = b"\x1f\x8b"


class NotGzipError(Exception):
    """The bytes are no whole gzip file."""


def gunzip(data: bytes, limit: int) -> bytes:
    """Return the content, cut after `limit` + 1 bytes; raise `NotGzipError`.

    No more than that is ever unpacked, however large the content claims to be. Several gzip files
    one after the other are one content, as for gzip itself.
    """
    if not data.startswith(_MAGIC):
        raise NotGzipError
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as stream:
            return stream.read(limit + 1)
    except (EOFError, OSError, zlib.error) as exc:
        raise NotGzipError from exc
