"""The library folder as a fetcher: which files it finds and which captions it takes."""

import os
import sys
import time

import pytest

from vidwiz.plugin_api import Handling, PluginError, VideoMetadata, VideoRef
from vidwiz.plugin_api.testing import MetadataFetcherContract, TranscriptFetcherContract
from vidwiz_local.library import LibraryFetcher, LibrarySettings

ID = "-Ab_9-xYz_0"


def ref(video_id=ID, site="youtube"):
    return VideoRef(site, video_id, f"https://example.org/{video_id}")


def srt(text):
    return f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n"


def captions_of(library, *languages, video=None):
    """Return the name of the file that was taken."""
    (segment,) = library.fetch_transcript(video or ref(), languages).segments
    return segment.text


class TestContract(MetadataFetcherContract, TranscriptFetcherContract):
    known = ref()
    unknown = ref("00000000000")

    @pytest.fixture
    def plugin(self, folder, put):
        put(f"{ID}.info.json")
        put(f"{ID}.en.srt")
        return LibraryFetcher(LibrarySettings(folder))


@pytest.mark.parametrize(
    "name", [f"{ID}.de.srt", f"sub/deep/{ID}.de.SRT", f"A title [{ID}].de.srt"]
)
def test_captions_are_found_by_every_layout(library, put, name):
    put(name)
    transcript = library.fetch_transcript(ref(), ())
    assert transcript.segments[0].text == name
    assert transcript.language == "de"


@pytest.mark.parametrize("tag", ["en", "en-US", "zh-Hans", "pt-BR", "es-419", "yue"])
def test_the_language_is_the_tag_of_the_name(library, put, tag):
    put(f"v1.0 [{ID}].{tag}.vtt")
    assert library.fetch_transcript(ref(), ()).language == tag


def test_the_mark_of_an_original_track_is_no_part_of_its_language(library, put):
    put(f"{ID}.pt-orig.srt")
    assert library.fetch_transcript(ref(), ()).language == "pt"


def test_captions_may_have_no_language(library, put):
    put(f"{ID}.srt")
    assert library.fetch_transcript(ref(), ("en",)).language is None


@pytest.mark.parametrize(
    "name",
    [
        f"x{ID}.en.srt",
        f"{ID}x.en.srt",
        f"[x{ID}].en.srt",
        f"{ID.lower()}.en.srt",
        f"T [{ID}] again [abcdefghij1].en.srt",
        f"{ID}.live_chat.json",
        f"{ID}.live_chat.json3",
        f"{ID}.en.srt.part",
        f"._T [{ID}].en.srt",
        f"{ID}.info.json",
        f"{ID}.en.srt/inside.txt",
    ],
)
def test_other_files_are_not_the_captions_of_the_video(library, put, name):
    put(name)
    with pytest.raises(PluginError) as caught:
        library.fetch_transcript(ref(), ("en",))
    assert caught.value.code == "not_in_library"


@pytest.mark.parametrize("video_id", ["[ab]c", "a*", "a?c", "a.b", "en", "../x", ".", "", "a/b"])
def test_an_id_is_taken_literally(library, put, video_id):
    put("abc.en.srt")
    put(f"other/{ID}.en.srt")
    with pytest.raises(PluginError, match="not_in_library"):
        library.fetch_transcript(ref(video_id), ())


@pytest.mark.parametrize("name", ["123456", "vimeo:123456", "A film [vimeo：123456]"])
def test_videos_of_other_sites_are_found_with_and_without_the_site(library, put, name):
    put(f"{name}.en.srt")
    assert captions_of(library, video=ref("123456", "vimeo")) == f"{name}.en.srt"


def test_a_broken_info_json_does_not_stop_the_transcript(library, put):
    put(f"{ID}.info.json", "{")
    put(f"{ID}.en.srt")
    assert captions_of(library) == f"{ID}.en.srt"


def test_captions_of_noise_are_an_empty_transcript(library, put):
    put(f"{ID}.en.srt", srt("[Music]"))
    with pytest.raises(PluginError) as caught:
        library.fetch_transcript(ref(), ())
    assert caught.value.code == "empty_transcript"


