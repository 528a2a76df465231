"""The owner and their token: made once, whoever starts first."""

import subprocess
import sys

import pytest

from tests.support import make_user, writing
from vidwiz.cli import owner
from vidwiz.cli.ingest import saving
from vidwiz.db.transactions import read_transaction
from vidwiz.runtime import current
from vidwiz.services import notes, users, video_ids


def token_of(config):
    return (config.data_dir / "owner.token").read_text().strip()


def holder_of(token):
    with read_transaction() as session:
        found = users.find_token(session, token)
    return found and found[0].id


def test_the_owner_is_made_once_and_the_token_works(core, config):
    made = owner.ensure(current())
    token = token_of(config)
    assert owner.ensure(current()).id == made.id
    assert token_of(config) == token
    assert made.is_admin
    assert holder_of(token) == made.id


def test_an_admin_that_is_there_is_the_owner(core):
    admin = make_user("ada@example.org", is_admin=True)
    assert owner.ensure(current()).id == admin.id


def test_a_token_file_that_no_longer_works_is_replaced(core, config):
    made = owner.ensure(current())
    (config.data_dir / "owner.token").write_text("vw_old\n")
    owner.ensure(current())
    assert holder_of(token_of(config)) == made.id
    assert (config.data_dir / "owner.token").stat().st_mode & 0o777 == 0o600


def test_saving_twice_makes_no_second_notes(core):
    ada = make_user()
    for _ in range(2):
        with writing() as uow:
            saving.save(uow, ada, [video_ids.named("vidwizdemo1")], ["1:05", "65:00", "1:05:00"])
    with read_transaction() as session:
        found = notes.of_video(session, "vidwizdemo1", user_id=ada.id)
    assert [note.timestamp for note in found] == ["1:05", "65:00"]


def test_a_note_of_ones_own_does_not_stand_for_a_mark(core):
    ada = make_user()
    with writing() as uow:
        notes.create(uow, user_id=ada.id, video_id="vidwizdemo1", timestamp="1:05", text="mine")
    with writing() as uow:
        saving.save(uow, ada, [video_ids.named("vidwizdemo1")], ["1:05"])
    with read_transaction() as session:
        found = notes.of_video(session, "vidwizdemo1", user_id=ada.id)
    assert [note.text for note in found] == ["mine", None]


@pytest.mark.slow
def test_many_that_start_at_once_make_one_owner(installation):
    def start():
        return subprocess.Popen(
            [sys.executable, "-m", "vidwiz.cli.prepare"],
            cwd=installation.folder,
            env=installation.env,
            stderr=subprocess.PIPE,
            text=True,
        )

    for process in [start() for _ in range(4)]:
        assert process.communicate(timeout=60)[1] == ""
        assert process.returncode == 0
    lines = installation.run("user", "list").stdout.splitlines()
    assert len(lines) == 2
