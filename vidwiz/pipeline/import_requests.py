"""What somebody asks to import: read, and looked up at once where that is asked for.

A view or a command calls this before it opens a transaction, as sites and plugins are asked.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vidwiz.errors import ConflictError, InvalidInputError, SourceUnavailableError, VidwizError
from vidwiz.models import ImportKind
from vidwiz.pipeline.listing import look
from vidwiz.pipeline.shared_health import SharedHealth
from vidwiz.plugin_api import Handling, PluginError
from vidwiz.plugin_host.chain import Chain
from vidwiz.services import video_ids
from vidwiz.services.cleaning import clean_line
from vidwiz.services.importing import files, naming
from vidwiz.services.importing.entries import Entry
from vidwiz.services.importing.imports import ImportSource
from vidwiz.services.video_ids import OtherAddressError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vidwiz.plugin_host.sites import Sites
    from vidwiz.ports import FetchPace, Parts
    from vidwiz.services.importing.naming import Named
    from vidwiz.services.video_ids import NamedVideo

LOOK_SECONDS = 20.0
"""How long a request waits for a site that lists its videos."""
# Each holds one of the web server's threads meanwhile.
_LOOKS_AT_ONCE = 4
# Plugins are asked about addresses of other sites for so long; a bookmark file may have thousands.
_FIND_SECONDS = 10.0
_looks = threading.BoundedSemaphore(_LOOKS_AT_ONCE)


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is to be imported: a list by its address, or videos that are named.

    `lists` are playlists and channels that a file names besides; they are not imported.
    """

    kind: ImportKind
    url: str | None = None
    named: Named | None = None
    title: str | None = None
    lists: tuple[Entry, ...] = ()

    def source(self) -> ImportSource:
        """Return what the rules make an import of; raise `InvalidInputError` for nothing."""
        if self.kind is ImportKind.LIST:
            return ImportSource.of_list(self.url or "", self.named, self.title)
        assert self.named is not None
        if not self.named.videos:
            raise self._nothing(self.named)
        return ImportSource.of_videos(self.named, kind=self.kind, title=self.title)

    def _nothing(self, named: Named) -> InvalidInputError:
        reason = "this names no video that can be imported"
        if named.unreadable.shown:
            first = named.unreadable.shown[0]
            reason += f" ({first['place']}: {first['message']})"
        elif self.lists:
            reason = (
                "this names no videos but playlists and channels; import or follow each of them"
            )
        field = "file" if self.kind is ImportKind.FILE else "urls"
        return InvalidInputError(reason, field=field, code="nothing_to_import")


def of_url(sites: Sites, text: str) -> ImportRequest:
    """Return the request for a playlist, a channel or one video.

    Raises `InvalidInputError` for an address that is none of these.
    """
    try:
        url = list_address(text)
        if _is_list(sites, url):
            return ImportRequest(ImportKind.LIST, url)
        return ImportRequest(ImportKind.URLS, named=_named([Entry(text, "the address")], sites))
    except InvalidInputError as exc:
        raise InvalidInputError(exc.message, field="url", code=exc.code) from exc


def _is_list(sites: Sites, url: str) -> bool:
    try:
        return bool(sites.list_fetchers(url))
    except SourceUnavailableError as unknown:
        try:
            video_ids.parse(url)  # for which no plugin is needed
        except InvalidInputError:
            raise unknown from None
        return False


def _named(entries: Sequence[Entry], sites: Sites) -> Named:
    """Return what these name; raise the first one's error where that is nothing."""
    named = naming.of_entries(entries, sites.find)
    if not named.videos and named.unreadable.shown:
        raise InvalidInputError(named.unreadable.shown[0]["message"], field="url")
    return named


def list_address(text: str) -> str:
    """Return the address as it is kept; raise `InvalidInputError` for what can be none."""
    url = video_ids.visible(text)
    return url if "://" in url or not url else f"https://{url.removeprefix('//')}"


def followed_address(sites: Sites, text: str) -> str:
    """Return the address of a playlist or channel; raise `InvalidInputError` for any other."""
    try:
        url = list_address(text)
    except InvalidInputError as exc:
        raise InvalidInputError(exc.message, field="url", code=exc.code) from exc
    if not sites.list_fetchers(url):
        raise InvalidInputError(
            "no plugin here knows a playlist or channel of this address",
            field="url",
            code="invalid_list",
        )
    return url


def of_urls(sites: Sites, urls: Sequence[str]) -> ImportRequest:
    """Return the request for these ids and addresses of videos."""
    entries = [Entry(url, f"entry {number}") for number, url in enumerate(urls, 1)]
    return ImportRequest(ImportKind.URLS, named=naming.of_entries(entries, _finder(sites)))


def of_file(sites: Sites, text: str) -> ImportRequest:
    """Return the request for what a file names; raise `InvalidInputError` for an unfit one."""
    contents = files.read(text)
    named = naming.of_entries(
        contents.entries,
        _finder(sites),
        lenient=contents.lenient,
        unreadable=contents.unreadable,
    )
    if not named.videos and not contents.lists and not named.unreadable.count:
        raise InvalidInputError("this file names no video", field="file", code="invalid_file")
    lists = tuple(
        replace(each, title=clean_line(each.title) if each.title else None)
        for each in contents.lists
    )
    return ImportRequest(ImportKind.FILE, named=named, title=contents.format, lists=lists)


def _finder(sites: Sites) -> Callable[[str], NamedVideo]:
    """Return `sites.find` with an end to the time in which plugins are asked.

    An address for which a plugin takes too long is left out and keeps no other from being read.
    """
    until = time.monotonic() + _FIND_SECONDS

    def find(text: str) -> NamedVideo:
        if time.monotonic() < until:
            try:
                return sites.find(text)
            except SourceUnavailableError as exc:
                raise _not_looked_at(exc.message) from exc
        try:
            return sites.of_id(video_ids.parse(text))
        except OtherAddressError as exc:
            message = "there was no time to look at this address; import it in a smaller file"
            raise _not_looked_at(message) from exc

    return find


def _not_looked_at(message: str) -> InvalidInputError:
    return InvalidInputError(message, field="file", code=naming.NOT_LOOKED_AT)


@dataclass(frozen=True, slots=True)
class ListLook:
    """Asks sites for lists while somebody waits, at the pace and with the breakers of workers."""

    parts: Parts
    sites: Sites
    network: str
    pace: FetchPace

    def at(self, request: ImportRequest, *, seconds: float = LOOK_SECONDS) -> ImportRequest:
        """Return the request with the videos of its list, if it is about one.

        Raises `SourceUnavailableError` where the site may answer later or too much is asked for at
        once, `ConflictError` where it will not.
        """
        if request.named is not None or request.url is None:
            return request
        fetchers = max(len(self.sites.list_fetchers(request.url)), 1)
        health = SharedHealth(self.parts, self.network)
        chain = Chain(health, pace=self.pace, fetch_seconds=seconds / fetchers)
        if not _looks.acquire(blocking=False):
            raise SourceUnavailableError("too many lists are looked at just now; try again soon")
        try:
            found = look(chain, self.sites, request.url)
        except PluginError as exc:
            raise _unavailable(exc) from exc
        finally:
            _looks.release()
        return replace(request, named=found.named, title=found.title)


def _unavailable(error: PluginError) -> VidwizError:
    message = clean_line(error.message)
    if error.handling in (Handling.WAIT, Handling.RETRY):
        return SourceUnavailableError(message, code=error.code)
    return ConflictError(message, code=error.code)
