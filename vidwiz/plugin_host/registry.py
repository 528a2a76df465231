"""Which plugins are there, in which state each is, and which are used in which order."""

from __future__ import annotations

import importlib.metadata
import logging
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from vidwiz.errors import ConfigError
from vidwiz.masking import hide, mask
from vidwiz.plugin_api import (
    API_VERSION,
    Capability,
    Fetcher,
    LLMProvider,
    MetadataFetcher,
    Plugin,
    PluginInfo,
    PluginUnavailableError,
    TranscriptFetcher,
)
from vidwiz.plugin_api.base import LONGEST_TIMEOUT_SECONDS
from vidwiz.plugin_host import settings
from vidwiz.plugin_host.calls import Call, PluginExitError
from vidwiz.plugin_host.printing import keep_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

log = logging.getLogger(__name__)

ROLES: dict[str, type[Plugin]] = {
    "metadata_fetchers": MetadataFetcher,
    "transcript_fetchers": TranscriptFetcher,
    "llm_providers": LLMProvider,
}
CLOSE_SECONDS = 5.0
PRELOAD_SECONDS = 20.0
LOAD_SECONDS = 30.0
"""For the import, the constructor and `check` together; a slow disk takes a few seconds."""
LONGEST_REASON = 500
P = TypeVar("P", bound=Plugin)


class State(StrEnum):
    """How a plugin is."""

    READY = "ready"
    DISABLED = "disabled"
    MISCONFIGURED = "misconfigured"
    UNAVAILABLE = "unavailable"
    BROKEN = "broken"


@dataclass(slots=True)
class Record:
    """One plugin in one role: never lost, whatever is wrong with it."""

    name: str
    role: str
    distribution: str
    state: State
    reason: str = ""
    remedy: str = ""
    plugin: Plugin | None = field(default=None, repr=False)


class Registry:
    """The plugins of this process, by role and name."""

    def __init__(self, records: Iterable[Record], stray: Sequence[str] = ()) -> None:
        self.records = sorted(records, key=lambda record: (record.role, record.name))
        self.stray_settings = list(stray)
        self._closed = False

    @classmethod
    def of(cls, *plugins: Plugin) -> Registry:
        """Return a registry of plugins made by hand, each in every role it can play."""
        for plugin in plugins:
            hide(settings.secrets_of(plugin.settings))
        return cls(
            Record(plugin.info.name, role, "", State.READY, plugin=plugin)
            for plugin in plugins
            for role, base in ROLES.items()
            if isinstance(plugin, base)
        )

    @classmethod
    def discover(
        cls,
        variables: Mapping[str, str],
        defaults: Mapping[str, Mapping[str, str]],
        load_seconds: float = LOAD_SECONDS,
    ) -> Registry:
        """Load every installed plugin; what is wrong with one is kept in its record.

        Each may take `load_seconds`. What it prints, then or later, goes to standard error.
        """
        keep_apart()
        found = {
            role: list(importlib.metadata.entry_points(group=f"vidwiz.{role}")) for role in ROLES
        }
        names = {entry.name for entries in found.values() for entry in entries}
        by_plugin, stray = settings.split_by_plugin(variables, names)
        filled = {name: {**defaults.get(name, {}), **by_plugin[name]} for name in names}
        loader = _Loader(filled, load_seconds)
        records = [
            loader.load(entry, role, twice=[e.name for e in entries].count(entry.name) > 1)
            for role, entries in found.items()
            for entry in entries
        ]
        for record in records:
            if record.state in (State.BROKEN, State.MISCONFIGURED):
                log.warning(
                    "plugin cannot work",
                    extra={"plugin": record.name, "state": record.state, "reason": record.reason},
                )
        return cls(records, stray)

    def find(self, role: str, name: str) -> Record | None:
        """Return the record of this name."""
        return next((r for r in self.records if r.role == role and r.name == name), None)

    def ready(self, role: str, base: type[P], names: Sequence[str]) -> list[P]:
        """Return the ready plugins of these names, in this order."""
        records = (self.find(role, name) for name in names)
        return [r.plugin for r in records if r is not None and isinstance(r.plugin, base)]

    def require(self, setting: str, role: str, names: Sequence[str]) -> None:
        """Raise `ConfigError` when something that the operator named himself cannot work.

        What is only unavailable on this machine is tolerated while another of its list is ready.
        """
        unavailable = []
        for name in names:
            record = self.find(role, name)
            if record is None:
                known = ", ".join(r.name for r in self.records if r.role == role) or "none"
                raise ConfigError(
                    f"{setting} names {name}, which is not installed (there: {known})"
                )
            if record.state is State.UNAVAILABLE:
                unavailable.append(record)
            elif record.state is not State.READY:
                raise ConfigError(
                    f"{setting} names {name}, which is {record.state}: {record.reason}"
                )
        if names and len(unavailable) == len(names):
            first = unavailable[0]
            raise ConfigError(f"{setting}: {first.name} is unavailable: {first.reason}")

    def preload(self, plugins: Iterable[Plugin]) -> None:
        """Have these import what their calls need, before this process forks those that call.

        One that fails or takes over `PRELOAD_SECONDS` is logged; it is as slow as before, no more.
        """
        for plugin in {id(plugin): plugin for plugin in plugins}.values():
            _finish(plugin, plugin.preload, PRELOAD_SECONDS, "preload")

    def close(self) -> None:
        """Let every plugin free what it holds; call it once at the end of each process.

        A plugin that fails or takes over `CLOSE_SECONDS` is logged and stops no other, and a second
        call does nothing. Not to be called from `atexit`, where no thread can be started any more.
        """
        if self._closed:
            return
        self._closed = True
        for plugin in {id(r.plugin): r.plugin for r in self.records if r.plugin}.values():
            _finish(plugin, plugin.close, CLOSE_SECONDS, "close")


