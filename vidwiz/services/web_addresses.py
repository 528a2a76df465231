"""Addresses on the web that strangers may name: those of public hosts, by their names."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LONGEST_HOST = 253
# Names that lead to this machine or its own network, by RFC 6761, 6762, 8375 and by habit.
_PRIVATE = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa")


def is_public(url: str) -> bool:
    """Say whether this is an http(s) address whose host is a name that may be a public one.

    No address in numbers is, however it is spelled, nor one with a user's name in it. Where the
    name leads is not looked up: that is for whoever connects.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        _ = parts.port
        host = host.encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError):
        return False
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return False
    return _is_public_name(host)


def _is_public_name(host: str) -> bool:
    labels = host.split(".")
    if len(host) > _LONGEST_HOST or len(labels) < 2:  # noqa: PLR2004 - a name and its domain
        return False
    if any(host == name or host.endswith(f".{name}") for name in _PRIVATE):
        return False
    # What ends in a number is an address, as in 127.1 and 10.0.0x7f (WHATWG's URL standard).
    ends_in_number = re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]) is not None
    return not ends_in_number and all(map(_LABEL.fullmatch, labels))
