"""Faults of the transcript folder: nothing half-written, and one clear sentence."""

import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from vidwiz.errors import ObjectMissingError, StoreError
from vidwiz.store.files import FileStore

KEY = "transcripts/breadrise01/abc.json"
FULL_DISK = """
import resource, sys
from pathlib import Path
from vidwiz.errors import StoreError
from vidwiz.store.files import FileStore

resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
store = FileStore(Path(sys.argv[1]))
store.put("small", b"fits")
try:
    store.put(sys.argv[2], b"x" * 100_000)
except StoreError as exc:
    print(exc.message)
"""


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "objects")


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def fill_the_disk(folder):
    """Put an object that does not fit, in a process whose files may not grow."""
    command = [sys.executable, "-c", FULL_DISK, str(folder), KEY]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_full_disk_leaves_neither_object_nor_draft(tmp_path):
    assert fill_the_disk(tmp_path) == "the transcript could not be written: File too large\n"
    assert files_in(tmp_path) == ["small"]


def test_a_full_disk_leaves_the_object_that_was_there(tmp_path):
    FileStore(tmp_path).put(KEY, b"before")
    fill_the_disk(tmp_path)
    assert files_in(tmp_path) == ["small", KEY]
    assert FileStore(tmp_path).get(KEY) == b"before"


def test_no_reader_ever_sees_half_an_object(store):
    bodies = [bytes([letter]) * 200_000 for letter in b"ab"]
    store.put(KEY, bodies[0])
    ended = threading.Event()

    def write():
        for number in range(40):
            store.put(KEY, bodies[number % 2])
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not ended.is_set():
        seen.add(store.get(KEY))
    writer.join()
    assert seen <= set(bodies)


def test_after_a_put_nothing_but_the_object_is_there(store, tmp_path):
    store.put(KEY, b"body")
    store.put(KEY, b"body")
    assert files_in(tmp_path / "objects") == [KEY]


@pytest.mark.parametrize("in_the_way", ["objects", "objects/transcripts", f"objects/{KEY}"])
def test_what_stands_in_the_way_is_a_store_error(store, tmp_path, in_the_way):
    path = tmp_path / in_the_way
    path.parent.mkdir(parents=True, exist_ok=True)
    if in_the_way.endswith(KEY):
        path.mkdir()
    else:
        path.write_text("a file")
    with pytest.raises(StoreError, match="the transcript could not be written: "):
        store.put(KEY, b"body")
    with pytest.raises(StoreError):
        store.get(KEY)


def test_a_name_too_long_is_a_store_error(store):
    key = "transcripts/" + "x" * 250
    with pytest.raises(StoreError, match="could not be written: File name too long"):
        store.put(key, b"body")


def test_the_folder_of_the_store_is_made_by_its_check(store, tmp_path):
    store.check()
    assert (tmp_path / "objects").is_dir()


def test_a_folder_that_cannot_be_made_fails_the_check(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="the transcript folder cannot be made: Not a directory"):
        FileStore(tmp_path / "file" / "objects").check()


AS_NOBODY = """
import os, sys
from pathlib import Path
from vidwiz.errors import StoreError
from vidwiz.store.files import FileStore

store = FileStore(Path(sys.argv[1]))
# As root every folder is open; the work goes on as a user to whom nothing belongs.
if os.getuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
for act, *arguments in (
    (store.check,), (store.put, "transcripts/a", b""), (store.get, "transcripts/b")
):
    try:
        act(*arguments)
    except StoreError as exc:
        print(type(exc).__name__, exc.message)
"""


@pytest.mark.parametrize(
    ("mode", "reading"),
    [
        (0o555, "ObjectMissingError there is no object transcripts/b"),
        (0o000, "StoreError the transcript could not be read: Permission denied"),
    ],
)
def test_a_folder_of_somebody_else_is_named_in_each_sentence(mode, reading):
    # pytest's own folders are closed to other users.
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    objects = folder / "objects"
    (objects / "transcripts").mkdir(parents=True)
    for path in (objects / "transcripts", objects):
        path.chmod(mode)
    try:
        command = [sys.executable, "-c", AS_NOBODY, str(objects)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        objects.chmod(0o755)
        (objects / "transcripts").chmod(0o755)
        shutil.rmtree(folder)
    assert done.stdout.splitlines() == [
        "StoreError the transcript folder is not writable",
        "StoreError the transcript could not be written: Permission denied",
        reading,
    ]


def test_a_missing_folder_is_a_missing_object(store):
    with pytest.raises(ObjectMissingError):
        store.get(KEY)
