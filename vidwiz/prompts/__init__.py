"""Prompts: one text file each, filled in a single pass, with strangers' text fenced."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template

_FENCE = "DATA-"
# Look-alikes of its letters (full width, Greek, Cyrillic), with what has no width between them.
_LETTERS = (
    "[Dd\uff24\uff44]",
    "[Aa\uff21\uff41\u0391\u0410\u0430]",
    "[Tt\uff34\uff54\u03a4\u0422]",
)
_NOTHING = "[\u00ad\u200b-\u200f\u2060\ufeff]*"
_HYPHENS = "[\u002d\u2010-\u2015\u2212\u2500\ufe58\ufe63\uff0d]"
_D, _A, _T = _LETTERS
_FORGED = re.compile(_NOTHING.join((_D, _A, _T, _A, _HYPHENS)) + r"(?=\S)")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file: a version line, and sections between lines `---`."""

    name: str
    version: str
    sections: tuple[str, ...]

    def fill(self, section: int = 0, /, *, fence: str, language: str = "", **data: str) -> str:
        """Return a section with `data` in it, between lines that nobody can forge.

        As everything is put in at once, a placeholder within the data stays what it is. What in
        the data looks like a fence loses its hyphen. Raises `KeyError` for a placeholder that
        nobody filled.
        """
        safe = {name: _FORGED.sub("DATA ", text) for name, text in data.items()}
        text = Template(self.sections[section]).substitute(safe, fence=fence, language=language)
        return text.strip() + "\n"


@cache
def load(name: str) -> Prompt:
    """Return the prompt of this name."""
    text = resources.files(__name__).joinpath(f"{name}.txt").read_text("utf-8")
    version, _, rest = text.partition("\n")
    sections = tuple(section.strip() for section in rest.split("\n---\n"))
    return Prompt(name, version.removeprefix("version: ").strip(), sections)


def fence(secret: str, transcript_sha256: str) -> str:
    """Return the line around strangers' text in all prompts about this transcript.

    Who wrote the video's texts cannot know it, and it is the same in every prompt, so that
    providers can cache what prompts begin with.
    """
    digest = hmac.digest(secret.encode(), f"fence {transcript_sha256}".encode(), "sha256")
    return f"{_FENCE}{digest.hex()[:16]}"
