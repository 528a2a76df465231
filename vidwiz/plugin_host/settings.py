"""Fills a plugin's settings from `VIDWIZ_PLUGIN_<NAME>_<FIELD>`."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidwiz.plugin_api import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ENABLED = "ENABLED"


class SettingsError(Exception):
    """A setting of a plugin is wrong; the message names the variable."""


def key_prefix(name: str) -> str:
    """Return how the plugin's variables begin, without `VIDWIZ_PLUGIN_`."""
    return name.upper().replace("-", "_") + "_"


def split_by_plugin(
    variables: Mapping[str, str], names: Iterable[str]
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Give each plugin its variables, and return those that belong to none.

    Where one plugin's name begins with another's, the longer name wins.
    """
    by_length = sorted(set(names), key=len, reverse=True)
    found: dict[str, dict[str, str]] = {name: {} for name in by_length}
    stray = []
    for variable, value in variables.items():
        for name in by_length:
            if variable.startswith(key_prefix(name)):
                found[name][variable.removeprefix(key_prefix(name))] = value
                break
        else:
            stray.append(f"VIDWIZ_PLUGIN_{variable}")
    return found, stray


def fill(name: str, settings: type, variables: Mapping[str, str]) -> Any:  # noqa: ANN401
    """Return the plugin's settings object; raise `SettingsError` naming the wrong variable."""
    # A plugin may import these two for its annotations only.
    hints = typing.get_type_hints(settings, localns={"Path": Path, "Secret": Secret})
    fields = {field.name.upper(): field for field in dataclasses.fields(settings)}
    values = {}
    for key, text in variables.items():
        if key == ENABLED:
            continue
        variable = f"VIDWIZ_PLUGIN_{key_prefix(name)}{key}"
        if key not in fields:
            raise SettingsError(f"{variable} is not a setting of {name}{_hint(key, fields)}")
        try:
            values[fields[key].name] = _convert(text, hints[fields[key].name])
        except ValueError as exc:
            raise SettingsError(f"{variable}: {exc}") from exc
    missing = [
        key for key, field in fields.items() if _required(field) and field.name not in values
    ]
    if missing:
        raise SettingsError(f"VIDWIZ_PLUGIN_{key_prefix(name)}{missing[0]} is not set")
    try:
        return settings(**values)
    except ValueError as exc:  # the plugin's own check of its settings
        raise SettingsError(f"VIDWIZ_PLUGIN_{key_prefix(name)}*: {exc}") from exc


def _required(field: dataclasses.Field[Any]) -> bool:
    nothing = dataclasses.MISSING
    return field.default is nothing and field.default_factory is nothing


def _hint(key: str, fields: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(key, fields, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; it has {', '.join(fields) or 'none'}"


def _convert(text: str, hint: Any) -> Any:  # noqa: ANN401 - what the plugin declared
    """PeriodicRun a variable's text into the declared type; raise ValueError."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        hint = next(kind for kind in typing.get_args(hint) if kind is not type(None))
    if typing.get_origin(hint) is tuple:
        kind = typing.get_args(hint)[0]
        return tuple(_convert(part.strip(), kind) for part in text.split(",") if part.strip())
    if hint not in _CONVERTERS:
        raise ValueError(f"the plugin declares a type that cannot be set: {hint}")
    return _CONVERTERS[hint](text)


def _truth(text: str) -> bool:
    words = {"true": True, "yes": True, "on": True, "1": True}
    words |= {"false": False, "no": False, "off": False, "0": False}
    if text.lower() not in words:
        raise ValueError(f"{text!r} is not true or false")
    return words[text.lower()]


def is_enabled(name: str, variables: Mapping[str, str]) -> bool:
    """Say whether the operator left the plugin on; raise `SettingsError` for a strange word."""
    try:
        return _truth(variables.get(ENABLED, "true"))
    except ValueError as exc:
        raise SettingsError(f"VIDWIZ_PLUGIN_{key_prefix(name)}{ENABLED}: {exc}") from exc


_CONVERTERS: dict[Any, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: float,
    bool: _truth,
    Path: lambda text: Path(text).expanduser(),
    Secret: Secret,
}
