"""What `vidwiz plugins check yt-dlp` says of the installation, and what yt-dlp takes from it."""

import importlib.metadata
import os
import subprocess
import sys
from datetime import date, timedelta

import pytest

from vidwiz.plugin_api import PluginUnavailableError
from vidwiz_youtube.ytdlp import YtDlpFetcher
from vidwiz_youtube.ytdlp.installed import OLD_DAYS, age_days, deno_path, describe

VERSION = importlib.metadata.version("yt-dlp")
RELEASED = date(*map(int, VERSION.split(".")[:3]))


def test_versions_runtime_and_how_to_renew_are_described():
    facts = YtDlpFetcher(YtDlpFetcher.Settings()).describe()

    assert facts["yt-dlp"].startswith(VERSION)
    assert importlib.metadata.version("deno") in facts["JavaScript runtime"]
    assert "pip install -U" in facts["renew with"]


def test_an_old_version_is_called_old():
    fresh = describe(RELEASED + timedelta(days=OLD_DAYS))["yt-dlp"]
    old = describe(RELEASED + timedelta(days=OLD_DAYS + 1))["yt-dlp"]

    assert fresh == f"{VERSION}, {OLD_DAYS} days old"
    assert "61 days old: renew it" in old


@pytest.mark.parametrize(
    ("version", "days"),
    [
        ("2026.10.26", 1),
        ("2026.10.26.232815", 1),
        ("2026.1", None),
        ("2026.13.40", None),
        ("dev", None),
        ("", None),
    ],
)
def test_an_age_is_read_from_the_version(version, days):
    assert age_days(version, date(2026, 10, 27)) == days


def test_yt_dlp_finds_the_runtime_of_this_environment():
    from vidwiz_youtube.ytdlp.client import Client

    with Client(YtDlpFetcher.Settings()) as client:
        runtime = client._ydl._js_runtimes["deno"].info
    assert runtime.path == deno_path()
    assert runtime.supported


def test_a_cookies_file_that_cannot_be_read_is_said_before_anything_is_fetched(tmp_path):
    fetcher = YtDlpFetcher(YtDlpFetcher.Settings(cookies_file=tmp_path / "missing.txt"))

    with pytest.raises(PluginUnavailableError) as caught:
        fetcher.check()
    assert "missing.txt" in caught.value.reason
    assert caught.value.remedy


SCRIPT = """
import sys
from vidwiz_youtube.ytdlp import YtDlpFetcher
assert "yt_dlp" not in sys.modules, "imported before it is needed"
fetcher = YtDlpFetcher(YtDlpFetcher.Settings())
fetcher.check()
fetcher.describe()
assert "yt_dlp" not in sys.modules, "imported by check or describe"
fetcher.preload()
before = set(sys.modules)
from vidwiz_youtube.ytdlp.client import Client
Client(fetcher.settings)
late = {name for name in set(sys.modules) - before if name.startswith(("yt_dlp", "vidwiz"))}
assert not late - {"yt_dlp_plugins"}, late
fetcher.resolve("https://vimeo.com/76979871")
assert "yt_dlp_plugins.extractor.home" not in sys.modules, "a plugin of the home folder"
"""


def test_imports_come_by_preload_and_nothing_from_the_home_folder(tmp_path):
    plugin = tmp_path / ".config/yt-dlp/plugins/mine/yt_dlp_plugins/extractor/home.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text("class HomeIE: pass\n")

    subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config")},
        check=True,
        timeout=60,
    )
