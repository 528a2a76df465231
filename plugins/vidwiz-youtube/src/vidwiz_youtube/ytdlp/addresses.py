"""Which addresses may be asked at all: public hosts by http(s), and nothing else."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

LONGEST_URL = 2048
_LONGEST_NAME = 253  # RFC 1035
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_TOP_LABEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{2,59}")
_VISIBLE = re.compile(r"[^\s\\\x00-\x1f\x7f]+")
_PORTS = {"http": (None, 80), "https": (None, 443)}
_PRIVATE_TOPS = frozenset(
    {
        # RFC 6761, 6762, 8375, 9476 and ICANN's reserved name `internal`
        *("localhost", "local", "internal", "invalid", "test", "example", "arpa", "alt", "onion"),
        # not reserved, but what routers and companies name their own networks
        *("lan", "home", "corp", "intranet", "private", "localdomain", "workgroup", "domain"),
    }
)


def public_parts(url: str) -> SplitResult | None:
    """Return the parts of an http(s) address of a public host's name, None for any other.

    No user or password, no port but the scheme's own, no IP address however written, no name of a
    private network. The name is not looked up. Scheme and host are in small letters, without the
    scheme's own port.
    """
    if not 0 < len(url) <= LONGEST_URL or not _VISIBLE.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if "@" in parts.netloc or port not in _PORTS.get(parts.scheme, ()):
        return None
    return parts._replace(netloc=host.removesuffix(".")) if is_public_name(host) else None


def is_public_name(host: str) -> bool:
    """Say whether a host's name is that of a host in the public internet, by its form alone."""
    labels = host.lower().removesuffix(".").split(".")
    return (
        len(host) <= _LONGEST_NAME
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        # A top label is never a number, so this keeps out 127.0.0.1, 0x7f.1 and 127.1 as well.
        and _TOP_LABEL.fullmatch(labels[-1]) is not None
        and labels[-1] not in _PRIVATE_TOPS
    )


def is_public_address(address: str) -> bool:
    """Say whether an IP address is in the public internet."""
    try:
        # A link-local IPv6 address comes with its interface: fe80::1%eth0.
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast
    inner = _embedded(ip)
    if inner is not None:
        return inner.is_global and not inner.is_multicast
    # Outside are old forms of IPv4 and of private networks, which `is_global` takes for public.
    return ip.is_global and ip in _UNICAST


_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291; nothing else is given to anybody
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052


def _embedded(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that a gateway would reach for an IPv6 one."""
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour
