"""Prompts: one text file each, filled in a single pass, with strangers' text fenced."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template

from vidwiz.plugin_api import Message


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file: a version line, the system part, a line `---`, the user part."""

    name: str
    version: str
    system: str
    user: str

    def fill(self, **data: str) -> tuple[Message, Message]:
        """Return the messages with `data` in the user part, between lines nobody can forge.

        The nonce is new for each call, so that text from a video cannot close its own fence; and
        as everything is put in at once, a placeholder within the data stays what it is.
        """
        fence = f"DATA-{secrets.token_hex(8)}"
        user = Template(self.user).substitute({**data, "fence": fence})
        return (
            Message("system", Template(self.system).substitute(fence="DATA-…")),
            Message("user", user),
        )


@cache
def load(name: str) -> Prompt:
    """Return the prompt of this name."""
    text = resources.files(__name__).joinpath(f"{name}.txt").read_text("utf-8")
    version, _, rest = text.partition("\n")
    system, _, user = rest.partition("\n---\n")
    return Prompt(name, version.removeprefix("version: ").strip(), system.strip(), user.strip())
