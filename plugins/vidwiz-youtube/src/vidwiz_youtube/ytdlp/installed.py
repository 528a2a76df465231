"""What is installed: yt-dlp, how old it is, and the JavaScript runtime that it uses."""

from __future__ import annotations

import importlib.metadata
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from vidwiz.plugin_api import PluginError, PluginUnavailableError
from vidwiz_youtube import cookies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vidwiz_youtube.ytdlp.settings import YtDlpSettings

OLD_DAYS = 60
"""Sites change faster than that; an old yt-dlp is why fetching fails most often."""

RENEW = 'pip install -U "yt-dlp[default]" deno (or `make lock && make install`)'


def check(settings: YtDlpSettings) -> None:
    """Raise `PluginUnavailableError` when yt-dlp or the cookies file is not there."""
    if _version("yt-dlp") is None:
        raise PluginUnavailableError("yt-dlp is not installed", RENEW)
    if settings.cookies_file is not None:
        try:
            cookies.read(settings.cookies_file)
        except PluginError as exc:
            raise PluginUnavailableError(
                f"the cookies file {settings.cookies_file} cannot be read",
                "write it in Netscape's format and let the worker's user read it",
            ) from exc


def describe(today: date | None = None) -> Mapping[str, str]:
    """Return versions, how old yt-dlp is, which runtime it uses, and how to renew them."""
    facts = {"yt-dlp": _yt_dlp(today or datetime.now(UTC).date()), "JavaScript runtime": _runtime()}
    return {**facts, "renew with": RENEW}


def age_days(version: str, today: date) -> int | None:
    """Return how old a version of yt-dlp is; None where it is not named by its day."""
    try:
        year, month, day = (int(part) for part in version.split(".")[:3])
        return (today - date(year, month, day)).days
    except ValueError:
        return None


def _yt_dlp(today: date) -> str:
    version = _version("yt-dlp")
    if version is None:
        return "not installed"
    age = age_days(version, today)
    if age is None:
        return version
    if age > OLD_DAYS:
        return f"{version}, {age} days old: renew it, since sites have changed meanwhile"
    return f"{version}, {max(age, 0)} days old"


def _runtime() -> str:
    scripts = _version("yt-dlp-ejs")
    found = deno_path()
    if found is None:
        return "none; some videos of YouTube cannot be read without one"
    name = f"Deno {_version('deno') or ''}".strip()
    if scripts is None:
        return f"{name}, but yt-dlp-ejs is not installed, so it is not used"
    return f"{name} with yt-dlp-ejs {scripts}"


def deno_path() -> str | None:
    """Return where the Deno of this environment is; yt-dlp itself looks on the PATH only."""
    try:
        from deno import find_deno_bin  # noqa: PLC0415 - may be missing

        return str(find_deno_bin())
    except (ImportError, FileNotFoundError):
        return None


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
