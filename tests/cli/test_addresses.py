"""Where `vidwiz up` listens."""

import socket

import pytest

from vidwiz.cli.up import stack
from vidwiz.errors import CannotStartError

has_ipv6 = pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")


def reaches(listener, host):
    try:
        socket.create_connection((host, listener.getsockname()[1]), timeout=5).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("host", "reached", "not_reached"),
    [
        ("127.0.0.1", "127.0.0.1", "::1"),
        ("localhost", "127.0.0.1", "::1"),
        ("0.0.0.0", "127.0.0.1", "::1"),
        pytest.param("::", "127.0.0.1", None, marks=has_ipv6),
        pytest.param("::", "::1", None, marks=has_ipv6),
        pytest.param("::1", "::1", "127.0.0.1", marks=has_ipv6),
    ],
)
def test_it_listens_where_it_is_told_to(host, reached, not_reached):
    with stack.listen(host, 0) as listener:
        assert reaches(listener, reached)
        assert not_reached is None or not reaches(listener, not_reached)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "999.1.1.1"])
def test_an_address_of_another_machine_is_one_sentence(host):
    with pytest.raises(CannotStartError, match=f"{host}:0 cannot be listened on"):
        stack.listen(host, 0)
