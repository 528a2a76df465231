"""What a killed writer left in the transcript folder, and file systems without links."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from vidwiz.store.files import FileStore

KEY = "transcripts/breadrise01/abc.json"
OLD = 3600.0


@pytest.fixture
def root(tmp_path):
    return tmp_path / "objects"


@pytest.fixture
def store(root):
    made = FileStore(root)
    made.put(KEY, b"body")
    return made


def draft(folder, name="." + "abc.json" + "." + "0" * 16, *, age=2 * OLD):
    path = folder / name
    path.write_bytes(b"half")
    when = time.time() - age
    os.utime(path, (when, when), follow_symlinks=False)
    return path


def test_old_drafts_are_removed_and_objects_stay(store, root):
    old = draft(root / "transcripts" / "breadrise01")
    assert store.remove_drafts(older_than_seconds=OLD) == 1
    assert not old.exists()
    os.utime(root / KEY, (0, 0))
    assert store.remove_drafts(older_than_seconds=OLD) == 0
    assert store.get(KEY) == b"body"


def test_a_draft_that_is_written_now_stays(store, root):
    fresh = draft(root / "transcripts", age=OLD / 2)
    assert store.remove_drafts(older_than_seconds=OLD) == 0
    assert fresh.exists()


@pytest.mark.parametrize("name", ["abc.json", ".hidden", ".abc.json.0123", f".abc.{'x' * 16}"])
def test_what_is_no_draft_stays(store, root, name):
    other = draft(root / "transcripts", name)
    assert store.remove_drafts(older_than_seconds=OLD) == 0
    assert other.exists()


def test_what_a_symbolic_link_leads_to_stays(store, root, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    kept = draft(outside)
    (root / "elsewhere").symlink_to(outside)
    link = root / f".link.{'1' * 16}"
    link.symlink_to(kept)
    os.utime(link, (0, 0), follow_symlinks=False)
    assert store.remove_drafts(older_than_seconds=OLD) == 1
    assert not link.is_symlink()
    assert kept.exists()


def test_a_store_that_was_never_used_has_no_drafts(tmp_path):
    assert FileStore(tmp_path / "none").remove_drafts(older_than_seconds=0) == 0


AS_NOBODY = """
import os, sys
from pathlib import Path
from vidwiz.store.files import FileStore

store = FileStore(Path(sys.argv[1]))
if os.getuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
print(store.remove_drafts(older_than_seconds=0))
"""


def test_a_folder_that_cannot_be_read_hides_its_drafts_only():
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    closed, open_to_all = folder / "closed", folder / "open"
    for path in (closed, open_to_all):
        path.mkdir()
        draft(path)
    open_to_all.chmod(0o777)
    closed.chmod(0o000)
    try:
        command = [sys.executable, "-c", AS_NOBODY, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        closed.chmod(0o755)
        left = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))
        shutil.rmtree(folder)
    assert done.stdout == "1\n"
    assert left == [f"closed/.abc.json.{'0' * 16}"]


def test_where_files_have_no_links_an_object_is_copied(store, root, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    store.copy(KEY, "transcripts/breadrise01.json")
    assert store.get("transcripts/breadrise01.json") == b"body"
    assert (root / "transcripts/breadrise01.json").stat().st_nlink == 1