def _finish(plugin: Plugin, work: Callable[[], None], seconds: float, what: str) -> None:
    """Wait for a call whose failure is only logged."""
    running = Call(plugin, work)
    running.start()
    name = {"plugin": plugin.info.name}
    if not running.finish(seconds):
        log.warning("a plugin did not %s in time", what, extra=name)
    elif running.error is not None:
        log.warning("a plugin failed to %s", what, exc_info=running.error, extra=name)


class _Loader:
    """Makes one plugin object a class, however many roles it plays."""

    def __init__(self, variables: Mapping[str, Mapping[str, str]], seconds: float) -> None:
        self._variables = variables
        self._seconds = seconds
        self._made: dict[type[Plugin], Plugin] = {}

    def load(self, entry: importlib.metadata.EntryPoint, role: str, *, twice: bool) -> Record:
        record = Record(entry.name, role, entry.dist.name if entry.dist else "", State.BROKEN)
        try:
            if twice:
                record.reason = "two installed distributions use this name"
            elif not settings.is_enabled(entry.name, self._variables[entry.name]):
                record.state, record.reason = State.DISABLED, "switched off by its settings"
            else:
                record.plugin, record.state = self._make_in_time(entry, role), State.READY
        except _FaultError as exc:
            record.reason = str(exc)
        except settings.SettingsError as exc:
            record.state, record.reason = State.MISCONFIGURED, str(exc)
        except PluginUnavailableError as exc:
            record.state, record.reason, record.remedy = State.UNAVAILABLE, exc.reason, exc.remedy
        except Exception as exc:  # a plugin may raise anything and stops nothing
            log.debug("plugin does not load", exc_info=True, extra={"plugin": entry.name})
            cause = exc.__cause__ if isinstance(exc, PluginExitError) else exc
            record.reason = f"{type(cause).__name__}: {cause}"
            record.remedy = "reinstall or update it, or switch it off"
        record.reason, record.remedy = _sentence(record.reason), _sentence(record.remedy)
        return record

    def _make_in_time(self, entry: importlib.metadata.EntryPoint, role: str) -> Plugin:
        loading = Call(entry.name, lambda: self._make(entry, role))
        loading.start()
        if not loading.finish(self._seconds):
            raise _FaultError(f"it was not loaded after {self._seconds:g} s")
        return loading.result()

    def _make(self, entry: importlib.metadata.EntryPoint, role: str) -> Plugin:
        kind: Any = entry.load()
        _refuse_faulty(kind, entry.name, role)
        if kind not in self._made:
            filled = settings.fill(entry.name, kind.Settings, self._variables[entry.name])
            plugin = kind(filled)
            if type(plugin) is not kind or plugin.info != kind.info:
                raise _FaultError("its object is not what its class says")
            plugin.check()
            self._made[kind] = plugin
        return self._made[kind]


_METHODS: dict[str, tuple[str, ...]] = {
    Capability.RESOLVE: ("resolve",),
    Capability.SEARCH: ("search",),
    Capability.LISTS: ("knows_list", "expand"),
}
"""What a fetcher of a capability has to have of its own."""


class _FaultError(Exception):
    """What is wrong with a plugin's class or object, in words."""


def _refuse_faulty(kind: Any, name: str, role: str) -> None:  # noqa: ANN401 - what was loaded
    """Raise `_FaultError` when this is no plugin of the role and name."""
    base = ROLES[role]
    if not (isinstance(kind, type) and issubclass(kind, base)):
        raise _FaultError(f"its entry point is no {base.__name__}")
    info: Any = kind.info
    if not isinstance(info, PluginInfo):
        raise _FaultError("its info is no PluginInfo")
    if info.api_version > API_VERSION:
        raise _FaultError(f"it needs plugin API {info.api_version}; this VidWiz has {API_VERSION}")
    if info.name != name:
        raise _FaultError(f"it calls itself {info.name}, its entry point {name}")
    if not 0 < info.timeout_seconds <= LONGEST_TIMEOUT_SECONDS:
        raise _FaultError(
            f"its timeout_seconds is {info.timeout_seconds}, not a time of up to an hour"
        )
    # A text in place of a tuple would be asked for its letters.
    if isinstance(info.sites, str) or isinstance(info.capabilities, str):
        raise _FaultError("its sites and capabilities are a text, not several")
    _refuse_empty_promises(kind)


def _refuse_empty_promises(kind: type[Plugin]) -> None:
    """Raise `_FaultError` when it names a capability and lacks a method of it."""
    for capability in sorted(kind.info.capabilities):
        missing = [
            method
            for method in _METHODS.get(capability, ())
            if getattr(kind, method, None) is getattr(Fetcher, method)
        ]
        if missing:
            raise _FaultError(f"it names the capability {capability} and has no {missing[0]}()")


def _sentence(text: object) -> str:
    """Return what a plugin says, on one line, not endless and without secrets."""
    return mask(" ".join(str(text).split()))[:LONGEST_REASON]
