"""`vidwiz plugins check NAME`: prints what a plugin is set to and what comes of trying it."""

from __future__ import annotations

import dataclasses
import os
import re
import sys
import threading
from typing import TYPE_CHECKING

import click

from vidwiz.errors import ConfigError, InvalidInputError
from vidwiz.masking import mask
from vidwiz.plugin_api import LLMProvider, Secret
from vidwiz.plugin_host import choice
from vidwiz.plugin_host.self_check import Outcome, SelfCheck, Step, state_of
from vidwiz.plugin_host.settings import key_prefix
from vidwiz.services import video_ids

if TYPE_CHECKING:
    from vidwiz.config import Config
    from vidwiz.plugin_api import Plugin, VideoRef
    from vidwiz.plugin_host.registry import Record

_PASSWORD = re.compile(r"//[^/\s]*@")
"""Name and password in an address, such as that of a proxy."""
_CLEAR = 3  # columns between the outcome and what it is of


def check_one(config: Config, name: str, video: str | None, *, offline: bool) -> None:
    """Print every step; end with exit code 1 when one failed.

    Raises `ConfigError` when no plugin has this name.
    """
    registry = choice.discover(config)
    records = [record for record in registry.records if record.name == name]
    if not records:
        names = ", ".join(sorted({record.name for record in registry.records})) or "none"
        raise ConfigError(f"no plugin {name} is installed (there: {names})")
    steps = [_show(state_of(record)) for record in records]
    for plugin in _plugins(records):
        _show_settings(name, plugin)
        if isinstance(plugin, LLMProvider) and not offline:
            click.echo("One short note is written now; with a paid provider that is one paid call.")
        trial = SelfCheck(plugin, video, _ref_of, offline=offline)
        steps += [_show(step) for step in trial.steps()]
    registry.close()
    failed = any(step.outcome is Outcome.FAILED for step in steps)
    click.echo(f"{name} {'has failed' if failed else 'works'}.", err=failed)
    _end(1 if failed else 0)


def _plugins(records: list[Record]) -> list[Plugin]:
    return list({id(record.plugin): record.plugin for record in records if record.plugin}.values())


def _show(step: Step) -> Step:
    click.echo(f"{step.outcome:<{_CLEAR + 2}}{step.what}: {step.detail}")
    for name, text in (("cause", step.cause), ("remedy", step.remedy)):
        if text:
            click.echo(f"{'':<{_CLEAR + 2}}{name}: {text}")
    return step


def _show_settings(name: str, plugin: Plugin) -> None:
    for field in dataclasses.fields(plugin.settings):
        value = getattr(plugin.settings, field.name)
        variable = f"VIDWIZ_PLUGIN_{key_prefix(name)}{field.name.upper()}"
        click.echo(f"{'':<{_CLEAR + 2}}{variable} = {_shown(value)}")


def _shown(value: object) -> str:
    if isinstance(value, Secret):
        return "set, not shown" if value else "not set"
    if value is None or value == ():
        return "not set"
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    return _PASSWORD.sub("//***@", mask(str(value)))


def _ref_of(video: str) -> VideoRef | None:
    try:
        return video_ids.ref(video if video_ids.is_valid(video) else video_ids.parse(video))
    except InvalidInputError:
        return None


def _end(code: int) -> None:
    if any(not t.daemon and t is not threading.main_thread() for t in threading.enumerate()):
        # The interpreter would wait for threads that the plugin left behind.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
