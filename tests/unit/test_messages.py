"""Messages in Redis: what we did not sign is refused, and a job is our entry point or nothing."""

import json
import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from rq.exceptions import DeserializationError, NoSuchJobError

from vidwiz.queueing.messages import ENTRY_POINT, NotificationJob, SignedJson
from vidwiz.worker import entry

KEY = "k" * 48
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
HOSTILE: list[object] = ["os.system", None, ["touch /tmp/hacked"], {}]


@pytest.fixture(autouse=True)
def _key():
    before = SignedJson._signer
    SignedJson.use_key(KEY)
    yield
    SignedJson._signer = before


def refused(data):
    with pytest.raises(ValueError, match="not signed by this installation"):
        SignedJson.loads(data)


@unhurried
@given(json_values)
def test_what_we_signed_comes_back(message):
    assert SignedJson.loads(SignedJson.dumps(message)) == message


@unhurried
@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(data):
    refused(data)


@unhurried
@given(st.data())
def test_one_changed_bit_is_refused(data):
    signed = bytearray(SignedJson.dumps([ENTRY_POINT, None, [[17]], {}]))
    bit = data.draw(st.integers(0, len(signed) * 8 - 1))
    signed[bit // 8] ^= 1 << bit % 8
    refused(bytes(signed))


def test_what_is_shorter_or_longer_is_refused():
    signed = SignedJson.dumps([1, 2, 3])
    for data in (signed[:-1], signed + b" ", signed[:32], signed[32:], signed[:31], b""):
        refused(data)


def test_another_installations_message_is_refused():
    SignedJson.use_key("other" * 10)
    foreign = SignedJson.dumps(HOSTILE)
    SignedJson.use_key(KEY)
    refused(foreign)


def test_without_a_key_nothing_is_signed_or_accepted():
    signed = SignedJson.dumps([1])
    SignedJson._signer = None
    for act in (lambda: SignedJson.dumps([1]), lambda: SignedJson.loads(signed)):
        with pytest.raises(ValueError, match="no key"):
            act()


def test_the_key_itself_is_not_in_the_message():
    assert KEY.encode() not in SignedJson.dumps([1])


def test_pickle_and_plain_json_are_refused():
    refused(pickle.dumps(HOSTILE))
    refused(json.dumps(HOSTILE).encode())


@pytest.mark.parametrize("message", [{1, 2}, b"bytes", object()])
def test_only_json_can_be_sent(message):
    with pytest.raises(TypeError):
        SignedJson.dumps(message)


def job_of(data):
    job = NotificationJob("job-1", connection=Redis(), serializer=SignedJson)
    job.data = data
    return job


def test_our_entry_point_is_a_job():
    job = job_of(SignedJson.dumps([ENTRY_POINT, None, [[17]], {}]))
    assert job.func is entry.run_tasks
    assert job.args == [[17]]


def test_the_entry_point_is_where_its_name_says():
    assert f"{entry.run_tasks.__module__}.{entry.run_tasks.__qualname__}" == ENTRY_POINT


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        "vidwiz.worker.entry.app",
        "vidwiz.worker.entry",
        "",
        ENTRY_POINT + ".x",
        None,
        7,
    ],
)
def test_any_other_name_is_refused_even_when_it_is_signed(name):
    job = job_of(SignedJson.dumps([name, None, [], {}]))
    with pytest.raises(PermissionError):
        _ = job.func


def test_a_method_of_an_instance_is_refused():
    job = job_of(SignedJson.dumps([ENTRY_POINT, {"a": 1}, [], {}]))
    with pytest.raises(PermissionError):
        _ = job.func


def test_unsigned_data_is_refused_as_a_job():
    with pytest.raises(DeserializationError):
        _ = job_of(json.dumps(HOSTILE).encode()).func


GOOD = {b"data": b"x", b"origin": b"metadata"}


def restored(**fields):
    job = NotificationJob("job-1", connection=Redis(), serializer=SignedJson)
    job.restore(GOOD | {name.encode(): value for name, value in fields.items()})
    return job


def test_callbacks_that_stand_in_redis_are_none():
    names = ("success_callback_name", "failure_callback_name", "stopped_callback_name")
    job = restored(**dict.fromkeys(names, b"os.system"))
    assert job.success_callback is job.failure_callback is job.stopped_callback is None


def test_webhooks_that_stand_in_redis_are_not_sent():
    # Sockets to other hosts are an error in these tests.
    hook = [{"url": "http://192.0.2.1/", "job_status": "finished", "timeout": 1}]
    job = restored(webhooks=json.dumps(hook).encode())
    job.send_webhooks()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": b"bogus"},
        {"created_at": b"yesterday"},
        {"timeout": b"soon"},
        {"result_ttl": b"x"},
        {"origin": b"\xff"},
        {"dependency_ids": b"{"},
        {"success_callback_timeout": b"x"},
        {"retry_intervals": b"["},
    ],
)
def test_what_cannot_be_read_is_no_job(fields):
    with pytest.raises(NoSuchJobError):
        restored(**fields)


def test_a_hash_without_data_is_no_job():
    with pytest.raises(NoSuchJobError):
        NotificationJob("job-1", connection=Redis(), serializer=SignedJson).restore(
            {b"status": b"queued"}
        )
