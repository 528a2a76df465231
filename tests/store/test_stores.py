"""What holds for every transcript store, on files and on an S3 server."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fixtures.databases import make_config
from vidwiz.errors import ObjectMissingError, StoreError
from vidwiz.store import make_store
from vidwiz.store.files import FileStore

KEY = "transcripts/breadrise01/abc.json"
BODY = '[{"text": "Brot – パン", "offset": 0.0, "duration": 1.0}]'.encode()


COPY_KEY = "transcripts/breadrise01.json"


class StoreContract:
    """What holds for every store; subclasses give the `store` fixture."""

    def test_what_was_put_is_got(self, store):
        store.put(KEY, BODY)
        assert store.get(KEY) == BODY

    @pytest.mark.parametrize("body", [b"", b"\x00\xff" * 70_000])
    def test_any_bytes_of_any_length_come_back(self, store, body):
        store.put(KEY, body)
        assert store.get(KEY) == body

    @pytest.mark.parametrize(
        "key",
        [
            "transcripts/-_breadris1.json",
            "transcripts/site:a.b_c-d.json",
            # The longest site and id.
            f"transcripts/{'s' * 20}:{'.' * 100}/{'0' * 64}.json",
            f"transcripts/{'s' * 20}:{'x' * 100}.json",
        ],
    )
    def test_keys_of_all_videos_are_taken(self, store, key):
        store.put(key, BODY)
        assert store.get(key) == BODY

    def test_the_same_key_is_overwritten(self, store):
        store.put(KEY, b"a longer body that was there before")
        store.put(KEY, BODY)
        assert store.get(KEY) == BODY

    def test_another_key_is_another_object(self, store):
        store.put(KEY, BODY)
        store.put("transcripts/breadrise01.json", b"copy")
        assert store.get(KEY) == BODY

    def test_a_copy_outlives_what_its_original_becomes(self, store):
        store.put(KEY, BODY)
        store.copy(KEY, COPY_KEY)
        store.put(KEY, b"another body")
        assert (store.get(COPY_KEY), store.get(KEY)) == (BODY, b"another body")

    def test_a_copy_replaces_an_older_one(self, store):
        store.put(COPY_KEY, b"old")
        store.put(KEY, BODY)
        store.copy(KEY, COPY_KEY)
        assert store.get(COPY_KEY) == BODY

    def test_what_is_not_there_is_not_copied(self, store):
        with pytest.raises(ObjectMissingError):
            store.copy(KEY, COPY_KEY)
        with pytest.raises(ObjectMissingError):
            store.get(COPY_KEY)

    @pytest.mark.parametrize("key", [KEY, "nothing/there.json", "transcripts"])
    def test_an_object_that_is_not_there_is_missing(self, store, key):
        with pytest.raises(ObjectMissingError, match="there is no object") as caught:
            store.get(key)
        assert caught.value.code == "object_missing"

    @pytest.mark.parametrize(
        "key",
        [
            "../x",
            "transcripts/../../x",
            "/etc/passwd",
            "",
            ".",
            "..",
            "a//b",
            "a/./b",
            "a/",
            "a\x00b",
        ],
    )
    def test_a_key_that_leads_elsewhere_is_refused(self, store, key):
        for act in (lambda: store.get(key), lambda: store.put(key, BODY)):
            with pytest.raises(StoreError, match="is not a key") as caught:
                act()
            assert not isinstance(caught.value, ObjectMissingError)

    def test_puts_at_once_leave_one_of_them_whole(self, store):
        bodies = [bytes([65 + number]) * 50_000 for number in range(8)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda body: store.put(KEY, body), bodies))
        assert store.get(KEY) in bodies

    def test_different_keys_at_once(self, store):
        keys = [f"transcripts/video{number}/a.json" for number in range(16)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda key: store.put(key, key.encode()), keys))
            assert list(pool.map(store.get, keys)) == [key.encode() for key in keys]

    def test_a_store_that_works_passes_its_check(self, store):
        store.check()


class TestFileStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        made = make_store(make_config(tmp_path, "sqlite://"))
        assert isinstance(made, FileStore)
        return made


class TestS3Store(StoreContract):
    @pytest.fixture
    def store(self, tmp_path, s3_bucket):
        return make_store(
            make_config(tmp_path, "sqlite://", transcript_store="s3", s3_bucket=s3_bucket)
        )

    def test_the_key_is_the_objects_name_in_the_bucket(self, store, s3_bucket):
        import boto3

        store.put(KEY, BODY)
        client = boto3.client("s3")
        listed = client.list_objects_v2(Bucket=s3_bucket)["Contents"]
        described = client.head_object(Bucket=s3_bucket, Key=KEY)
        client.close()
        assert [item["Key"] for item in listed] == [KEY]
        assert described["ContentType"] == "application/json"
