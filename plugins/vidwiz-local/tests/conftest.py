"""A library folder to put files into, and the fetcher that reads it."""

import json

import pytest

from vidwiz_local.library import LibraryFetcher, LibrarySettings


def srt(text):
    return f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def library(folder):
    return LibraryFetcher(LibrarySettings(folder))


@pytest.fixture
def put(folder):
    """Write a file; captions say their own name."""

    def put(name, content=None):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            content = json.dumps({"title": name}) if name.endswith("info.json") else srt(name)
        path.write_text(content, "utf-8")
        return path

    return put
