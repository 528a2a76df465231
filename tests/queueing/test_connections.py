"""The clients of Redis that we make."""

import pytest

from vidwiz.queueing import connections


@pytest.mark.parametrize("make", [connections.client_for_requests, connections.client_for_worker])
def test_a_connection_looks_up_no_version_of_its_library(make, redis_url):
    with make(redis_url) as client:
        seen = client.client_info()
    assert seen["lib-name"] == seen["lib-ver"] == ""
