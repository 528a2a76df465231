"""What an older version left open to other users is closed; nothing else is touched."""

import os
import stat

import pytest

from tests.cli.conftest import stop
from vidwiz.cli.up.private_files import close_to_others

OWN_FILES = (
    "vidwiz.db",
    "vidwiz.db-wal",
    "vidwiz.db-shm",
    "secret.key",
    "admin.token",
    "owner.token",
    "up.lock",
    "prepare.lock",
    "local-worker.log",
)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def data_dir(tmp_path):
    """Return a data dir as a umask of 022 leaves it."""
    folder = tmp_path / "var"
    for name in ("objects", "redis", "library"):
        (folder / name).mkdir(parents=True)
        (folder / name).chmod(0o755)
    for name in OWN_FILES:
        (folder / name).touch()
        (folder / name).chmod(0o644)
    folder.chmod(0o755)
    return folder


def test_our_files_and_folders_are_closed_once(data_dir):
    closed = close_to_others(data_dir)
    assert closed == sorted(
        [data_dir, data_dir / "objects", data_dir / "redis", *map(data_dir.joinpath, OWN_FILES)]
    )
    assert {mode(data_dir / name) for name in OWN_FILES} == {0o600}
    assert {mode(path) for path in (data_dir, data_dir / "objects")} == {0o700}
    assert mode(data_dir / "library") == 0o755
    assert close_to_others(data_dir) == []


def test_what_is_not_ours_stays_as_it_is(data_dir, tmp_path):
    note = data_dir / "notes.txt"
    note.touch()
    note.chmod(0o644)
    outside = tmp_path / "elsewhere.db"
    outside.touch()
    outside.chmod(0o644)
    (data_dir / "vidwiz.db").unlink()
    (data_dir / "vidwiz.db").symlink_to(outside)
    assert data_dir not in close_to_others(data_dir)
    assert (mode(data_dir), mode(note), mode(outside)) == (0o755, 0o644, 0o644)
    assert mode(data_dir / "secret.key") == 0o600


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_files_of_another_user_stay_as_they_are(data_dir):
    os.chown(data_dir / "secret.key", 65534, 65534)
    assert data_dir / "secret.key" not in close_to_others(data_dir)
    assert mode(data_dir / "secret.key") == 0o644


@pytest.mark.slow
def test_up_closes_them_says_so_and_makes_no_open_ones(installation):
    installation.data_dir.mkdir()
    installation.data_dir.chmod(0o755)
    (installation.data_dir / "vidwiz.db").touch()
    (installation.data_dir / "vidwiz.db").chmod(0o644)
    old = os.umask(0o022)
    try:
        process, _ = installation.up()
    finally:
        os.umask(old)
    assert b"Closed to other users now" in process.output.read_bytes()
    found = [installation.data_dir, *installation.data_dir.rglob("*")]
    assert {path.name for path in found if mode(path) & 0o077} == set()
    assert stop(process) == 0
    again, _ = installation.up()
    assert b"Closed to other users" not in again.output.read_bytes()
