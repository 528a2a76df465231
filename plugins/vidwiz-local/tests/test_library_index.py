"""The names that the library keeps between calls: always those of now, cheap to look through."""

import os
import sys
import threading
import time

import pytest

from vidwiz.plugin_api import PluginError, VideoRef
from vidwiz_local.library import LibraryFetcher, LibrarySettings
from vidwiz_local.library import ids as library_ids
from vidwiz_local.library import index as library_index
from vidwiz_local.library.index import LibraryIndex

ID = "-Ab_9-xYz_0"
REF = VideoRef("youtube", ID, "")
AN_HOUR_AGO = time.time() - 3600


def srt(text):
    return f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n"


def has_captions(library):
    try:
        return library.fetch_transcript(REF, ()).segments[0].text
    except PluginError as failure:
        return None if failure.code == "not_in_library" else str(failure)


def settle(*folders):
    for folder in folders:
        os.utime(folder, (AN_HOUR_AGO, AN_HOUR_AGO))


@pytest.fixture
def listed(monkeypatch):
    """Return the folders that were listed since."""
    found = []
    real = os.scandir

    def scandir(path):
        found.append(os.path.basename(path))  # noqa: PTH119 - a string is given
        return real(path)

    monkeypatch.setattr(library_index.os, "scandir", scandir)
    return found


def test_what_comes_and_goes_is_seen_at_once(library, put, folder):
    put("sub/x.srt")
    settle(folder, folder / "sub")
    assert has_captions(library) is None
    path = put(f"sub/{ID}.srt", srt("one"))
    assert has_captions(library) == "one"
    path.rename(folder / f"{ID}.srt")
    assert has_captions(library) == "one"
    (folder / f"{ID}.srt").unlink()
    assert has_captions(library) is None
    put(f"new/deep/{ID}.srt", srt("two"))
    assert has_captions(library) == "two"
    (folder / "new").rename(folder.parent / "away")
    assert has_captions(library) is None


def test_only_folders_that_changed_are_listed_again(library, put, folder, listed):
    for name in "abc":
        put(f"{name}/x.srt")
    settle(folder, *(folder / name for name in "abc"))
    assert has_captions(library) is None
    assert sorted(listed) == ["a", "b", "c", folder.name]
    listed.clear()
    assert has_captions(library) is None
    assert listed == []
    put(f"b/{ID}.srt", srt("here"))
    assert has_captions(library) == "here"
    assert listed == ["b"]


def test_a_folder_that_changed_just_now_is_not_trusted(library, put, folder, listed):
    put("x.srt")
    now = time.time_ns()
    assert has_captions(library) is None
    put(f"{ID}.srt", srt("in the same tick"))
    os.utime(folder, ns=(now, now))
    listed.clear()
    assert has_captions(library) == "in the same tick"
    assert listed


@pytest.mark.parametrize("ahead", [60, 10**6])
def test_a_folder_from_the_future_is_not_trusted(library, put, folder, listed, ahead):
    put("x.srt")
    later = time.time() + ahead
    os.utime(folder, (later, later))
    assert has_captions(library) is None
    put(f"{ID}.srt", srt("new"))
    os.utime(folder, (later, later))
    assert has_captions(library) == "new"


