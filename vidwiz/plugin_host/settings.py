"""Fills a plugin's settings from `VIDWIZ_PLUGIN_<NAME>_<FIELD>`."""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
import types
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cattrs import Converter

from vidwiz.masking import hide
from vidwiz.plugin_api import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ENABLED = "ENABLED"

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
"""What every database and every JSON reader takes: below 2**63."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TRUTH = {"true": True, "yes": True, "on": True, "1": True}
_TRUTH |= {"false": False, "no": False, "off": False, "0": False}
_SHOWN = 40  # characters of a wrong value that its message repeats


class SettingsError(Exception):
    """A setting of a plugin is wrong; the message is one sentence that names the variable."""


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


def is_enabled(name: str, variables: Mapping[str, str]) -> bool:
    """Say whether the operator left the plugin on; raise `SettingsError` for a strange word."""
    try:
        return _truth(variables.get(ENABLED, "true"))
    except ValueError as exc:
        raise SettingsError(f"VIDWIZ_PLUGIN_{key_prefix(name)}{ENABLED}: {exc}") from exc


def fill(name: str, settings: type, variables: Mapping[str, str]) -> Any:  # noqa: ANN401
    """Return the plugin's settings object; raise `SettingsError` naming the wrong variable.

    A field is a `str`, `int`, `float`, `bool`, `Path` or `Secret`, a tuple of one of these (parts
    separated by commas), or one of all these `| None`, where an empty variable means None.
    """
    # A plugin may import these two for its annotations only.
    hints = typing.get_type_hints(settings, localns={"Path": Path, "Secret": Secret})
    fields = {field.name.upper(): field for field in dataclasses.fields(settings) if field.init}
    values = {}
    for key, text in variables.items():
        if key == ENABLED:
            continue
        variable = f"VIDWIZ_PLUGIN_{key_prefix(name)}{key}"
        if key not in fields:
            raise SettingsError(f"{variable} is not a setting of {name}{_hint(key, fields)}")
        try:
            values[fields[key].name] = _converter.structure(text, hints[fields[key].name])
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
        reason = " ".join(str(exc).split())
        raise SettingsError(f"VIDWIZ_PLUGIN_{key_prefix(name)}*: {reason}") from exc


def secrets_of(filled: object) -> list[str]:
    """Return the values of the secrets in a settings object."""
    values = [getattr(filled, field.name) for field in dataclasses.fields(filled)]  # type: ignore[arg-type]
    parts = [part for value in values for part in (value if isinstance(value, tuple) else (value,))]
    return [part.reveal() for part in parts if isinstance(part, Secret)]


def _required(field: dataclasses.Field[Any]) -> bool:
    nothing = dataclasses.MISSING
    return field.default is nothing and field.default_factory is nothing


def _hint(key: str, fields: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(key, fields, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; it has {', '.join(fields) or 'none'}"


def _shown(text: str) -> str:
    """Return a wrong value as a message may hold it: on one line, and not endless."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _whole_number(text: str) -> int:
    # int() alone also reads 1_000, Arabic digits, and thousands of digits.
    if not _WHOLE_NUMBER.fullmatch(text.strip()):
        raise ValueError(f"{_shown(text)} is not a whole number of at most 18 digits")
    return int(text)


def _number(text: str) -> float:
    # float() alone also reads nan and inf, which no limit or time can be.
    if not _NUMBER.fullmatch(text.strip()) or not math.isfinite(number := float(text)):
        raise ValueError(f"{_shown(text)} is not a number")
    return number


def _truth(text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUTH:
        raise ValueError(f"{_shown(text)} is not true or false")
    return _TRUTH[word]


def _path(text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise ValueError(f"{_shown(text)} is not a path")
    try:
        return Path(text).expanduser()
    except RuntimeError as exc:  # `~name` of nobody, or no home at all
        raise ValueError(f"{_shown(text)} is in a home folder that is not known") from exc


def _secret(text: str) -> Secret:
    # Before the plugin has it: what it says from now on, even of its settings, may contain it.
    hide([text])
    return Secret(text)


_READERS: dict[type, Callable[[str], Any]] = {
    str: str,
    int: _whole_number,
    float: _number,
    bool: _truth,
    Path: _path,
    Secret: _secret,
}


def _read(text: str, kind: Any) -> Any:  # noqa: ANN401 - what the plugin declared
    # cattrs hands on subclasses as well, such as an enumeration of texts.
    if kind not in _READERS:
        raise ValueError(f"the plugin declares a type that cannot be set: {kind}")
    return _READERS[kind](text)


def _read_tuple(text: str, kind: Any) -> tuple[Any, ...]:  # noqa: ANN401
    match typing.get_args(kind):
        case (part, last) if last is ...:
            parts = filter(None, map(str.strip, text.split(",")))
            return tuple(_converter.structure(value, part) for value in parts)
    return typing.cast("tuple[Any, ...]", _read(text, kind))


def _read_optional(text: str, kind: Any) -> Any:  # noqa: ANN401
    kinds = [part for part in typing.get_args(kind) if part is not types.NoneType]
    if len(kinds) != 1 or len(typing.get_args(kind)) == 1:
        return _read(text, kind)
    return _converter.structure(text, kinds[0]) if text.strip() else None


def _origin(*origins: object) -> Callable[[Any], bool]:
    return lambda kind: typing.get_origin(kind) in origins


def _make_converter() -> Converter:
    """Return a converter of texts that knows these types and refuses all others."""
    converter = Converter(detailed_validation=False)
    # Of these the last that fits is taken.
    converter.register_structure_hook_func(lambda _: True, _read)
    converter.register_structure_hook_func(_origin(tuple), _read_tuple)
    converter.register_structure_hook_func(_origin(types.UnionType, typing.Union), _read_optional)
    # These go before all of those: they, and what cattrs would read by itself.
    for kind in (*_READERS, bytes, dict):
        converter.register_structure_hook(kind, _read)
    return converter


_converter = _make_converter()