def test_the_title_of_the_file_name_serves_where_nothing_else_is_known(library, put):
    put(f"How bread rises ： part 2 [{ID}].en.srt")
    expected = VideoMetadata(id=ID, title="How bread rises ： part 2")
    assert library.fetch_metadata(ref()) == expected
    put(f"{ID}.info.json", '{"duration": 5}')
    metadata = library.fetch_metadata(ref())
    assert (metadata.title, metadata.duration) == (expected.title, 5.0)


def test_metadata_of_captions_without_a_title_is_not_in_the_library(library, put):
    put(f"{ID}.en.srt")
    with pytest.raises(PluginError, match="not_in_library"):
        library.fetch_metadata(ref())


def test_a_broken_info_json_gives_way_to_another(library, put):
    put(f"{ID}.info.json", "[]")
    put(f"sub/{ID}.info.json", '{"title": "Good"}')
    assert library.fetch_metadata(ref()).title == "Good"


def test_a_missing_folder_is_an_empty_library(library, put):
    library.check()
    for fetch in (library.fetch_metadata, lambda video: library.fetch_transcript(video, ())):
        with pytest.raises(PluginError) as caught:
            fetch(ref())
        assert caught.value.code == "not_in_library"
        assert caught.value.handling is Handling.SWITCH
        assert caught.value.message.endswith("for this video.")
    put(f"{ID}.en.srt")
    assert captions_of(library)


def test_a_folder_that_is_none_is_said(library, folder):
    folder.write_text("")
    with pytest.raises(PluginError, match=r"The library folder cannot be read \(Not a directory\)"):
        library.fetch_metadata(ref())


def test_messages_name_no_folder(library, put, folder):
    put(f"sub/{ID}.en.srt", "")
    put(f"sub/{ID}.info.json", "")
    for fetch in (library.fetch_metadata, lambda video: library.fetch_transcript(video, ())):
        with pytest.raises(PluginError) as caught:
            fetch(ref())
        assert str(folder) not in str(caught.value)
        assert "sub" not in str(caught.value)


needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and file modes")


@needs_posix
def test_links_are_followed_and_loops_end(library, put, folder, tmp_path):
    put("a/b/other.en.srt")
    folder.joinpath("a/b/up").symlink_to(folder)
    folder.joinpath("gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / f"{ID}.en.srt").write_text(srt("linked"))
    folder.joinpath("linked").symlink_to(tmp_path / "elsewhere")
    assert captions_of(library) == "linked"


@needs_posix
def test_what_cannot_be_opened_is_said(library, put, folder):
    put(f"{ID}.srt")
    folder.joinpath(f"{ID}.en.srt").symlink_to("nowhere")
    with pytest.raises(PluginError, match=rf"{ID}\.en\.srt is not a file\."):
        library.fetch_transcript(ref(), ("en",))
    folder.joinpath(f"{ID}.en.srt").unlink()
    os.mkfifo(folder / f"{ID}.en.srt")
    with pytest.raises(PluginError, match=rf"{ID}\.en\.srt is not a file\."):
        library.fetch_transcript(ref(), ("en",))


@needs_posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read anything")
def test_a_file_without_permission_is_said(library, put):
    put(f"{ID}.en.srt").chmod(0)
    with pytest.raises(PluginError, match=r"cannot be read \(Permission denied\)"):
        library.fetch_transcript(ref(), ())


@needs_posix
def test_names_that_are_no_text_do_no_harm(library, folder):
    folder.mkdir()
    name = b"caf\xe9 [" + ID.encode() + b"].en.srt"
    try:
        with open(os.path.join(os.fsencode(folder), name), "wb") as stream:  # noqa: PTH118, PTH123 - Path has no bytes
            stream.write(srt("hello").encode())
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    assert library.fetch_metadata(ref()).title == "caf"
    assert captions_of(library) == "hello"


def test_a_large_library_is_searched_at_once(library, put, folder):
    put(f"{ID}.en.srt")
    for number in range(2_000):
        folder.joinpath(f"Some title [{number:011}].en.srt").touch()
    began = time.perf_counter()
    assert captions_of(library)
    assert time.perf_counter() - began < 1
