"""Which video an address names: YouTube's by its form, those of other sites by asking plugins."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from vidwiz.errors import SourceUnavailableError
from vidwiz.plugin_api import Capability, Fetcher, PluginError, VideoRef
from vidwiz.plugin_host.calls import call
from vidwiz.services import video_ids, web_addresses
from vidwiz.services.video_ids import NamedVideo, OtherAddressError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

log = logging.getLogger(__name__)

T = TypeVar("T")

# Somebody waits for the answer, so all plugins together have this time, in seconds, and one that
# hangs leaves half of it to the others. The first question of a process may have a plugin import
# its library, which takes a busy machine seconds.
RESOLVE_SECONDS = 6.0
ONE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Sites:
    """Asks the fetchers of this process; `allowed` names the sites, None allows every one.

    Nothing here uses the network, and no plugin can make it fail, hang or return rubbish.
    """

    fetchers: Sequence[Fetcher]
    allowed: Sequence[str] | None = None

    def find(self, text: str) -> NamedVideo:
        """Return the video that a user named by its id or its address.

        Raises `InvalidInputError` for what names none, for a list, for a site that no plugin here
        knows, and for one that is not allowed; `SourceUnavailableError` when a plugin that may
        know it takes too long to say so.
        """
        text = video_ids.visible(text)
        if video_ids.is_valid(text):
            return self.of_id(text)
        try:
            return self.of_id(video_ids.parse(text))
        except OtherAddressError as exc:
            return self._of_address(exc)

    def of_id(self, video_id: str) -> NamedVideo:
        """Return the video of a valid id; only a video that is known needs nothing more."""
        refusal = self._refusal(video_ids.site(video_id)) or video_ids.named(video_id).refusal
        return NamedVideo(video_id, refusal=refusal)

    def list_fetchers(self, url: str) -> list[Fetcher]:
        """Return the fetchers that can tell the videos of the playlist or channel at this address.

        In the order of the settings; none where it is the address of no list, or of a host that
        is no public name. Raises `SourceUnavailableError` where none knows it and a plugin that
        may know it takes too long to say so.
        """
        if not web_addresses.is_public(url):
            return []
        until = time.monotonic() + RESOLVE_SECONDS
        found, silent = [], []
        for fetcher in self._able(Capability.LISTS):
            try:
                if _answer(fetcher, partial(fetcher.knows_list, url), until) is True:
                    found.append(fetcher)
            except PluginError:
                silent.append(fetcher)
        if silent and not found:
            raise _too_slow(silent[0])
        return found

    def of_ref(self, found: Any) -> NamedVideo | None:  # noqa: ANN401 - what a plugin returned
        """Return the video that a plugin names, in a list for instance; None for rubbish."""
        if not isinstance(found, VideoRef) or not all(
            isinstance(part, str) for part in (found.site, found.id, found.url)
        ):
            return None
        video_id = video_ids.id_of(found)
        if video_id is None:
            return None
        refusal = self._refusal(found.site)
        if found.site == video_ids.YOUTUBE:
            return NamedVideo(video_id, refusal=refusal)
        if len(found.url) > video_ids.LONGEST_URL or not web_addresses.is_public(found.url):
            return None
        return NamedVideo(video_id, found.url, refusal)

    def _of_address(self, unknown: OtherAddressError) -> NamedVideo:
        if not web_addresses.is_public(unknown.url):
            raise unknown
        until = time.monotonic() + RESOLVE_SECONDS
        silent: list[Fetcher] = []
        for fetcher in self._able(Capability.RESOLVE):
            try:
                answer = _answer(fetcher, partial(fetcher.resolve, unknown.url), until)
            except PluginError:
                silent.append(fetcher)
                continue
            found = None if answer is None else self._checked(fetcher, answer)
            if found is not None:
                return found
        if self.list_fetchers(unknown.url):
            raise video_ids.invalid(video_ids.IS_A_LIST)
        if silent:
            raise _too_slow(silent[0])
        raise unknown

    def _checked(self, fetcher: Fetcher, answer: object) -> NamedVideo | None:
        found = self.of_ref(answer)
        if found is None or not _serves(fetcher, video_ids.site(found.video_id)):
            log.warning("a plugin resolves to no video", extra={"plugin": fetcher.info.name})
            return None
        return found

    def _able(self, capability: Capability) -> Iterator[Fetcher]:
        """Yield the fetchers that can do this, each name once."""
        seen = set()
        for fetcher in self.fetchers:
            if capability in fetcher.info.capabilities and fetcher.info.name not in seen:
                seen.add(fetcher.info.name)
                yield fetcher

    def _refusal(self, site: str) -> str | None:
        """Return why no new video of this site may become known here."""
        if self.allowed is not None and site not in self.allowed:
            return f"videos of {site} are not taken here (VIDWIZ_SITES)"
        # Without any fetcher the tasks of a video say so themselves.
        if site != video_ids.YOUTUBE and not any(_serves(each, site) for each in self.fetchers):
            return video_ids.NO_PLUGIN
        return None


def _serves(fetcher: Fetcher, site: str) -> bool:
    return not fetcher.info.sites or site in fetcher.info.sites


def _too_slow(fetcher: Fetcher) -> SourceUnavailableError:
    name = fetcher.info.name
    return SourceUnavailableError(f"{name} did not say in time what this address is; try again")


def _answer(fetcher: Fetcher, ask: Callable[[], T], until: float) -> T | None:
    """Return what the plugin says until then, None when it fails.

    Raises `PluginError` (`timed_out`) when it takes longer.
    """
    try:
        left = max(until - time.monotonic(), 0.0)
        return call(fetcher, ask, seconds=min(left, ONE_SECONDS))
    except (Exception, SystemExit) as exc:  # a plugin may raise anything and stops nothing
        log.warning(
            "a plugin cannot say what an address is",
            exc_info=True,
            extra={"plugin": fetcher.info.name},
        )
        if isinstance(exc, PluginError) and exc.code == "timed_out":
            raise
        return None
