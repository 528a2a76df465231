"""The pace of fetchers: slots that all processes of a network share, with Redis and without."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from vidwiz.ports import FetchPace as Port
from vidwiz.queueing.pace import FetchPace


def taken(pace, count, provider="site", *, urgent=True):
    """Return how many of so many slots were there."""
    return sum(pace.take(provider, urgent=urgent) == 0 for _ in range(count))


@pytest.fixture(params=["redis", "memory"])
def pace(request, tmp_path):
    """Return a function that makes a pace of so many a minute, counted in Redis or in memory."""
    url = f"unix://{tmp_path}/none.sock"
    if request.param == "redis":
        url = request.getfixturevalue("redis_url")

    def made(per_minute=5, network="server") -> Port:
        return FetchPace(per_minute, network, url)

    return made


def test_there_are_so_many_slots_a_minute_and_then_a_time_to_come(pace):
    slots = pace(5)
    assert taken(slots, 5) == 5
    waits = [slots.take("site", urgent=True) for _ in range(3)]
    assert all(55 < wait <= 60 for wait in waits)


def test_each_fetcher_has_its_own_slots(pace):
    slots = pace(2)
    assert taken(slots, 3, "site") == 2
    assert taken(slots, 3, "other") == 2


def test_a_part_of_the_slots_is_kept_for_who_waits(pace):
    slots = pace(10)
    assert taken(slots, 12, urgent=False) == 8
    assert slots.take("site", urgent=False) > 0
    assert taken(slots, 3, urgent=True) == 2


@pytest.mark.parametrize(
    ("per_minute", "not_urgent", "all_in_all"), [(1, 1, 1), (2, 1, 2), (3, 2, 3), (6000, 50, 50)]
)
def test_an_import_always_has_a_slot(pace, per_minute, not_urgent, all_in_all):
    slots = pace(per_minute)
    most = min(per_minute + 1, 50)
    assert taken(slots, most, urgent=False) == not_urgent
    assert not_urgent + taken(slots, most - not_urgent, urgent=True) == all_in_all


def test_zero_is_no_limit(pace):
    assert taken(pace(0), 200, urgent=False) == 200


def test_all_processes_and_threads_of_a_network_share_them(redis_url):
    several = [FetchPace(10, "server", redis_url) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda number: taken(several[number % 4], 5), range(8)))
    assert sum(counts) == 10
    assert FetchPace(10, "server", redis_url).take("site", urgent=True) > 0
    assert taken(FetchPace(10, "home", redis_url), 12) == 10


def test_a_slot_is_free_again_after_its_minute(redis_url, monkeypatch):
    slots = FetchPace(3, "server", redis_url)
    begun = time.time()
    assert taken(slots, 4) == 3
    monkeypatch.setattr("time.time", lambda: begun + 61)
    assert taken(slots, 4) == 3


def test_redis_that_goes_away_is_made_up_for_at_once(redis_server):
    slots = FetchPace(5, "server", redis_server.url)
    assert taken(slots, 2) == 2
    redis_server.kill()
    begun = time.monotonic()
    assert taken(slots, 7) == 5
    # Half a second for the first try; the others do not ask again.
    assert time.monotonic() - begun < 5


def test_a_name_with_separators_is_no_other_fetcher(redis_url):
    first, second = FetchPace(1, "b", redis_url), FetchPace(1, "a/b", redis_url)
    assert taken(first, 2, "site") == 1
    assert taken(second, 2, "site") == 1
