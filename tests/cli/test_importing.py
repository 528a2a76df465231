"""`vidwiz import`, `vidwiz ingest PLAYLIST` and `vidwiz follow` as a user runs them."""

import json
import signal

import pytest

from tests.cli.conftest import document, living, stop
from tests.fixtures.servers import until
from tests.importing.helping import ids

PLAYLIST = "https://lists.example.org/bread"


def use_lists(installation, count):
    gate = installation.use_gate()
    (gate / "list").write_text("\n".join(ids(count)))
    return gate


def calls(gate, role):
    if not (gate / "calls").exists():
        return []
    lines = [json.loads(line) for line in (gate / "calls").read_text().splitlines()]
    return [line["about"] for line in lines if line["role"] == role]


def test_a_playlist_is_imported(installation):
    gate = use_lists(installation, 12)
    result = installation.run("ingest", PLAYLIST)
    assert result.returncode == 0, result.stderr
    assert "A playlist: 12 videos, 12 of them new." in result.stdout
    assert "The AI reads about 28,800 tokens." in result.stdout
    assert "completed: 12 done, 0 failed, 0 known before" in result.stdout
    assert sorted(calls(gate, "transcript")) == ids(12)


@pytest.mark.slow
def test_a_dry_run_changes_nothing_and_the_same_again_adds_nothing(installation):
    gate = use_lists(installation, 5)
    plan = document(installation.run("import", PLAYLIST, "--dry-run", "--json"))
    assert (plan["state"], plan["id"], plan["new"]) == ("planned", None, 5)
    assert calls(gate, "transcript") == []
    assert installation.run("ingest", PLAYLIST).returncode == 0
    again = installation.run("ingest", PLAYLIST)
    assert again.returncode == 0
    assert "nothing new" in again.stderr
    assert sorted(calls(gate, "transcript")) == ids(5)


@pytest.mark.slow
def test_killed_midway_and_run_again_nothing_is_fetched_twice(installation):
    gate = use_lists(installation, 30)
    (gate / "hold-transcript").touch()
    process = installation.start("ingest", PLAYLIST, "--yes")
    until(lambda: len(calls(gate, "transcript")) >= 1, "the first fetch", 60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not living(installation.folder), "its worker to end")
    held = calls(gate, "transcript")
    (gate / "hold-transcript").unlink()
    again = installation.run("ingest", PLAYLIST, "--json")
    assert again.returncode == 0, again.stderr
    assert "goes on" in again.stderr
    shown = document(again)
    assert (shown["state"], shown["total"], shown["done"]) == ("completed", 30, 30)
    assert len(calls(gate, "list")) == 1
    # What was under way when the process was killed is the only thing that is asked for again.
    assert sorted(calls(gate, "transcript")) == sorted([*ids(30), *held])
    assert len(held) == 1


@pytest.mark.slow
def test_ctrl_c_stops_the_waiting_and_keeps_the_import(installation):
    gate = use_lists(installation, 3)
    (gate / "hold-transcript").touch()
    process = installation.start("import", PLAYLIST)
    until(lambda: calls(gate, "transcript"), "the first fetch", 60)
    assert stop(process) == 130
    words = process.output.read_text()
    assert "All is kept" in words
    assert "Traceback" not in words
    (gate / "hold-transcript").unlink()


@pytest.mark.slow
def test_a_file_of_which_one_video_is_nowhere(installation):
    installation.settings |= {
        "VIDWIZ_METADATA_FETCHERS": "library",
        "VIDWIZ_TRANSCRIPT_FETCHERS": "library",
    }
    there = installation.add_sample()
    path = installation.folder / "mine.txt"
    path.write_bytes(f"# mine\n{there}\nnowhere0001\nnonsense\n".encode("utf-16"))
    result = installation.run("import", "mine.txt")
    assert result.returncode == 1
    assert "left out, line 4 'nonsense'" in result.stderr
    assert "nowhere0001" in result.stderr
    assert "completed: 1 done, 1 failed" in result.stdout


@pytest.mark.slow
def test_following_a_playlist(installation):
    gate = use_lists(installation, 3)
    added = installation.run("follow", PLAYLIST, "--every", "12")
    assert added.returncode == 0, added.stderr
    assert f"1: {PLAYLIST} is followed; looked at every 12 hours." in added.stdout
    assert PLAYLIST in installation.run("follow", "--list").stdout
    assert installation.run("follow", "--remove", "1").returncode == 0
    assert "Nothing is followed" in installation.run("follow", "--list").stdout
    assert calls(gate, "list") == []


def test_what_cannot_be_imported_or_followed(vidwiz, here):
    (here / "empty.html").write_text("<html></html>")
    for arguments, words in (
        (("import", "no-such-file"), "neither a file nor an address"),
        (("import", "empty.html"), "no links"),
        (("import", "https://example.org/list"), "no plugin here"),
        (("follow", "https://example.org/list"), "knows a playlist"),
        (("follow",), "give one of"),
        (("follow", "--every", "0", "https://example.org/"), "--every"),
        (("follow", "--every", "721", "https://example.org/"), "--every"),
        (("follow", "--remove", "0"), "--remove"),
        (("ingest", "https://example.org/list", "breadrise01"), "no plugin here"),
    ):
        result = vidwiz(*arguments)
        assert result.exit_code == 2, (arguments, result.output)
        assert words in result.output
