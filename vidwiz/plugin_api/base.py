"""What every plugin is: its description, its settings and its life-cycle."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any, ClassVar

API_VERSION = 1
"""Raised by one for a breaking change; the host accepts plugins that name a version it knows."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginInfo:
    """What the host needs to know of a plugin without calling it.

    `sites` names the sites whose videos it can serve (`youtube`); empty means any.
    `timeout_seconds` is how long one call may take before the plugin itself gives up.
    """

    name: str
    title: str
    api_version: int = API_VERSION
    sites: tuple[str, ...] = ()
    capabilities: frozenset[str] = frozenset()
    timeout_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class NoSettings:
    """The settings of a plugin that has none."""


class Plugin(abc.ABC):
    """The base of all plugins.

    The host makes one instance a process with a filled `Settings` object, calls `check` once,
    and `close` at the end. Neither the constructor nor `check` may use the network; import heavy
    libraries inside the methods that need them.
    """

    info: ClassVar[PluginInfo]
    Settings: ClassVar[type] = NoSettings

    def __init__(self, settings: Any) -> None:  # noqa: ANN401 - each plugin has its own Settings
        self.settings = settings

    def check(self) -> None:  # noqa: B027 - most plugins need nothing from the machine
        """Raise `PluginUnavailableError` when the plugin cannot work on this machine."""

    def close(self) -> None:  # noqa: B027 - most plugins hold nothing
        """Free what the plugin holds."""
