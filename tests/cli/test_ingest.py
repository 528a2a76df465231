"""`vidwiz ingest` as a user runs it, with no server running."""

import pytest

from tests.cli.conftest import document, living, stop
from tests.fixtures.servers import until


def test_first_run_on_an_empty_folder_shows_all_that_was_made(installation):
    video = installation.add_sample()
    result = installation.run("ingest", video, "--note", "1:05")
    assert result.returncode == 0, result.stderr
    for words in ("Why bread rises", "Summary", "3. ", "1:05", "2,231 characters"):
        assert words in result.stdout
    assert f"{video}  summary: ready (extractive)" in result.stderr
    token = installation.data_dir / "owner.token"
    assert token.stat().st_mode & 0o777 == 0o600
    assert token.read_text().startswith("vw_")


@pytest.mark.slow
def test_a_second_run_doubles_nothing_and_json_is_all_of_stdout(installation):
    video = installation.add_sample()
    first = document(installation.run("ingest", video, "--note", "1:05", "--json"))
    second = document(installation.run("ingest", video, "--note", "1:05", "--json"))
    assert first == second
    assert first["ready"] is True
    (shown,) = first["videos"]
    assert [note["timestamp"] for note in shown["notes"]] == ["1:05"]
    assert len(set(shown["suggested_questions"])) == 3


@pytest.mark.slow
def test_a_video_that_nobody_has_ends_with_its_reason(installation):
    for role in ("METADATA", "TRANSCRIPT"):
        installation.settings[f"VIDWIZ_{role}_FETCHERS"] = "library"
    result = installation.run("ingest", "-qgreAUpPwM", "--note=1:05", "--json")
    assert result.returncode == 1
    (video,) = document(result)["videos"]
    assert video["video_id"] == "-qgreAUpPwM"
    assert video["stages"]["transcript"]["code"] == "not_in_library"
    assert video["notes"][0]["ai"]["code"] == "no_transcript"
    assert "vidwiz tasks retry --video" in result.stderr
    installation.add_sample()
    for path in (installation.data_dir / "library").iterdir():
        path.write_text(path.read_text("utf-8").replace("vidwizdemo1", "-qgreAUpPwM"), "utf-8")
        path.rename(path.with_name(path.name.replace("vidwizdemo1", "-qgreAUpPwM")))
    assert installation.run("tasks", "retry", "--video", "-qgreAUpPwM").returncode == 0
    assert installation.run("ingest", "--json", "-qgreAUpPwM").returncode == 0


@pytest.mark.slow
def test_ctrl_c_gives_back_what_is_under_way_and_keeps_the_rest(installation):
    gate = installation.use_gate()
    (gate / "hold-transcript").touch()
    process = installation.start("ingest", "vidwizdemo1", "--note", "1:05")
    until(lambda: b"transcript: running" in process.output.read_bytes(), "the call", 60)
    assert stop(process) == 130
    assert b"Traceback" not in process.output.read_bytes()
    assert b"All is kept" in process.output.read_bytes()
    until(lambda: not living(installation.folder), "its worker to end")
    (gate / "hold-transcript").unlink()
    again = document(installation.run("ingest", "vidwizdemo1", "--json"))
    assert [note["timestamp"] for note in again["videos"][0]["notes"]] == ["1:05"]
    assert again["ready"] is True


@pytest.mark.slow
def test_killing_it_ends_its_worker(installation):
    installation.add_sample()
    process = installation.start("ingest", "vidwizdemo1")
    until(lambda: len(living(installation.folder)) > 1, "the local worker", 60)
    process.kill()
    process.wait()
    until(lambda: not living(installation.folder), "its worker to end")