def test_two_threads_may_ask_at_once(library, put, folder):
    for number in range(50):
        put(f"{number}/x.srt")
    put(f"7/{ID}.srt", srt("here"))
    found = []
    threads = [
        threading.Thread(target=lambda: found.extend(has_captions(library) for _ in range(20)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["here"] * 80


def test_an_id_in_an_info_json_is_read_again_when_the_file_changed(library, put, folder):
    put("Kettle.srt", srt("here"))
    path = put("Kettle.info.json", '{"id": "abcdefghij1"}')
    settle(folder)
    assert has_captions(library) is None
    path.write_text(f'{{"id": "{ID}", "title": "Kettle"}}')
    assert has_captions(library) == "here"


def test_info_json_files_named_by_another_id_are_not_opened(library, put, monkeypatch):
    put("T [abcdefghij1].info.json")
    put("abcdefghij2.info.json")
    put("T [abcdefghij3].en.srt")
    monkeypatch.setattr(library_ids, "_read_ids", pytest.fail)
    assert has_captions(library) is None


@pytest.mark.parametrize("text", ["", "/", "a/b", "../x", "x\n", "\0"])
def test_no_text_finds_names_that_do_not_have_it(tmp_path, text):
    (tmp_path / "x.srt").touch()
    (listing,) = LibraryIndex(tmp_path).folders()
    assert list(listing.with_text(text)) == []
    assert listing.all_names() == ["x.srt"]


@pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and file modes")
def test_odd_things_in_the_folder_do_no_harm(library, put, folder):
    put(f"{ID}.srt", srt("here"))
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("..")
    (folder / "self").symlink_to(".")
    (folder / "gone").symlink_to("nowhere")
    (folder / "a\nb [x]*?").mkdir()
    (folder / ("n" * 255)).touch()
    (folder / ("d" * 255)).mkdir()
    (folder / f"{ID}.info.json").mkdir()
    (folder / "T.info.json").mkdir()
    os.mkfifo(folder / "P.info.json")
    (folder / f"x [{ID}]").touch()
    assert has_captions(library) == "here"
    (folder / f"{ID}.srt").unlink()
    assert has_captions(library) is None


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read anything")
def test_a_folder_that_cannot_be_read_is_read_when_it_can(library, put, folder):
    put(f"sub/{ID}.srt", srt("here"))
    (folder / "sub").chmod(0)
    assert has_captions(library) is None
    (folder / "sub").chmod(0o755)
    assert has_captions(library) == "here"


def test_a_file_that_vanishes_before_it_is_read_gives_way_to_the_next(library, put, monkeypatch):
    gone = put(f"{ID}.en.json3", '{"events": []}')
    put(f"{ID}.en.srt", srt("here"))
    real = LibraryIndex.folders

    def folders(self):
        yield from real(self)
        gone.unlink(missing_ok=True)

    monkeypatch.setattr(LibraryIndex, "folders", folders)
    assert has_captions(library) == "here"


def test_one_fetch_of_many_files_costs_no_scan_of_all(tmp_path):
    body = '{"id": "%s", "title": "x"}'
    for number in range(3_000):
        (tmp_path / f"Some title {number}.en.srt").touch()
        (tmp_path / f"Some title {number}.info.json").write_text(body % f"{number:011}")
    (tmp_path / f"T [{ID}].en.srt").write_text(srt("here"))
    settle(tmp_path)
    library = LibraryFetcher(LibrarySettings(tmp_path))
    assert has_captions(library) == "here"
    began = time.perf_counter()
    for _ in range(10):
        assert has_captions(library) == "here"
    assert time.perf_counter() - began < 0.5


def put_without_ids(put, count):
    for number in range(count):
        put(f"Title {number}.info.json", f'{{"id": "{number:011}"}}')
    put("Kettle.info.json", f'{{"id": "{ID}"}}')
    put("Kettle.srt", srt("here"))


def test_the_next_process_does_not_read_the_ids_again(put, folder, tmp_path, monkeypatch):
    put_without_ids(put, 60)
    settings = LibrarySettings(folder, tmp_path / "ids.json")
    assert has_captions(LibraryFetcher(settings)) == "here"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["ids.json"]
    read = []
    real = library_ids._read_ids
    monkeypatch.setattr(library_ids, "_read_ids", lambda path: read.append(path) or real(path))
    assert has_captions(LibraryFetcher(settings)) == "here"
    assert read == []
    changed = put("Title 7.info.json", '{"id": "another one"}')
    assert has_captions(LibraryFetcher(settings)) == "here"
    assert read == [str(changed)]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', '{"a": []}', '{"a": [1, 2, 3]}'])
def test_a_broken_file_of_ids_does_no_harm(put, folder, tmp_path, content):
    put_without_ids(put, 60)
    path = tmp_path / "ids.json"
    path.write_text(content.replace('"a"', f'"{folder}/Kettle.info.json"'))
    assert has_captions(LibraryFetcher(LibrarySettings(folder, path))) == "here"
    assert len(path.read_text()) > 1000


@pytest.mark.parametrize("place", ["nowhere/ids.json", "a-folder"])
def test_ids_that_cannot_be_kept_are_read_again(put, folder, tmp_path, place):
    put_without_ids(put, 60)
    (tmp_path / "a-folder").mkdir()
    library = LibraryFetcher(LibrarySettings(folder, tmp_path / place))
    assert has_captions(library) == "here"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-folder", folder.name]
