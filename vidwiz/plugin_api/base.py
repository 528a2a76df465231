"""What every plugin is: its description, its settings and its life-cycle."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

API_VERSION = 1
"""Raised by one for a breaking change; the host accepts plugins that name a version it knows."""


LONGEST_TIMEOUT_SECONDS = 3600.0


class Secret:
    """A setting whose value shows in no repr, log or answer; `reveal()` gives it to the plugin."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value; pass it on, never store it in a message."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret('***')"


class Capability(StrEnum):
    """What a plugin can do beyond its role's methods; the host does without where it cannot."""

    JSON_SCHEMA = "json_schema"
    """An LLM provider makes the answer fit `CompletionOptions.json_schema` by itself. For one that
    cannot, the host writes the schema at the end of the last message."""

    EXTRACTION = "extraction"
    """An LLM provider reads `options.material` and no messages, and takes words and times from it.
    The host gives it the whole material, makes no prompts, and leaves its times as they are."""

    RESOLVE = "resolve"
    """A fetcher knows the addresses of its sites' videos: the host calls `resolve`."""

    SEARCH = "search"
    """A fetcher finds videos by their title: the host calls `search`."""

    LISTS = "lists"
    """A fetcher lists playlists and channels: the host calls `knows_list` and `expand`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginInfo:
    """What the host needs to know of a plugin without calling it.

    `sites` names the sites whose videos it can serve (`youtube`); empty means any. `capabilities`
    are values of `Capability`; the host ignores those that it does not know.
    `timeout_seconds` is how long one call may take, from above 0 to 3,600. The host enforces it:
    after that the call has failed (`timed_out`, tried again), whatever it does later. Give the
    requests that a call makes shorter limits of their own, so that the failure says what happened.
    The default lets a second fetcher be asked within the 60 s that metadata may take altogether;
    an LLM provider mostly needs more (a summary may take 600 s, a note 120 s).
    `paced` says that a fetcher asks a site that bans addresses which ask too often: the host then
    calls it no more often than `VIDWIZ_FETCH_PER_MINUTE` on each network, and counts how it does.
    """

    name: str
    title: str
    api_version: int = API_VERSION
    sites: tuple[str, ...] = ()
    capabilities: frozenset[str] = frozenset()
    timeout_seconds: float = 30.0
    paced: bool = False


@dataclass(frozen=True, slots=True)
class NoSettings:
    """The settings of a plugin that has none."""


class Plugin(abc.ABC):
    """The base of all plugins.

    The host makes one instance a process with a filled `Settings` object, calls `check` once,
    and `close` at the end. Neither the constructor nor `check` may use the network; import heavy
    libraries inside the methods that need them.

    Each call runs in a thread of its own, so no two need be in the same thread, and signals cannot
    be handled there. A call that took too long is given up, not stopped: the next may begin while
    it still runs. A process may be forked after the constructor; the child then calls and closes
    its own copy.
    """

    info: ClassVar[PluginInfo]
    Settings: ClassVar[type] = NoSettings

    def __init__(self, settings: Any) -> None:  # noqa: ANN401 - each plugin has its own Settings
        self.settings = settings

    def check(self) -> None:  # noqa: B027 - most plugins need nothing from the machine
        """Raise `PluginUnavailableError` when the plugin cannot work on this machine."""

    def preload(self) -> None:  # noqa: B027 - most plugins need no large library
        """Import what the calls need; called once in a process that forks those that call.

        What is imported here is in memory once for all of them. Without the network, and without
        starting threads.
        """

    def describe(self) -> Mapping[str, str]:
        """Return facts for `vidwiz plugins check`, such as versions, without the network.

        Each is shown as one line `name: value`; no secret may stand in them. An LLM provider's
        `model` is the same before and after its calls: it has a price, and kept parts of long
        texts are found by it.
        """
        return {}

    def close(self) -> None:  # noqa: B027 - most plugins hold nothing
        """Free what the plugin holds, within 5 s; called at the end of the process, maybe twice.

        What it raises is logged and stops no other plugin's `close`.
        """
